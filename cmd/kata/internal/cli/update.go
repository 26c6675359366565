package cli

import (
	"context"
	"os"
	"path/filepath"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/update"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/spf13/cobra"
)

func updateCommand(a *app) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "update",
		Short: "Take over new and changed exercises; your work stays",
		Long: `Bring the workspace up to this kata's course. What you have not changed is
replaced; what you have changed is merged, and where that cannot be done, or
would not compile, your version stays and the new starter is laid beside it as
starter.new. Whatever is merged or moved is copied to .kata/kept first.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			return a.update(c.Context(), s, dry)
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "show what would be done and do nothing")
	return c
}

func (a *app) update(ctx context.Context, s session, dry bool) error {
	g, err := a.grader(s.dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return broken("kata doctor", "open the workspace: %w", bare(err))
	}
	defer root.Close()
	steps, err := update.Plan(root, s.course, compiles(ctx, g))
	if err != nil {
		return broken("kata doctor", "plan the update: %w; nothing was changed", err)
	}
	for _, step := range steps {
		if step.Action != update.Keep || step.From != "" {
			a.out().Step(step.Exercise, told(step))
		}
	}
	if dry {
		a.out().Note("nothing was changed: this was a dry run")
		return nil
	}
	kept, err := update.Apply(root, steps, a.Now())
	if err == nil && !isClone(s.dir) {
		err = update.Furnish(root, a.Files)
	}
	if err != nil {
		return broken("kata update, again: it goes on where it stopped", "update the workspace: %w", err)
	}
	if kept != "" {
		a.out().Note("your versions of what was merged or moved: " + filepath.FromSlash(kept))
	}
	a.out().Note(report.Count(len(steps), "exercise") + " up to date")
	return nil
}

// isClone tells a clone of kata, whose module files are git's business.
func isClone(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "kata.go"))
	return err == nil
}

// told is what a step does, in words.
func told(s update.Step) string {
	text := map[update.Action]string{
		update.Keep: "as it is", update.Add: "new", update.Replace: "renewed; you had not changed it",
		update.Merged: "merged with your changes",
		update.Beside: "your version stays; the new one is beside: " + update.StarterNew,
		update.Retire: "no longer in the course; removed, you had not changed it",
		update.Orphan: "no longer in the course; your version stays",
	}[s.Action]
	if s.From != "" {
		text = "was " + s.From + "; " + text
	}
	return text
}

// compiles asks the grader whether files can be built with the hidden tests.
// What cannot be told, for want of a toolchain, counts as no.
func compiles(ctx context.Context, g *grader.Grader) update.Compiles {
	return func(e *course.Exercise, files []course.File) bool {
		results, err := g.Judge(ctx, []bench.Submission{{Exercise: e, Variant: "update", Files: files}}, grader.Options{})
		if err != nil {
			return false
		}
		p := results[0].Problem
		return p == nil || p.Kind != verdict.Compile && p.Kind != verdict.Rule
	}
}
