package cli

import (
	"path/filepath"

	"github.com/kata-go/kata/grader/author"
	"github.com/spf13/cobra"
)

func authorPackCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "pack [NAME...]",
		Short: "Renew starter.txtar, behaviours.txt and the packed manifests",
		RunE: func(c *cobra.Command, args []string) error {
			w, err := a.openAuthor()
			if err != nil {
				return err
			}
			chosen, err := pick(w.Course, args)
			if err != nil {
				return err
			}
			changed, err := w.Pack(c.Context(), chosen)
			for _, name := range changed {
				a.out().Note("renewed " + name)
			}
			if err == nil && len(changed) == 0 {
				a.out().Note("everything is packed already")
			}
			return err
		},
	}
}

// openAuthor opens the checkout around the working directory.
func (a *app) openAuthor() (*author.Author, error) {
	w, err := a.openWorkspace()
	if err != nil {
		return nil, err
	}
	g, err := a.grader(w.dir)
	if err != nil {
		return nil, err
	}
	g.Assets = author.Assets(w.dir)
	g.Workspace = filepath.Join(w.dir, "author") // a build tree apart from the learner's
	found, err := author.Open(w.dir, g)
	if err != nil {
		return nil, broken("mend the file, then repeat the command", "%w", err)
	}
	return found, nil
}
