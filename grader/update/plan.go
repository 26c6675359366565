// Package update lays exercises out in a folder outside a clone, and brings
// them up to date with a newer course without losing a byte that the learner
// wrote.
//
// It remembers in .kata/base the starter that each exercise was laid out from;
// an update is a three-way merge between that, the learner's files and the new
// starter. It owns files of a workspace and must never know how they are graded:
// whether merged code compiles is asked of the caller.
package update

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// Action is what an update does to one exercise.
type Action string

// The actions of an update.
const (
	Keep    Action = "keep"    // nothing is new, or nothing is known of where the learner began
	Add     Action = "add"     // it is new, or its folder was missing
	Replace Action = "replace" // the learner had not changed it, the course has
	Merged  Action = "merge"   // both changed it, in different places
	Beside  Action = "beside"  // both changed the same: the learner's stays, the new starter is laid beside
	Retire  Action = "retire"  // the course dropped it, the learner had not changed it
	Orphan  Action = "orphan"  // the course dropped it, the learner's version stays
)

// StarterNew is the file in which a new starter is laid beside the learner's
// version, as a txtar archive, so that no tool takes it for code.
const StarterNew = "starter.new"

// Step is what an update does to one exercise.
type Step struct {
	Exercise string // its id today
	From     string // its former id, when its folder moves
	Action   Action

	files   []course.File // what its folder is to hold beside the learner's own
	remove  []string      // files that the course dropped and the learner had not changed
	starter []course.File // the new starter; nil when the exercise is gone
}

// Compiles tells whether files make an exercise that can be built.
type Compiles func(e *course.Exercise, files []course.File) bool

// Plan says what an update to course c would do in the workspace root. It
// changes nothing.
func Plan(root *os.Root, c *course.Course, compiles Compiles) ([]Step, error) {
	var steps []Step
	taken := map[string]bool{}
	for _, e := range course.Order(c) {
		s, err := planOne(root, c, e, compiles)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", e.ID(), err)
		}
		taken[e.ID()], taken[s.From] = true, true
		steps = append(steps, s)
	}
	gone, err := planGone(root, taken)
	return append(steps, gone...), err
}

// planOne plans one exercise of the course.
func planOne(root *os.Root, c *course.Course, e *course.Exercise, compiles Compiles) (Step, error) {
	starter, err := e.Starter()
	if err != nil {
		return Step{}, err
	}
	s := Step{Exercise: e.ID(), Action: Keep, starter: starter}
	from := e.ID()
	if !there(root, e.Dir()) {
		if s.From = former(root, c, e.ID()); s.From == "" {
			s.Action, s.files = Add, starter
			return s, nil
		}
		from = s.From
	}
	mine, err := folder(root, "exercises/"+from)
	if err != nil {
		return s, err
	}
	base, known, err := readBase(root, from)
	if err != nil {
		return s, err
	}
	if !known { // a clone, or a damaged record: what git or the learner did stands
		return s, nil
	}
	return s.threeWay(e, base, mine, compiles), nil
}

// former returns the id under which the workspace still has an exercise.
func former(root *os.Root, c *course.Course, id string) string {
	for was, is := range c.Renames() {
		if is == id && there(root, "exercises/"+was) {
			return was
		}
	}
	return ""
}

// threeWay decides file by file; a single conflict, or code that would no
// longer compile, leaves the whole exercise as the learner has it.
func (s Step) threeWay(e *course.Exercise, base, mine []course.File, compiles Compiles) Step {
	if same(base, s.starter) {
		return s
	}
	if same(mine, base) {
		s.Action, s.files = Replace, s.starter
		s.remove = missing(base, s.starter)
		return s
	}
	merged, remove, ok := mergeAll(base, mine, s.starter)
	switch {
	case ok && same(merged, mine) && len(remove) == 0:
	case ok && (compiles(e, merged) || !compiles(e, mine)):
		s.Action, s.files, s.remove = Merged, merged, remove
	default:
		s.Action = Beside
	}
	return s
}

// mergeAll merges the files of an exercise. ok is false when one cannot be.
func mergeAll(base, mine, starter []course.File) (merged []course.File, remove []string, ok bool) {
	b, m, n := byName(base), byName(mine), byName(starter)
	for _, name := range names(base, mine, starter) {
		old, had := b[name]
		ours, have := m[name]
		theirs, come := n[name]
		switch {
		case have == had && bytes.Equal(ours, old): // the learner left it
			if come {
				merged = append(merged, course.File{Name: name, Data: theirs})
			} else if have {
				remove = append(remove, name)
			}
		case come == had && bytes.Equal(theirs, old), !come && have, come && have && bytes.Equal(ours, theirs): // theirs adds nothing
			if have {
				merged = append(merged, course.File{Name: name, Data: ours})
			}
		case have && come && had:
			text, clean := Merge(old, ours, theirs)
			if !clean {
				return nil, nil, false
			}
			merged = append(merged, course.File{Name: name, Data: text})
		default: // both added it, or the learner removed what the course changed
			return nil, nil, false
		}
	}
	return merged, remove, true
}

// planGone plans the exercises that the workspace was given and the course no
// longer has.
func planGone(root *os.Root, taken map[string]bool) ([]Step, error) {
	given, err := bases(root)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, id := range given {
		if taken[id] || !there(root, "exercises/"+id) {
			continue
		}
		base, known, err := readBase(root, id)
		if err != nil {
			return nil, err
		}
		mine, err := folder(root, "exercises/"+id)
		if err != nil {
			return nil, err
		}
		s := Step{Exercise: id, Action: Orphan}
		if known && same(mine, base) {
			s.Action, s.remove = Retire, missing(base, nil)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// folder reads the regular files of an exercise's folder; what else is there is
// the learner's own business and left alone.
func folder(root *os.Root, dir string) ([]course.File, error) {
	var files []course.File
	err := fs.WalkDir(root.FS(), dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || path.Base(p) == StarterNew {
			return err
		}
		data, err := root.ReadFile(p)
		files = append(files, course.File{Name: strings.TrimPrefix(p, dir+"/"), Data: data})
		return err
	})
	return files, err
}

func there(root *os.Root, dir string) bool {
	info, err := root.Lstat(dir)
	return !errors.Is(err, fs.ErrNotExist) && (err != nil || info.IsDir())
}

func byName(files []course.File) map[string][]byte {
	m := map[string][]byte{}
	for _, f := range files {
		m[f.Name] = f.Data
	}
	return m
}

func names(lists ...[]course.File) []string {
	var all []string
	for _, f := range slices.Concat(lists...) {
		all = append(all, f.Name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func same(a, b []course.File) bool {
	x, y := byName(a), byName(b)
	for _, name := range names(a, b) {
		one, has := x[name]
		other, had := y[name]
		if has != had || !bytes.Equal(one, other) {
			return false
		}
	}
	return true
}

// missing lists the names of a that b lacks.
func missing(a, b []course.File) []string {
	has := byName(b)
	var list []string
	for _, f := range a {
		if _, ok := has[f.Name]; !ok {
			list = append(list, f.Name)
		}
	}
	return list
}
