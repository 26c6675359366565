package report

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// table writes a table of Markdown: columns as wide as their longest cell, the
// widest made narrower until all fit.
func (m *markdown) table(table ast.Node, prefix string) {
	var rows [][][]glyph
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		pen := m.p.bold
		if len(rows) > 0 {
			pen = nil
		}
		var cells [][]glyph
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, m.inline(cell, pen))
		}
		rows = append(rows, cells)
	}
	widths := m.widths(rows, m.width-columns(prefix))
	for i, cells := range rows {
		m.row(cells, widths, prefix)
		if i == 0 {
			m.line(prefix, paint(m.p.faint, rule(widths)))
		}
	}
}

const gutter = 2

func (m *markdown) widths(rows [][][]glyph, room int) []int {
	var widths []int
	for _, cells := range rows {
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 1)
			}
			widths[i] = max(widths[i], len(cell))
		}
	}
	for total(widths) > room {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 8 {
			break
		}
		widths[widest]--
	}
	return widths
}

func total(widths []int) int {
	sum := gutter * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

func rule(widths []int) string {
	parts := make([]string, len(widths))
	for i, w := range widths {
		parts[i] = strings.Repeat("─", w)
	}
	return strings.Join(parts, strings.Repeat(" ", gutter))
}

// row writes one row, on as many lines as its tallest cell needs.
func (m *markdown) row(cells [][]glyph, widths []int, prefix string) {
	wrapped := make([][]string, len(cells))
	height := 1
	for i, cell := range cells {
		wrapped[i] = m.wrap(cell, widths[i])
		height = max(height, len(wrapped[i]))
	}
	for y := range height {
		parts := make([]string, len(cells))
		for i, lines := range wrapped {
			text := ""
			if y < len(lines) {
				text = lines[y]
			}
			parts[i] = pad(text, widths[i])
		}
		m.line(prefix, strings.Join(parts, strings.Repeat(" ", gutter)))
	}
}
