package cli

import (
	"github.com/kata-go/kata/grader/course"
	"github.com/spf13/cobra"
)

// noArgs refuses arguments with a hint instead of cobra's bare sentence.
func noArgs(c *cobra.Command, args []string) error { return atMost(0)(c, args) }

func oneArg(c *cobra.Command, args []string) error { return atMost(1)(c, args) }

func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return usage(c.CommandPath()+" --help", "%s does not take %q", c.CommandPath(), args[n])
		}
		return nil
	}
}

// completeNames offers exercise names to the shell.
func completeNames(a *app) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		c, err := a.loadCourse()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []string
		for _, t := range c.Tracks {
			for _, e := range t.Exercises {
				names = append(names, cobra.CompletionWithDesc(e.ID(), e.Title))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// pick returns the exercises that arguments name; all of them for none.
func pick(c *course.Course, args []string) ([]*course.Exercise, error) {
	if len(args) == 0 {
		return course.Order(c), nil
	}
	return c.Match(args...)
}
