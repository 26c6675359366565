package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// unit says what the values of a row are.
type unit string

const (
	inSeconds unit = "s"
	inMiB     unit = "MiB"
	counted   unit = ""
)

// row is one finding: what was measured, and mostly what against.
type row struct {
	what, against string
	unit          unit
	a, b          series
	ratio         series  // a over b, round by round, unless set
	most          float64 // the target: the largest ratio; 0: none
	limit         float64 // the target: the largest median of a, in the unit; 0: none
}

func (r row) ratios() series {
	if r.ratio != nil {
		return r.ratio
	}
	return r.a.over(r.b)
}

// headings are those of the cells.
func headings() []string {
	return []string{"measured", "median (min–max)", "against", "median (min–max)", "ratio (min–max)", "target", ""}
}

func (r row) cells() []string {
	target, verdict := r.target()
	return []string{r.what, spread(r.a, r.unit.show), r.against, spread(r.b, r.unit.show), spread(r.ratios(), showRatio), target, verdict}
}

// target returns the row's target and whether it was met.
func (r row) target() (target, verdict string) {
	met := true
	switch {
	case r.most > 0:
		target, met = "≤ "+showRatio(r.most), r.ratios().median() <= r.most
	case r.limit > 0:
		target, met = "≤ "+r.unit.show(r.limit), r.a.median() <= r.limit
	default:
		return "", ""
	}
	if met {
		return target, "met"
	}
	return target, "missed"
}

// spread shows a series as "median (least–most)", "" when it is empty.
func spread(s series, show func(float64) string) string {
	if len(s) == 0 {
		return ""
	}
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range s {
		least, most = min(least, v), max(most, v)
	}
	return fmt.Sprintf("%s (%s–%s)", show(s.median()), show(least), show(most))
}

func showRatio(v float64) string { return fmt.Sprintf("%.2f", v) }

// show writes a value with three digits and its unit.
func (u unit) show(v float64) string {
	if u == inSeconds && v < 1 {
		return digits(v*1000) + " ms"
	}
	if u == counted {
		return fmt.Sprint(v)
	}
	return digits(v) + " " + string(u)
}

func digits(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// grid is the rows' cells below their headings, without the columns that say
// nothing.
func grid(rows []row) [][]string {
	lines := [][]string{headings()}
	for _, r := range rows {
		lines = append(lines, r.cells())
	}
	for i := len(headings()) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(lines[1:], func(cells []string) bool { return cells[i] != "" }) {
			for j := range lines {
				lines[j] = slices.Delete(lines[j], i, i+1)
			}
		}
	}
	return lines
}

// text lays lines out in columns below a title.
func text(title string, lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, c := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	b.WriteString(title + "\n")
	for _, cells := range lines {
		line := ""
		for i, c := range cells {
			line += "  " + c + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// markdown writes lines as a table of GitHub's Markdown below a heading.
func markdown(title string, lines [][]string) string {
	var b strings.Builder
	b.WriteString("### " + title + "\n\n")
	for i, cells := range lines {
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
		}
	}
	return b.String()
}
