package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kata-go/kata/grader/update"
	"github.com/spf13/cobra"
)

func initCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Make a workspace without a clone",
		Long: `Make a folder with every exercise as it is at the start, a go.mod for editors,
and nothing else that you need to know of. kata update brings it up to date
after a newer kata was installed.`,
		Example: "  kata init ~/kata && cd ~/kata && kata",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("kata init DIR, with the name of a new folder", "init needs a folder")
			}
			return a.init(args[0])
		},
	}
}

func (a *app) init(dir string) error {
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(a.Dir, dir)
	}
	c, err := a.loadCourse()
	if err != nil {
		return err
	}
	if isWorkspace(dir) {
		return usage("cd "+dir+" && kata update", "%s is a kata workspace already; nothing was changed", dir)
	}
	switch entries, err := os.ReadDir(dir); {
	case err == nil && len(entries) > 0:
		return usage("kata init with a folder that is new or empty", "%s is not empty; nothing was changed", dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return broken("kata init with another folder", "look into %s: %w", dir, bare(err))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return broken("kata init with another folder", "make %s: %w", dir, bare(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return broken("kata init with another folder", "open %s: %w", dir, bare(err))
	}
	defer root.Close()
	steps, err := update.Plan(root, c, nil)
	if err != nil {
		return err
	}
	if _, err := update.Apply(root, steps, a.Now()); err != nil {
		return broken("make room, remove the folder, then repeat the command", "lay the exercises out: %w", err)
	}
	if err := update.Furnish(root, a.Files); err != nil {
		return broken("make room, remove the folder, then repeat the command", "lay the workspace out: %w", err)
	}
	a.out().Laid(dir, len(steps))
	return nil
}
