package cli

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/verdict"
)

// machineFormats are what --format writes when all verdicts are there; "text"
// is written line by line instead.
var machineFormats = map[string]func(io.Writer, verdict.Document) error{
	"json":     report.JSON,
	"junit":    report.JUnit,
	"github":   report.GitHub,
	"gitlab":   report.GitLab,
	"markdown": report.Summary,
}

const formatNames = "text, json, junit, github, gitlab or markdown"

// written is one format and where it goes.
type written struct {
	format string
	destination
}

// formats reads --format FORMAT[=FILE] and --output. GitHub's annotations are
// added where GITHUB_ACTIONS is set.
func (a *app) formats(wanted []string, output string) ([]written, error) {
	if len(wanted) == 0 {
		wanted = []string{"text"}
	}
	var list []written
	onStdout := ""
	for _, w := range wanted {
		format, file, named := strings.Cut(w, "=")
		if format != "text" && machineFormats[format] == nil {
			return nil, usage("kata verify --format FORMAT, of "+formatNames, "there is no format %q", format)
		}
		if !named && output != "" && format != "github" {
			file, output = output, ""
		}
		if file == "" && format != "github" {
			if onStdout != "" {
				return nil, usage("name a file for one of them: --format "+format+"=FILE", "%s and %s cannot both go to standard output", onStdout, format)
			}
			onStdout = format
		}
		d, err := a.destination(file)
		if err != nil {
			return nil, err
		}
		list = append(list, written{format, d})
	}
	if output != "" {
		return nil, usage("name the file with the format: --format FORMAT=FILE", "there is no format for --output %s", output)
	}
	return a.onGitHub(list, onStdout), nil
}

// onGitHub adds annotations under GitHub Actions: on standard error where a
// document has standard output, for the runner reads both.
func (a *app) onGitHub(list []written, onStdout string) []written {
	if a.Env("GITHUB_ACTIONS") != "true" || slices.ContainsFunc(list, func(w written) bool { return w.format == "github" }) {
		return list
	}
	to := a.Stdout
	if onStdout != "" && onStdout != "text" {
		to = a.Stderr
	}
	return append(list, written{"github", destination{Writer: to}})
}

// text is where the lines go; false when no format asks for them.
func text(list []written) (destination, bool) {
	i := slices.IndexFunc(list, func(w written) bool { return w.format == "text" })
	if i < 0 {
		return destination{Writer: io.Discard}, false
	}
	return list[i].destination, true
}

// writeAll writes every format but text, and finishes all of them.
func writeAll(list []written, d verdict.Document) error {
	for _, w := range list {
		var err error
		if write := machineFormats[w.format]; write != nil {
			err = write(w, d)
		}
		if err := w.finish(err); err != nil {
			return err
		}
	}
	return nil
}

// summarize appends the results to the page that GitHub shows of a step. It is
// an extra: a file that cannot be written is told and changes no outcome.
func (a *app) summarize(d verdict.Document) {
	name := a.Env("GITHUB_STEP_SUMMARY")
	if a.Env("GITHUB_ACTIONS") != "true" || name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err == nil {
		err = report.Summary(file, d)
		_ = file.Close()
	}
	if err != nil {
		a.errs().Note("the step's summary was not written: " + err.Error())
	}
}

// plain reports whether lines are all that is wanted: then nobody asks for the
// document, which takes longer than a cached verdict.
func (a *app) plain(list []written) bool {
	return a.Env("GITHUB_ACTIONS") != "true" && !slices.ContainsFunc(list, func(w written) bool { return w.format != "text" })
}

// document is the results and the rest of the course, in course order, with
// what reached them.
func (a *app) document(ctx context.Context, g *grader.Grader, results []verdict.Result, began time.Time) (verdict.Document, error) {
	digest, err := grader.Digest(a.Files)
	if err != nil {
		return verdict.Document{}, err
	}
	d := verdict.NewDocument(version(), goVersion(ctx, g), results)
	d.Platform, d.Time, d.Tests = platform(), began.UTC().Round(time.Millisecond), digest[:12]
	for _, l := range g.Runner.Containment(ctx) {
		d.Containment = append(d.Containment, verdict.Layer{Name: l.Name, Held: l.Held, Reason: l.Why})
	}
	return d, nil
}
