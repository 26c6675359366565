package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

func resetCommand(a *app) *cobra.Command {
	var all, yes bool
	c := &cobra.Command{
		Use:   "reset [NAME]",
		Short: "Bring the starter back; your version is kept aside",
		Long: `Restore the files of an exercise. Your version is moved to .kata/kept first, and
the command says where. What you passed stays passed.`,
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			if all {
				return a.resetAll(s, yes)
			}
			e, err := s.exercise(args)
			if err != nil {
				return err
			}
			return a.reset(s, e)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "reset every exercise that was changed (asks first)")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

func (a *app) resetAll(s session, yes bool) error {
	g, err := a.grader(s.dir)
	if err != nil {
		return err
	}
	var changed []*course.Exercise
	for _, e := range course.Order(s.course) {
		if started, err := g.Started(e); err != nil {
			return err
		} else if started {
			changed = append(changed, e)
		}
	}
	if len(changed) == 0 {
		a.out().Note("nothing was changed")
		return nil
	}
	if !yes {
		agreed, err := a.ask(fmt.Sprintf("reset %s? Your versions are kept in .kata/kept. [y/N] ", report.Count(len(changed), "exercise")))
		if err != nil {
			return usage("kata reset --all --yes", "reset --all asks first, and nobody answered; nothing was reset")
		}
		if !agreed {
			a.out().Note("nothing was reset")
			return nil
		}
	}
	for _, e := range changed {
		if err := a.reset(s, e); err != nil {
			return err
		}
	}
	return nil
}

// ask asks a question that yes or no answers. An error says that the input
// ended.
func (a *app) ask(question string) (yes bool, err error) {
	a.out().Ask(question)
	line, err := bufio.NewReader(a.Stdin).ReadString('\n')
	if err != nil {
		a.out().Gap()
	}
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y"), err
}

// reset moves the exercise's folder aside and writes the starter.
func (a *app) reset(s session, e *course.Exercise) error {
	starter, err := e.Starter()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return broken("kata doctor", "open the workspace: %w", err)
	}
	defer root.Close()
	if untouched(root.FS(), e.Dir(), starter) {
		a.out().Note(e.ID() + " is as it was at the start")
		return nil
	}
	kept, err := a.keep(root, e)
	if err != nil {
		return broken("make room for .kata/kept, then repeat the command", "keep your version of %s: %w; nothing was changed", e.ID(), err)
	}
	if err := writeFiles(root, e.Dir(), starter); err != nil {
		return broken("kata reset "+e.ID()+"  ·  your version: "+cmp.Or(kept, "there was none"), "restore %s: %w", e.ID(), err)
	}
	a.out().Reset(view(e), filepath.FromSlash(kept))
	return nil
}

// keep moves the exercise's folder away and returns where to, "" when there was
// none.
func (a *app) keep(root *os.Root, e *course.Exercise) (kept string, err error) {
	if _, err := root.Lstat(e.Dir()); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	kept = path.Join(".kata", "kept", a.Now().UTC().Format("20060102-150405.000"), e.ID())
	if err := root.MkdirAll(path.Dir(kept), 0o755); err != nil {
		return "", err
	}
	return kept, root.Rename(e.Dir(), kept)
}

var errDiffers = errors.New("the folder differs")

// untouched reports whether a folder holds the starter's files, as they were
// given, and nothing else.
func untouched(fsys fs.FS, dir string, starter []course.File) bool {
	left := index(starter)
	err := fs.WalkDir(fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(p, dir+"/")
		want, known := left[name]
		if !known || !d.Type().IsRegular() {
			return errDiffers
		}
		delete(left, name)
		if got, err := fs.ReadFile(fsys, p); err != nil || !bytes.Equal(got, want) {
			return errDiffers
		}
		return nil
	})
	return err == nil && len(left) == 0
}

func writeFiles(root *os.Root, dir string, files []course.File) error {
	for _, f := range files {
		name := path.Join(dir, f.Name)
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(name, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
