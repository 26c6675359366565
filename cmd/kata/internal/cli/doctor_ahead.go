package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
)

// ahead is kata doctor --prefetch and --warm: every step is tried, and each is
// shown when it is done.
func (a *app) ahead(ctx context.Context, f doctorFlags) error {
	c, err := a.loadCourse()
	if err != nil {
		return err
	}
	g, err := a.grader(a.workspaceOrDir())
	if err != nil {
		return err
	}
	steps := g.WarmSteps(course.Order(c))
	if f.prefetch {
		if steps, err = g.PrefetchSteps(course.Order(c)); err != nil {
			return err
		}
	}
	failed := 0
	for _, step := range steps {
		check := a.step(ctx, step)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if a.out().Doctor([]report.Check{check}); check.Health != report.Good {
			failed++
		}
	}
	if failed > 0 {
		return errUngraded
	}
	return nil
}

func (a *app) step(ctx context.Context, s grader.Step) report.Check {
	begun := a.Now()
	text, err := s.Do(ctx)
	if err != nil {
		_, hint := outcome(ctx, err)
		return report.Check{Name: s.Name, Text: err.Error(), Health: report.Bad, Mend: cmp.Or(hint, "kata doctor")}
	}
	return report.Check{Name: s.Name, Text: fmt.Sprintf("%s (%v)", text, a.Now().Sub(begun).Round(100*time.Millisecond))}
}
