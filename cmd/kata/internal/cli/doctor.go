package cli

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

func doctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check toolchain, services and caches, and say what mends them",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.doctor(c.Context())
		},
	}
}

func (a *app) doctor(ctx context.Context) error {
	checks := []report.Check{{Name: "kata", Health: report.Good, Text: version()}}
	dir := a.Dir
	s, err := a.open()
	if err != nil {
		_, hint := outcome(ctx, err)
		checks = append(checks, report.Check{Name: "workspace", Health: report.Bad, Text: err.Error(), Mend: hint})
	} else {
		dir = s.dir
		checks = append(checks, report.Check{Name: "workspace", Health: report.Good, Text: s.dir})
	}
	g, err := a.grader(dir)
	if err != nil {
		return err
	}
	checks = append(checks, a.toolchain(ctx, g))
	checks = append(checks, report.Check{Name: "cache", Health: report.Good, Text: g.CacheDir})
	for _, s := range g.ServiceStates(ctx) {
		state := report.Good
		if s.Via == "" {
			state = report.Absent
		}
		checks = append(checks, report.Check{Name: s.Name, Health: state, Text: s.Text, Mend: s.Mend})
	}
	a.out().Doctor(checks)
	if slices.ContainsFunc(checks, func(c report.Check) bool { return c.Health == report.Bad }) {
		return errUngraded
	}
	return nil
}

func (a *app) toolchain(ctx context.Context, g *grader.Grader) report.Check {
	tool, err := g.Toolchain(ctx)
	if err != nil {
		_, hint := outcome(ctx, err)
		return report.Check{Name: "go", Health: report.Bad, Text: err.Error(), Mend: hint}
	}
	return report.Check{Name: "go", Health: report.Good, Text: tool.Version + "  " + filepath.FromSlash(tool.Go)}
}
