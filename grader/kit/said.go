package kit

import (
	"strings"
	"unicode/utf8"
)

// wide is how many columns a line gets: the 69 that a terminal of 80 leaves
// beside a failure's label, less a short word before the text, such as "A: ".
const wide = 66

// Wrap breaks a text at its spaces into lines that fit a failure on a terminal
// of 80 columns, the later ones indented by two. The lines that it has are
// joined before, so a text that ends in a wrapped one can be wrapped again. A
// word that is too long stays whole.
func Wrap(text string) string {
	var b strings.Builder
	width := 0
	for i, w := range strings.Fields(text) {
		n := utf8.RuneCountInString(w)
		switch {
		case i == 0:
		case width+1+n > wide:
			b.WriteString("\n  ")
			width = 2
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(w)
		width += n
	}
	return b.String()
}

// longest is how many bytes of an error are shown.
const longest = 400

// Said tells what a call returned as its error, as Wrap breaks it: "no error",
// or "the error" and what it says. Of a very long one the middle is left out.
func Said(err error) string {
	if err == nil {
		return "no error"
	}
	text := err.Error()
	if len(text) > longest {
		text = text[:longest-150] + " … " + text[len(text)-100:]
	}
	return Wrap("the error " + strings.ToValidUTF8(text, ""))
}
