package cli

import "github.com/spf13/cobra"

func showCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "show [NAME]",
		Short:             "Show the brief of an exercise (default: the current one)",
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			e, err := s.exercise(args)
			if err != nil {
				return err
			}
			a.out().Brief(view(e), s.tally())
			return nil
		},
	}
}
