package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/verdict"
)

// LineWriter writes one line for each result, as soon as all that stand before
// it in the order have theirs.
type LineWriter struct {
	w     io.Writer
	width int
	names int // columns of the longest name
	p     Palette
	err   error
	order []string         // names whose lines are still to be written
	held  []verdict.Result // results that wait for an earlier one
}

// NewLineWriter returns a LineWriter for the results of the named exercises,
// whose lines are to come in that order.
func NewLineWriter(w io.Writer, names []string, width int, p Palette) *LineWriter {
	l := &LineWriter{w: w, width: width, p: p, order: slices.Clone(names)}
	for _, name := range names {
		l.names = max(l.names, columns(name))
	}
	return l
}

// Lines writes a line for each result that was graded, and the summary.
func Lines(w io.Writer, d verdict.Document, width int, p Palette) error {
	var names []string
	for _, r := range d.Exercises {
		if r.Status != verdict.Unstarted {
			names = append(names, r.Exercise)
		}
	}
	l := NewLineWriter(w, names, width, p)
	for _, r := range d.Exercises {
		l.Add(r)
	}
	return l.Close(d.Summary)
}

// Add takes one result. The lines of those that nothing earlier holds up any
// more are written.
func (l *LineWriter) Add(r verdict.Result) {
	if !slices.Contains(l.order, r.Exercise) {
		l.add(r)
		return
	}
	l.held = append(l.held, r)
	for len(l.order) > 0 {
		i := slices.IndexFunc(l.held, func(r verdict.Result) bool { return r.Exercise == l.order[0] })
		if i < 0 {
			return
		}
		l.add(l.held[i])
		l.held, l.order = slices.Delete(l.held, i, i+1), l.order[1:]
	}
}

// add writes the line of one result; exercises that were not started have none.
func (l *LineWriter) add(r verdict.Result) {
	if r.Status == verdict.Unstarted {
		return
	}
	status := paint(l.p.of(r.Status), fmt.Sprintf("%-5s", r.Status))
	left := status + " " + pad(r.Exercise, l.names) + "  "
	if r.Status == verdict.Pass || r.Status == verdict.Fail {
		passed, total := r.Count()
		left += fmt.Sprintf("%7s  %6s  ", fmt.Sprintf("%d/%d", passed, total), duration(r))
	}
	l.print(l.reason(left, reasonFor(r)))
}

// duration is how long the run took, or that there was none.
func duration(r verdict.Result) string {
	if r.Cached {
		return "cached"
	}
	return fmt.Sprintf("%.2fs", r.Seconds)
}

// reasonFor shortens a reason by the folder, which the line names already.
func reasonFor(r verdict.Result) string {
	if r.Status == verdict.Pass {
		return ""
	}
	return strings.ReplaceAll(r.Reason, "exercises/"+r.Exercise+"/", "")
}

// reason adds a reason in the column where failures have theirs, or as far to
// the left of it as it needs.
func (l *LineWriter) reason(left, text string) string {
	if text == "" {
		return strings.TrimRight(left, " ")
	}
	const usual = len("error ") + len("  ") + 7 + len("  ") + 6 + len("  ")
	column := min(usual+l.names, max(columns(left), l.width-columns(text)))
	return pad(left, column) + cut(text, l.width-column)
}

// Close writes the lines that are held back, and the summary. It returns the
// first error of any write.
func (l *LineWriter) Close(s verdict.Summary) error {
	for _, name := range l.order {
		for _, r := range l.held {
			if r.Exercise == name {
				l.add(r)
			}
		}
	}
	l.held, l.order = nil, nil
	parts := []string{fmt.Sprintf("%d passed", s.Passed)}
	for _, more := range []struct {
		n    int
		text string
	}{{s.Failed, "failed"}, {s.Skipped, "skipped"}, {s.Errors, "could not be graded"}, {s.Unstarted, "not started"}} {
		if more.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", more.n, more.text))
		}
	}
	pen := l.p.good
	if s.Failed+s.Errors > 0 {
		pen = l.p.bad
	} else if s.Skipped > 0 {
		pen = l.p.warn
	}
	l.print(paint(pen, strings.Join(parts, ", ")))
	return l.err
}

func (l *LineWriter) print(line string) {
	if l.err == nil {
		_, l.err = fmt.Fprintln(l.w, line)
	}
}
