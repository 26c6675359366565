// Package workflow tells hidden tests what a GitHub Actions workflow does: which
// events start it, which jobs and steps then run with which secrets, token and
// caches, and what stops them.
//
// The file is read by actionlint, its expressions by actionlint's parser, and
// its scripts are run by mvdan.cc/sh with commands that only pretend, so that
// order, quoting and equivalent spellings make no difference. It owns facts and
// their lines, never what is right: that is for the tests to say. It starts no
// process and knows no exercise. What it does not know of: reusable workflows,
// shells other than bash and sh, and what actions give out.
package workflow

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/rhysd/actionlint"
)

// File is a parsed workflow.
type File struct {
	Name string // as the learner calls it
	tree *actionlint.Workflow
	text []string
}

// Problem is something that actionlint has against a file.
type Problem struct {
	Line int
	Text string
}

// Read parses the learner's file called name in the working directory and
// fails the behaviour when GitHub could not run it.
func Read(t testing.TB, name string) *File {
	t.Helper()
	f, err := Parse(name, kit.File(t, name))
	var bad *SyntaxError
	if errors.As(err, &bad) {
		kit.Fail(t, kit.Failure{Sent: cmp.Or(bad.Text, "read "+name), Got: wrap(bad.Reason), Want: "a workflow that GitHub can read", At: kit.Line(name, bad.Line)})
	}
	return f
}

// SyntaxError says that GitHub could not run the file.
type SyntaxError struct {
	Line   int
	Text   string // the line as written
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Parse reads a workflow; name is only told in places. Its errors are
// *SyntaxError.
func Parse(name, source string) (*File, error) {
	f := &File{Name: name, text: strings.Split(source, "\n")}
	tree, problems := actionlint.Parse([]byte(source))
	for _, p := range problems {
		return nil, &SyntaxError{p.Line, f.line(p.Line), p.Message}
	}
	f.tree = tree
	for id, job := range tree.Jobs {
		if job.WorkflowCall != nil {
			return nil, &SyntaxError{job.Pos.Line, f.line(job.Pos.Line), "the job " + id + " calls another workflow, which is not part of this exercise"}
		}
	}
	if id := f.circle(); id != "" {
		line := tree.Jobs[id].Pos.Line
		return nil, &SyntaxError{line, f.line(line), "the job " + id + " waits for itself, or for a job that is not there"}
	}
	return f, nil
}

// Lint returns what actionlint finds in the learner's file.
func Lint(t testing.TB, name string) []Problem {
	t.Helper()
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.Lint(name, []byte(kit.File(t, name)), nil)
	if err != nil {
		t.Fatal(err)
	}
	var list []Problem
	for _, p := range found {
		list = append(list, Problem{p.Line, wrap(p.Message)})
	}
	return list
}

// Line returns the line as written, without its indentation.
func (f *File) line(n int) string {
	if n < 1 || n > len(f.text) {
		return ""
	}
	return strings.TrimSpace(f.text[n-1])
}

// circle returns a job that can never begin, because of its needs, or "".
func (f *File) circle() string {
	order := f.order()
	for _, id := range f.ids() {
		if !slices.Contains(order, id) {
			return id
		}
	}
	return ""
}

// order returns the jobs, those that others need first, else as they stand.
func (f *File) order() []string {
	var list []string
	done := map[string]bool{}
	for again := true; again; {
		again = false
		for _, id := range f.ids() {
			if !done[id] && f.ready(id, done) {
				done[id], again = true, true
				list = append(list, id)
			}
		}
	}
	return list
}

// ids returns the jobs as they stand in the file.
func (f *File) ids() []string {
	return slices.SortedFunc(maps.Keys(f.tree.Jobs), func(a, b string) int {
		return cmp.Compare(f.tree.Jobs[a].Pos.Line, f.tree.Jobs[b].Pos.Line)
	})
}

func (f *File) ready(id string, done map[string]bool) bool {
	for _, n := range f.tree.Jobs[id].Needs {
		if !done[strings.ToLower(n.Value)] {
			return false
		}
	}
	return true
}

// Part is something that the workflow takes from elsewhere.
type Part struct {
	Ref  string // as written: "actions/checkout@v4", "docker://alpine:3", "postgres:17"
	Line int
	Text string // the line
}

// Parts returns the actions and images of all jobs.
func (f *File) Parts() []Part {
	var list []Part
	for _, id := range f.ids() {
		job := f.tree.Jobs[id]
		for _, s := range job.Steps {
			if a, ok := s.Exec.(*actionlint.ExecAction); ok && !strings.HasPrefix(a.Uses.Value, "./") {
				list = append(list, Part{a.Uses.Value, a.Uses.Pos.Line, f.line(a.Uses.Pos.Line)})
			}
		}
		list = append(list, f.images(job)...)
	}
	return list
}

// images returns the job's images, in all combinations of its matrix.
func (f *File) images(job *actionlint.Job) []Part {
	var names []*actionlint.String
	if job.Container != nil {
		names = append(names, job.Container.Image)
	}
	if job.Services != nil {
		for _, name := range sorted(job.Services.Value) {
			names = append(names, job.Services.Value[name].Container.Image)
		}
	}
	var list []Part
	for _, m := range (scope{}).matrix(job.Strategy) {
		for _, n := range names {
			if n == nil {
				continue
			}
			if ref := (scope{vars: map[string]any{"matrix": m}}).text(n.Value); ref != "" {
				list = append(list, Part{"docker://" + strings.TrimPrefix(ref, "docker://"), n.Pos.Line, f.line(n.Pos.Line)})
			}
		}
	}
	return list
}

// Fixed reports whether what the part names can never become something else: a
// whole commit, or a digest.
func (p Part) Fixed() bool {
	if image, ok := strings.CutPrefix(p.Ref, "docker://"); ok {
		_, digest, _ := strings.Cut(image, "@sha256:")
		return isHex(digest, 64)
	}
	_, commit, _ := strings.Cut(p.Ref, "@")
	return isHex(commit, 40)
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// wrap breaks a text into lines of a screen.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for _, w := range strings.Fields(text) {
		if width > 0 && width+len(w) > 66 {
			b.WriteString("\n")
			width = 0
		} else if width > 0 {
			b.WriteString(" ")
		}
		b.WriteString(w)
		width += len(w) + 1
	}
	return b.String()
}
