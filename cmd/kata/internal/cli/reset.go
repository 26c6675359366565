package cli

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
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
	if !yes && !a.agrees(fmt.Sprintf("reset %d exercises? Your versions are kept in .kata/kept. [y/N] ", len(changed))) {
		return usage("kata reset --all --yes", "nothing was reset")
	}
	for _, e := range changed {
		if err := a.reset(s, e); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) agrees(question string) bool {
	a.out().Ask(question)
	line, _ := bufio.NewReader(a.Stdin).ReadString('\n')
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y")
}

// reset moves the exercise's folder aside and writes the starter. It stops
// before the first change that it could not take back.
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
	kept := path.Join(".kata", "kept", a.Now().UTC().Format("20060102-150405.000"), e.ID())
	if err := root.MkdirAll(path.Dir(kept), 0o755); err != nil {
		return broken("mend the folder's permissions, then repeat the command; nothing was changed", "keep your version of %s: %w", e.ID(), err)
	}
	_, missing := root.Lstat(e.Dir())
	if missing == nil {
		if err := root.Rename(e.Dir(), kept); err != nil {
			return broken("mend the folder's permissions, then repeat the command; nothing was changed", "keep your version of %s: %w", e.ID(), err)
		}
	}
	if err := writeFiles(root, e.Dir(), starter); err != nil {
		return broken("your version is in "+kept, "restore %s: %w", e.ID(), err)
	}
	if missing != nil {
		kept = "" // there was nothing to keep
	}
	a.out().Reset(view(e), filepath.FromSlash(kept))
	return nil
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
