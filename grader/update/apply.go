package update

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kata-go/kata/grader/course"
)

// baseFolder holds the starters that the workspace was laid out from.
const baseFolder = ".kata/base"

// Apply does what a plan says and returns the folder, below the workspace, in
// which it kept the learner's files of every exercise that it wrote to; "" when
// it wrote over nothing of theirs. A step is either done or not begun when an
// error ends the work; planning again goes on from there.
func Apply(root *os.Root, steps []Step, now time.Time) (kept string, err error) {
	folder := path.Join(".kata", "kept", now.UTC().Format("20060102-150405.000"))
	for _, s := range steps {
		saved, err := s.apply(root, folder)
		if saved {
			kept = folder
		}
		if err != nil {
			return kept, fmt.Errorf("%s: %w", s.Exercise, err)
		}
	}
	return kept, nil
}

func (s Step) apply(root *os.Root, kept string) (saved bool, err error) {
	dir := "exercises/" + s.Exercise
	if s.Action == Merged || s.From != "" && s.Action != Add {
		if err := save(root, s.origin(), kept); err != nil {
			return false, err
		}
		saved = true
	}
	if s.From != "" {
		if err := s.move(root); err != nil {
			return saved, err
		}
	}
	switch s.Action {
	case Orphan:
		return saved, nil
	case Beside:
		err = write(root, path.Join(dir, StarterNew), archive(s.starter))
	default:
		err = s.lay(root, dir)
	}
	if err != nil {
		return saved, err
	}
	return saved, s.remember(root)
}

// origin is the folder that holds the exercise before the step.
func (s Step) origin() string {
	if s.From != "" {
		return "exercises/" + s.From
	}
	return "exercises/" + s.Exercise
}

// move gives the folder of a renamed exercise its new name.
func (s Step) move(root *os.Root) error {
	if err := root.MkdirAll("exercises/"+path.Dir(s.Exercise), 0o755); err != nil {
		return err
	}
	if err := root.Rename("exercises/"+s.From, "exercises/"+s.Exercise); err != nil {
		return err
	}
	err := root.Rename(baseFile(s.From), baseFile(s.Exercise))
	if errors.Is(err, fs.ErrNotExist) {
		if err = root.MkdirAll(path.Dir(baseFile(s.Exercise)), 0o755); err == nil {
			err = root.Rename(baseFile(s.From), baseFile(s.Exercise))
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was known of it
	}
	return err
}

// lay writes the files and takes away what the course dropped.
func (s Step) lay(root *os.Root, dir string) error {
	for _, f := range s.files {
		if err := write(root, path.Join(dir, f.Name), f.Data); err != nil {
			return err
		}
	}
	for _, name := range s.remove {
		if err := root.Remove(path.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if s.Action == Retire {
		_ = root.Remove(dir) // stays when the learner put more into it
	}
	return nil
}

// remember records the starter that the next update begins from. Where the
// folder is a clone's there is no record yet: it begins when the learner's
// files are the starter's.
func (s Step) remember(root *os.Root) error {
	if s.starter == nil {
		return root.RemoveAll(baseFile(s.Exercise))
	}
	if s.Action == Keep {
		if _, known, err := readBase(root, s.Exercise); err == nil && !known {
			mine, err := folder(root, "exercises/"+s.Exercise)
			if err != nil || !same(mine, s.starter) {
				return err
			}
		}
	}
	return write(root, baseFile(s.Exercise), archive(s.starter))
}

// save copies an exercise's folder into kept.
func save(root *os.Root, dir, kept string) error {
	files, err := folder(root, dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := write(root, path.Join(kept, strings.TrimPrefix(dir, "exercises/"), f.Name), f.Data); err != nil {
			return fmt.Errorf("keep your version: %w", err)
		}
	}
	return nil
}

// write puts a file in its place in one step: whoever is interrupted has the
// old one or the new one.
func write(root *os.Root, name string, data []byte) error {
	if old, err := root.ReadFile(name); err == nil && string(old) == string(data) {
		return nil
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	temp := name + ".kata-tmp"
	if err := root.WriteFile(temp, data, 0o644); err != nil {
		_ = root.Remove(temp)
		return err
	}
	if err := root.Rename(temp, name); err != nil {
		_ = root.Remove(temp)
		return err
	}
	return nil
}

func baseFile(id string) string { return path.Join(baseFolder, id+".txtar") }

func archive(files []course.File) []byte {
	a := &txtar.Archive{}
	for _, f := range files {
		a.Files = append(a.Files, txtar.File{Name: f.Name, Data: f.Data})
	}
	return txtar.Format(a)
}

// readBase reads the recorded starter of an exercise. A record that cannot be
// one counts as none.
func readBase(root *os.Root, id string) (files []course.File, known bool, err error) {
	data, err := root.ReadFile(baseFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, f := range txtar.Parse(data).Files {
		files = append(files, course.File{Name: f.Name, Data: f.Data})
	}
	return files, len(files) > 0, nil
}

// bases lists the exercises that the workspace was given, by id.
func bases(root *os.Root) ([]string, error) {
	found, err := fs.Glob(root.FS(), baseFolder+"/*/*.txtar")
	for i, p := range found {
		found[i] = strings.TrimSuffix(strings.TrimPrefix(p, baseFolder+"/"), ".txtar")
	}
	return found, err
}
