package report

import (
	"fmt"
	"strings"

	"github.com/kata-go/kata/grader/verdict"
)

// fault is one thing that keeps an exercise from passing, at the learner's
// line: what annotations and code-quality reports are made of.
type fault struct {
	exercise string
	title    string
	text     string // lines
	file     string // slash path relative to the workspace; never empty
	line     int    // from 1
	column   int    // 0 when unknown
}

// faults lists what is wrong with a result: the problem that kept it from being
// judged, and every behaviour with a failure of its own. A result that passes,
// or says nothing about the code, has none.
func faults(r verdict.Result) []fault {
	if r.Status != verdict.Fail {
		return nil
	}
	var list []fault
	if p := r.Problem; p != nil {
		list = append(list, fault{r.Exercise, kinds[p.Kind], p.Message, p.File, p.Line, p.Column})
	}
	list = append(list, failures(r, r.Behaviours)...)
	if len(list) == 0 {
		list = append(list, fault{exercise: r.Exercise, title: "not everything holds", text: r.Reason})
	}
	for i := range list {
		list[i].place()
	}
	return list
}

// place gives a fault without a place the exercise's brief.
func (f *fault) place() {
	if f.file == "" {
		f.file = "exercises/" + f.exercise + "/README.md"
	}
	f.line = max(f.line, 1)
}

func failures(r verdict.Result, list []verdict.Behaviour) []fault {
	var found []fault
	for _, b := range list {
		if b.Status == verdict.Fail && b.Failure != nil {
			file, line := r.Place(b.Failure.At)
			found = append(found, fault{r.Exercise, b.Name, failureText(*b.Failure), file, line, 0})
		}
		found = append(found, failures(r, b.Parts)...)
	}
	return found
}

// failureText is a failure in labelled lines.
func failureText(f verdict.Failure) string {
	var b strings.Builder
	for _, p := range []struct{ label, text string }{{"sent", f.Sent}, {"got", f.Got}, {"want", f.Want}, {"note", f.Note}} {
		if p.text != "" {
			fmt.Fprintf(&b, "%-5s %s\n", p.label, strings.ReplaceAll(p.text, "\n", "\n      "))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
