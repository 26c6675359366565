// Package conflict merges three versions of a text file as git does.
package conflict

import "strings"

// Version is one state of a file.
type Version struct {
	Name string // what the markers of a conflict call it
	Text string
}

// Merge returns what ours and theirs made of base, put together, and in how many
// places they contradict each other.
func Merge(base, ours, theirs Version) (text string, conflicts int) {
	lines := split(base.Text)
	a, b := changes(lines, split(ours.Text)), changes(lines, split(theirs.Text))
	var out []string
	at := 0 // the lines of base before at are done
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(a) > 0 && a[0].from < at: // is in the conflict already
			a = a[1:]
		case len(b) > 0 && b[0].from < at:
			b = b[1:]
		case len(b) == 0 || len(a) > 0 && a[0].to <= b[0].from:
			out = append(out, lines[at:a[0].from]...)
			out = append(out, a[0].lines...)
			at, a = a[0].to, a[1:]
		case len(a) == 0 || b[0].to <= a[0].from:
			out = append(out, lines[at:b[0].from]...)
			out = append(out, b[0].lines...)
			at, b = b[0].to, b[1:]
		default: // both want these lines: somebody has to look
			conflicts++
			from, to := min(a[0].from, b[0].from), max(a[0].to, b[0].to)
			out = append(out, lines[at:from]...)
			out = append(out, "<<<<<<< "+ours.Name)
			out = append(out, a[0].lines...)
			out = append(out, "||||||| "+base.Name)
			out = append(out, lines[from:to]...)
			out = append(out, "=======")
			out = append(out, b[0].lines...)
			out = append(out, ">>>>>>> "+theirs.Name)
			at, a, b = to, a[1:], b[1:]
		}
	}
	out = append(out, lines[at:]...)
	return strings.Join(out, "\n"), conflicts
}

// split returns the lines of a text, whatever system it was written on.
func split(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}
