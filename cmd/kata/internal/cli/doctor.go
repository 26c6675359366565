package cli

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/services"
	"github.com/spf13/cobra"
)

// doctorFlags are the wishes of one kata doctor.
type doctorFlags struct {
	format string
	time   bool

	install, from  string
	prefetch, warm bool
}

func doctorCommand(a *app) *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check toolchain, services and caches, and say what mends them",
		Long: `Check toolchain, workspace and caches, and show for every service where it would
come from, its version, and why better sources are not taken. Sources are, the
best first: an address in KATA_<SERVICE>, a container when --services docker
asks for it, a program on this machine, what kata brings itself.

Redis is the exception: its exercises move the server's clock, which that of a
real server cannot be, so a redis-server is taken only by --services local.

--install unpacks programs where they are looked for first. The repository is
that of --from, else of KATA_POSTGRES_REPOSITORY, else the usual one.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"text", "json"}, f.format) {
				return usage("kata doctor --format json", "doctor writes text or json, not %q", f.format)
			}
			switch {
			case f.install != "" || f.from != "":
				return a.install(c.Context(), f)
			case f.prefetch || f.warm:
				return a.ahead(c.Context(), f)
			}
			return a.doctor(c.Context(), f)
		},
	}
	c.Flags().StringVar(&f.format, "format", "text", "write `FORMAT`: text or json")
	c.Flags().BoolVar(&f.time, "time", false, "start each server once, and show what that takes")
	c.Flags().StringVar(&f.install, "install", "", "fetch `SERVICE`: postgres, or postgres@VERSION")
	c.Flags().StringVar(&f.from, "from", "", "install from the repository at `URL`, not the usual one")
	c.Flags().BoolVar(&f.prefetch, "prefetch", false, "fetch and build all that is needed to work offline")
	c.Flags().BoolVar(&f.warm, "warm", false, "compile ahead what the first gradings would compile")
	return c
}

func (a *app) doctor(ctx context.Context, f doctorFlags) error {
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
	rows := a.services(ctx, g, f.time)
	if err := a.diagnose(checks, rows, f.format); err != nil {
		return err
	}
	if slices.ContainsFunc(checks, func(c report.Check) bool { return c.Health == report.Bad }) {
		return errUngraded
	}
	return nil
}

// diagnose shows what was found.
func (a *app) diagnose(checks []report.Check, rows []report.Service, format string) error {
	if format == "json" {
		return report.DoctorJSON(a.Stdout, checks, rows)
	}
	a.out().Doctor(checks)
	a.out().Services(rows)
	return nil
}

// services are the rows of doctor's table. With timed each server is started,
// one after the other, so that none waits for another.
func (a *app) services(ctx context.Context, g *grader.Grader, timed bool) []report.Service {
	var rows []report.Service
	for _, s := range g.ServiceStates(ctx) {
		r := report.Service{Check: report.Check{Name: s.Name, Text: s.Text, Mend: s.Mend}, From: s.Via, Version: s.Version, Passed: s.Passed}
		if timed && s.Via != "" && s.Fault == "" {
			var err error
			if r.Start, err = g.TimeService(ctx, s.Name); err != nil {
				s.Fault = err.Error()
			}
		}
		if s.Fault != "" {
			r.Text += ": " + s.Fault
		}
		r.Health = health(s)
		rows = append(rows, r)
	}
	return rows
}

func health(s services.State) report.Health {
	if s.Via == "" || s.Fault != "" {
		return report.Absent
	}
	return report.Good
}

func (a *app) toolchain(ctx context.Context, g *grader.Grader) report.Check {
	tool, err := g.Toolchain(ctx)
	if err != nil {
		_, hint := outcome(ctx, err)
		return report.Check{Name: "go", Health: report.Bad, Text: err.Error(), Mend: hint}
	}
	return report.Check{Name: "go", Health: report.Good, Text: tool.Version + "  " + filepath.FromSlash(tool.Go)}
}
