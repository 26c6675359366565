package cli

import "github.com/spf13/cobra"

func authorCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "author",
		Short: "Write exercises: new, pack, check, mutate, map",
		Long: `Commands for those who write exercises. They work on the two trees of a
checkout, exercises/ and solutions/, and not on what is embedded in this binary.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("kata author --help", "there is no command %q", "author "+args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(authorNewCommand(a), authorPackCommand(a), authorCheckCommand(a), authorMutateCommand(a), authorMapCommand(a))
	return c
}
