package report

import (
	"strings"

	"github.com/fatih/color"
)

// glyph is one character with its pen.
type glyph struct {
	r     rune
	pen   *color.Color
	whole bool // a space that no line may end at
}

func glyphs(text string, pen *color.Color) []glyph {
	var out []glyph
	for _, r := range text {
		out = append(out, glyph{r: r, pen: pen})
	}
	return out
}

// wrap breaks glyphs into coloured lines of at most width columns. A word that
// is longer, such as an address, stays whole.
func (m *markdown) wrap(all []glyph, width int) []string {
	var lines []string
	start, space := 0, -1
	for i := 0; i <= len(all); i++ {
		end := i == len(all) || all[i].r == '\n'
		if (end || all[i].r == ' ' && !all[i].whole) && i-start > width && space >= start {
			lines = append(lines, coloured(all[start:space]))
			start = space + 1
		}
		if end {
			lines = append(lines, coloured(all[start:i]))
			start = i + 1
		} else if all[i].r == ' ' && !all[i].whole {
			space = i
		}
	}
	return lines
}

// coloured joins glyphs, one colour sequence for each run of a pen.
func coloured(line []glyph) string {
	var out strings.Builder
	for i := 0; i < len(line); {
		var run strings.Builder
		pen := line[i].pen
		for ; i < len(line) && line[i].pen == pen; i++ {
			run.WriteRune(line[i].r)
		}
		out.WriteString(paint(pen, run.String()))
	}
	return out.String()
}
