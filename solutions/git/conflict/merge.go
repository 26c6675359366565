// Package conflict merges three versions of a text file as git does.
package conflict

import (
	"slices"
	"strings"
)

// Version is one state of a file.
type Version struct {
	Name string // what the markers of a conflict call it
	Text string
}

// Merge returns what ours and theirs made of base, put together, and in how many
// places they contradict each other. Such a place has markers round it and holds
// all three versions, as `git merge-file --diff3` writes it.
func Merge(base, ours, theirs Version) (text string, conflicts int) {
	lines := split(base.Text)
	a, b := changes(lines, split(ours.Text)), changes(lines, split(theirs.Text))
	end := lineEnd(base.Text + ours.Text + theirs.Text)
	var out strings.Builder
	at := 0
	for len(a)+len(b) > 0 {
		var r region
		r, a, b = next(a, b)
		write(&out, lines[at:r.from])
		at = r.to
		was, we, they := lines[r.from:r.to], r.apply(lines, r.ours), r.apply(lines, r.theirs)
		switch {
		case len(r.theirs) == 0 || slices.Equal(we, they):
			write(&out, we)
		case len(r.ours) == 0:
			write(&out, they)
		default:
			conflicts++
			part(&out, "<<<<<<< "+ours.Name, we, end)
			part(&out, "||||||| "+base.Name, was, end)
			part(&out, "=======", they, end)
			part(&out, ">>>>>>> "+theirs.Name, nil, end)
		}
	}
	write(&out, lines[at:])
	return out.String(), conflicts
}

// region is a stretch of base in which changes overlap or touch each other: no
// line in it was left alone by both sides.
type region struct {
	from, to     int
	ours, theirs []change
}

// next takes the first region from the changes of both sides.
func next(a, b []change) (r region, restA, restB []change) {
	if len(b) == 0 || len(a) > 0 && a[0].from <= b[0].from {
		r.from, r.to = a[0].from, a[0].to
	} else {
		r.from, r.to = b[0].from, b[0].to
	}
	for {
		switch {
		case len(a) > 0 && a[0].from <= r.to:
			r.to, r.ours, a = max(r.to, a[0].to), append(r.ours, a[0]), a[1:]
		case len(b) > 0 && b[0].from <= r.to:
			r.to, r.theirs, b = max(r.to, b[0].to), append(r.theirs, b[0]), b[1:]
		default:
			return r, a, b
		}
	}
}

// apply returns the region's lines as one side has them.
func (r region) apply(lines []string, side []change) (out []string) {
	at := r.from
	for _, c := range side {
		out = append(append(out, lines[at:c.from]...), c.lines...)
		at = c.to
	}
	return append(out, lines[at:r.to]...)
}

// split returns a text's lines, each with its end; the last may have none.
func split(text string) []string {
	return slices.Collect(strings.Lines(text))
}

// lineEnd returns how the markers' lines have to end: as all lines of the text
// do, if they agree.
func lineEnd(text string) string {
	if n := strings.Count(text, "\n"); n > 0 && n == strings.Count(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

func write(out *strings.Builder, lines []string) {
	for _, l := range lines {
		out.WriteString(l)
	}
}

// part writes one version of a conflict below its marker. A last line without an
// end gets one, since another marker follows.
func part(out *strings.Builder, marker string, lines []string, end string) {
	out.WriteString(marker + end)
	write(out, lines)
	if n := len(lines); n > 0 && !strings.HasSuffix(lines[n-1], "\n") {
		out.WriteString(end)
	}
}
