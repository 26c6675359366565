package cli

import (
	"os"
	"path/filepath"

	"github.com/kata-go/kata/grader/author"
	"github.com/spf13/cobra"
)

func authorMapCommand(a *app) *cobra.Command {
	write := false
	c := &cobra.Command{
		Use:   "map",
		Short: "Show which exercises make each skill work",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			w, err := a.openAuthor()
			if err != nil {
				return err
			}
			return a.skills(w, write)
		},
	}
	c.Flags().BoolVar(&write, "write", false, "renew the table in README.md")
	return c
}

func (a *app) skills(w *author.Author, write bool) error {
	list, strays, err := w.Skills()
	if err != nil {
		return broken("write "+author.SkillsFile, "%w", err)
	}
	for _, s := range strays {
		a.errs().Note(s + " is not in " + author.SkillsFile)
	}
	if !write {
		a.out().Text(author.Map(list))
		return nil
	}
	file := filepath.Join(w.Root, "README.md")
	readme, err := os.ReadFile(file)
	if err != nil {
		return broken("kata author map, which prints the table", "read the README: %w", bare(err))
	}
	changed, ok := author.WithMap(readme, author.Map(list))
	if !ok {
		return broken("kata author map, which prints the table", "%s has no place for the table", file)
	}
	return os.WriteFile(file, changed, 0o644)
}
