package cli

import (
	"github.com/kata-go/kata/grader/author"
	"github.com/kata-go/kata/grader/course"
	"github.com/spf13/cobra"
)

func authorNewCommand(a *app) *cobra.Command {
	var kind string
	c := &cobra.Command{
		Use:   "new TRACK/NAME",
		Short: "Write both folders of a new exercise from a template",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("kata author new rest/paging --kind code", "new needs one TRACK/NAME")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			w, err := a.openWorkspace()
			if err != nil {
				return err
			}
			written, err := author.New(w.dir, args[0], course.Kind(kind))
			if err != nil {
				return usage("kata author new --help", "%w", err)
			}
			for _, name := range written {
				a.out().Note("wrote " + name)
			}
			a.out().Next("fill them in, then: kata author pack " + args[0] + " && kata author check " + args[0])
			return nil
		},
	}
	c.Flags().StringVar(&kind, "kind", "code", "`KIND`: code, file or tests")
	return c
}
