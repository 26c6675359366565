package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// grace is how long a command may take to end after an interrupt; one that waits
// for another kata may not notice it sooner.
const grace = 2 * time.Second

// Run executes one command line and returns the process's exit code.
func Run(ctx context.Context, w World) int {
	a := newApp(w)
	root := newRoot(a)
	root.SetArgs(w.Args)
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	err := within(ctx, grace, func() error { return root.ExecuteContext(ctx) })
	code, hint := outcome(ctx, err)
	if err != nil && hint != "" {
		a.errs().Error(err.Error(), hint)
	}
	return code
}

// within returns what f returns, or the context's error when f has not returned
// for so long after the context's end.
func within(ctx context.Context, grace time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return ctx.Err()
	}
}

func newRoot(a *app) *cobra.Command {
	next := nextCommand(a)
	root := &cobra.Command{
		Use:   "kata",
		Short: "Learn backend engineering by repairing what broke in production",
		Long: `kata teaches backend engineering by repair. Each exercise is a bug report and
the broken Go package behind it: read, edit, run kata again. When the hidden
tests pass you are moved on to the next one.

Bare kata is kata next.`,
		SilenceErrors: true, SilenceUsage: true,
		Version:                    version(),
		SuggestionsMinimumDistance: 2, // typing errors
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(a, c, args[0])
			}
			return nil
		},
		RunE: next.RunE,
	}
	root.SetVersionTemplate("kata {{.Version}}\n")
	root.Flags().AddFlagSet(next.Flags())
	root.PersistentFlags().StringVar(&a.workspaceFlag, "workspace", "", "`DIR` holds exercises/ (else it is looked for upwards)")
	root.PersistentFlags().StringVar(&a.servicesFlag, "services", "", "databases come from `HOW`: env, docker, local or embedded")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(c.CommandPath()+" --help", "%s: %s", c.CommandPath(), strings.ToLower(err.Error()[:1])+err.Error()[1:])
	})
	root.AddGroup(&cobra.Group{ID: "learn", Title: "Learning:"}, &cobra.Group{ID: "check", Title: "Checking:"}, &cobra.Group{ID: "more", Title: "More:"})
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("learn", next, watchCommand(a), showCommand(a), hintCommand(a), diffCommand(a), resetCommand(a), solutionCommand(a), startCommand(a), listCommand(a))
	add("check", verifyCommand(a), reportCommand(a), serveCommand(a), gradeCommand(a), doctorCommand(a))
	add("more", initCommand(a), updateCommand(a), authorCommand(a), versionCommand(a))
	root.SetHelpCommandGroupID("more")
	root.SetCompletionCommandGroupID("more")
	return root
}

// unknownCommand says what may have been meant by a word that is no command.
func unknownCommand(a *app, root *cobra.Command, word string) error {
	if near := root.SuggestionsFor(word); len(near) > 0 {
		return usage("kata "+near[0], "there is no command %q; did you mean %s?", word, strings.Join(near, " or "))
	}
	if c, err := a.loadCourse(); err == nil {
		if e, err := c.Find(word); err == nil {
			return usage("kata start "+e.ID(), "%q is an exercise, not a command", word)
		}
	}
	return usage("kata --help", "there is no command %q", word)
}
