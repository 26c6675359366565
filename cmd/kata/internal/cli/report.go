package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/spf13/cobra"
)

// reportFormats are what kata report writes of the progress.
var reportFormats = map[string]func(io.Writer, report.Page) error{
	"html": report.HTML, "markdown": report.Progress,
	"svg": func(w io.Writer, p report.Page) error { return report.Badge(w, p.Done(), p.Total()) },
}

func reportCommand(a *app) *cobra.Command {
	var format, output, from string
	c := &cobra.Command{
		Use:   "report",
		Short: "Show the progress as a page, as Markdown or as a badge",
		Long: `Write the progress: html is a page that needs nothing else, markdown a table for
a README, svg a badge. With --from a recorded run (kata verify --format json)
decides what has passed, as in CI, where nothing else is known.`,
		Example: "  kata report --output progress.html\n  kata report --format svg --from run.json --output badge.svg",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			write := reportFormats[format]
			if write == nil {
				return usage("kata report --format html, markdown or svg", "there is no format %q", format)
			}
			p, err := a.page(from)
			if err != nil {
				return err
			}
			d, err := a.destination(output)
			if err != nil {
				return err
			}
			return d.finish(write(d, p))
		},
	}
	c.Flags().StringVar(&format, "format", "html", "`FORMAT`: html, markdown or svg")
	c.Flags().StringVar(&output, "output", "", "write to `FILE` instead of standard output")
	c.Flags().StringVar(&from, "from", "", "take verdicts from `FILE`, a run's JSON")
	c.AddCommand(mergeCommand(a))
	return c
}

// page collects what the progress page shows.
func (a *app) page(from string) (report.Page, error) {
	s, err := a.open()
	if err != nil {
		return report.Page{}, err
	}
	p, err := a.progressPage(s)
	if err != nil || from == "" {
		return p, err
	}
	d, err := a.recorded(from)
	if err != nil {
		return p, err
	}
	p.Run = &d
	overlay(&p, d)
	return p, nil
}

// progressPage is the page of what the workspace remembers.
func (a *app) progressPage(s session) (report.Page, error) {
	tracks, err := rows(s, nil)
	if err != nil {
		return report.Page{}, err
	}
	p := report.Page{Course: s.course.Title, Now: a.Now(), Tracks: tracks, Known: map[string]report.Known{}}
	for _, e := range course.Order(s.course) {
		x := s.state.Exercise(e.ID())
		p.Known[e.ID()] = report.Known{Started: x.Started, After: e.After, Passed: x.BehavioursPassed, Total: x.BehavioursTotal, Seconds: x.Seconds}
	}
	return p, nil
}

// overlay lets a recorded run decide what passes.
func overlay(p *report.Page, d verdict.Document) {
	when := d.Time
	if when.IsZero() {
		when = p.Now
	}
	for _, t := range p.Tracks {
		for i := range t.Exercises {
			e := &t.Exercises[i]
			at := slices.IndexFunc(d.Exercises, func(r verdict.Result) bool { return r.Exercise == e.Name })
			if at < 0 {
				continue
			}
			r := d.Exercises[at]
			e.Status = string(r.Status)
			if e.Passed = passedAt(r, e.Passed, when); r.Status != verdict.Unstarted {
				k := p.Known[e.Name]
				k.Passed, k.Total = r.Count()
				p.Known[e.Name] = k
			}
		}
	}
}

func passedAt(r verdict.Result, before *time.Time, run time.Time) *time.Time {
	switch {
	case r.Status != verdict.Pass:
		return nil
	case before != nil:
		return before
	}
	return &run
}

// recorded reads a run's JSON.
func (a *app) recorded(name string) (verdict.Document, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.Dir, name)
	}
	file, err := os.Open(name)
	if err != nil {
		return verdict.Document{}, broken("kata verify --format json --output "+filepath.Base(name), "read the run %s: %w", name, bare(err))
	}
	defer file.Close()
	d, err := verdict.Decode(file)
	if err != nil {
		return d, broken("kata verify --format json --output "+filepath.Base(name), "%s: %w", name, err)
	}
	return d, nil
}

func mergeCommand(a *app) *cobra.Command {
	var format []string
	var output string
	c := &cobra.Command{
		Use:     "merge RUN.json...",
		Short:   "Join the runs of shards into one",
		Example: "  kata report merge shard1.json shard2.json --format json=run.json --format text",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("kata report merge RUN.json RUN.json", "merge needs the runs to join")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.mergeRuns(args, format, output) },
	}
	c.Flags().StringSliceVar(&format, "format", nil, "write as `FORMAT[=FILE]`; may be repeated")
	c.Flags().StringVar(&output, "output", "", "write to `FILE` instead of standard output")
	return c
}

func (a *app) mergeRuns(names, format []string, output string) error {
	formats, err := a.formats(format, output)
	if err != nil {
		return err
	}
	var runs []verdict.Document
	for _, name := range names {
		d, err := a.recorded(name)
		if err != nil {
			return err
		}
		runs = append(runs, d)
	}
	d, err := verdict.Join(runs...)
	if err != nil {
		return broken("merge runs of one kata only", "join the runs: %w", err)
	}
	if out, wanted := text(formats); wanted {
		if err := report.Lines(out, d, a.Width, report.NewPalette(out.terminal && a.mayColour())); err != nil {
			return out.finish(err)
		}
	}
	a.summarize(d)
	if err := writeAll(formats, d); err != nil {
		return err
	}
	return wish{}.judge(asked(d), 0)
}

// asked are the results of what was asked for.
func asked(d verdict.Document) []verdict.Result {
	return slices.DeleteFunc(slices.Clone(d.Exercises), func(r verdict.Result) bool { return r.Status == verdict.Unstarted })
}
