package update

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// Merge combines two changes of a text, line by line. ok is false where both
// changed the same lines, or lines that touch; nothing is merged then.
func Merge(base, ours, theirs []byte) (merged []byte, ok bool) {
	switch {
	case bytes.Equal(ours, theirs), bytes.Equal(base, theirs):
		return ours, true
	case bytes.Equal(base, ours):
		return theirs, true
	}
	lines := splitLines(base)
	a, b := changes(lines, ours), changes(lines, theirs)
	var out strings.Builder
	at := 0
	for len(a) > 0 || len(b) > 0 {
		next, both := earlier(&a, &b)
		if both && (len(a) == 0 || len(b) == 0 || !a[0].same(b[0])) {
			return nil, false
		}
		if both { // the same change on both sides
			next, a, b = a[0], a[1:], b[1:]
		}
		out.WriteString(strings.Join(lines[at:next.from], ""))
		out.WriteString(strings.Join(next.lines, ""))
		at = next.to
	}
	out.WriteString(strings.Join(lines[at:], ""))
	return []byte(out.String()), true
}

// change puts lines in the place of base[from:to].
type change struct {
	from, to int
	lines    []string
}

func (c change) same(d change) bool {
	return c.from == d.from && c.to == d.to && slices.Equal(c.lines, d.lines)
}

// touches reports whether two changes overlap or have no line of the base
// between them.
func (c change) touches(d change) bool { return c.from <= d.to && d.from <= c.to }

// earlier takes the first change off its list, or tells that the first ones of
// both lists touch.
func earlier(a, b *[]change) (next change, both bool) {
	switch {
	case len(*a) > 0 && len(*b) > 0 && (*a)[0].touches((*b)[0]):
		return change{}, true
	case len(*b) == 0 || len(*a) > 0 && (*a)[0].from < (*b)[0].from:
		next, *a = (*a)[0], (*a)[1:]
	default:
		next, *b = (*b)[0], (*b)[1:]
	}
	return next, false
}

// changes lists what makes text of the base, in order.
func changes(base []string, text []byte) []change {
	lines := splitLines(text)
	var list []change
	for _, op := range difflib.NewMatcherWithJunk(base, lines, false, nil).GetOpCodes() {
		if op.Tag != 'e' {
			list = append(list, change{op.I1, op.I2, lines[op.J1:op.J2]})
		}
	}
	return list
}

// splitLines cuts a text after each newline.
func splitLines(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }
