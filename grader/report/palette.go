package report

import (
	"strings"

	"github.com/fatih/color"

	"github.com/kata-go/kata/grader/verdict"
)

// Palette is the colours of one handler's output. The zero value has none.
type Palette struct {
	good, bad, warn, faint, bold, code, heading *color.Color
}

// NewPalette returns a palette with colours, or one that leaves text as it is.
// It heeds nothing but its argument.
func NewPalette(colours bool) Palette {
	pen := func(attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if colours {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return Palette{
		good: pen(color.FgGreen), bad: pen(color.FgRed), warn: pen(color.FgYellow), faint: pen(color.Faint),
		bold: pen(color.Bold), code: pen(color.FgCyan), heading: pen(color.Bold, color.FgMagenta),
	}
}

// paint colours text, line by line so that a pager can cut anywhere.
func paint(c *color.Color, text string) string {
	if c == nil || text == "" {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = c.Sprint(line)
		}
	}
	return strings.Join(lines, "\n")
}

// coloured reports whether the palette changes anything.
func (p Palette) coloured() bool { return p.bold != nil && p.bold.Sprint("x") != "x" }

// of returns the pen for a status.
func (p Palette) of(s verdict.Status) *color.Color {
	switch s {
	case verdict.Pass:
		return p.good
	case verdict.Fail, verdict.Error:
		return p.bad
	case verdict.Skip:
		return p.warn
	}
	return p.faint
}

// Mark returns the one-column mark of a status.
func Mark(s verdict.Status, p Palette) string { return paint(p.of(s), mark(s)) }

func mark(s verdict.Status) string {
	switch s {
	case verdict.Pass:
		return "✓"
	case verdict.Fail:
		return "✗"
	case verdict.Skip:
		return "–"
	case verdict.Error:
		return "!"
	}
	return "·"
}

// Bar returns a bar of the given number of columns that shows done of total:
// empty only for nothing, full only for all.
func Bar(done, total, columns int, p Palette) string {
	full := 0
	if total > 0 {
		done = min(max(done, 0), total)
		full = columns * done / total
		if done > 0 && full == 0 && columns > 1 {
			full = 1
		}
	}
	return paint(p.good, strings.Repeat("▓", full)) + paint(p.faint, strings.Repeat("░", columns-full))
}

// Level returns an exercise's level, 1 to 5, as five dots.
func Level(level int) string {
	level = min(max(level, 0), 5)
	return strings.Repeat("●", level) + strings.Repeat("○", 5-level)
}
