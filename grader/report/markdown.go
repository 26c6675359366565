package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Markdown writes Markdown (CommonMark with tables) for a terminal: prose wrapped
// to width, lists and code indented by two, code as it is. Without colours,
// inline code keeps its backquotes.
func Markdown(w io.Writer, source string, width int, p Palette) error {
	src := []byte(source)
	m := &markdown{src: src, width: width, p: p}
	m.blocks(goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(src)), "")
	_, err := io.WriteString(w, m.b.String())
	return err
}

// markdown renders one document.
type markdown struct {
	b     strings.Builder
	src   []byte
	width int
	p     Palette
	first string // prefix of the next line, if it differs from the block's
}

// line writes one line behind a block's prefix.
func (m *markdown) line(prefix, text string) {
	if m.first != "" {
		prefix, m.first = m.first, ""
	}
	m.b.WriteString(strings.TrimRight(prefix+text, " ") + "\n")
}

// blocks writes the children of a block, with empty lines between them.
func (m *markdown) blocks(parent ast.Node, prefix string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == ast.KindLinkReferenceDefinition || n.Kind() == ast.KindHTMLBlock && comment(m.raw(n.Lines())) {
			continue
		}
		if n.PreviousSibling() != nil && m.b.Len() > 0 && !tight(n) {
			m.line(prefix, "")
		}
		m.block(n, prefix)
	}
}

// tight reports whether a block follows the one before without an empty line.
func tight(n ast.Node) bool {
	list, ok := n.Parent().(*ast.List)
	if !ok && n.Kind() == ast.KindList && n.Parent().Kind() == ast.KindListItem {
		list, ok = n.Parent().Parent().(*ast.List)
	}
	return ok && list.IsTight
}

func (m *markdown) block(n ast.Node, prefix string) {
	switch n := n.(type) {
	case *ast.Heading:
		m.prose(n, m.p.heading, prefix)
	case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
		for i := range n.Lines().Len() {
			at := n.Lines().At(i)
			m.line(prefix+"  ", strings.TrimRight(string(at.Value(m.src)), "\r\n"))
		}
	case *ast.Blockquote:
		m.blocks(n, prefix+paint(m.p.faint, "│")+" ")
	case *ast.List:
		m.list(n, prefix)
	case *ast.ThematicBreak:
		m.line(prefix, paint(m.p.faint, strings.Repeat("─", max(m.width-columns(prefix), 3))))
	default:
		if n.Kind().String() == "Table" {
			m.table(n, prefix)
			return
		}
		if n.Type() == ast.TypeBlock && n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeBlock {
			m.blocks(n, prefix)
			return
		}
		m.prose(n, nil, prefix)
	}
}

func (m *markdown) prose(n ast.Node, pen *color.Color, prefix string) {
	for _, line := range m.wrap(m.inline(n, pen), m.width-columns(prefix)) {
		m.line(prefix, line)
	}
}

// list writes items behind their numbers or bullets, and what follows in an
// item below its beginning.
func (m *markdown) list(list *ast.List, prefix string) {
	number := list.Start
	digits := len(fmt.Sprint(list.Start + list.ChildCount() - 1))
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		marker := "• "
		if list.IsOrdered() {
			marker = fmt.Sprintf("%*d  ", digits, number)
			number++
		}
		if item.PreviousSibling() != nil && !list.IsTight {
			m.line(prefix, "")
		}
		m.first = prefix + "  " + paint(m.p.bold, marker)
		m.blocks(item, prefix+strings.Repeat(" ", 2+columns(marker)))
		if m.first != "" { // an empty item
			m.line("", "")
		}
	}
}

// inline returns the text of a block's children.
func (m *markdown) inline(parent ast.Node, pen *color.Color) []glyph {
	var out []glyph
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out = append(out, glyphs(literal(n.Value(m.src)), pen)...)
			if n.HardLineBreak() {
				out = append(out, glyph{r: '\n'})
			} else if n.SoftLineBreak() {
				out = append(out, glyph{r: ' ', pen: pen})
			}
		case *ast.String:
			out = append(out, glyphs(string(n.Value), pen)...)
		case *ast.CodeSpan:
			out = append(out, m.code(n)...)
		case *ast.Emphasis:
			inner := pen
			if n.Level == 2 {
				inner = m.p.bold
			}
			out = append(out, m.inline(n, inner)...)
		case *ast.Link:
			out = append(out, m.inline(n, pen)...)
			out = append(out, m.target(string(n.Destination), n)...)
		case *ast.Image:
			out = append(out, m.inline(n, pen)...)
			out = append(out, m.target(string(n.Destination), n)...)
		case *ast.AutoLink:
			out = append(out, glyphs(string(n.URL(m.src)), m.p.code)...)
		case *ast.RawHTML:
			if html := m.raw(n.Segments); !comment(html) {
				out = append(out, glyphs(html, pen)...)
			}
		default:
			out = append(out, m.inline(n, pen)...)
		}
	}
	return out
}

// literal resolves the escapes and entities that goldmark leaves in a text.
func literal(b []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(b))))
}

func (m *markdown) raw(lines *text.Segments) string { return string(lines.Value(m.src)) }

// comment reports whether HTML is a note to authors.
func comment(html string) bool { return strings.HasPrefix(strings.TrimSpace(html), "<!--") }

// target returns a link's address in parentheses, unless it is its text.
func (m *markdown) target(address string, link ast.Node) []glyph {
	var shown strings.Builder
	for _, g := range m.inline(link, nil) {
		shown.WriteRune(g.r)
	}
	if address == "" || shown.String() == address {
		return nil
	}
	out := glyphs(" (", nil)
	out = append(out, glyphs(address, m.p.code)...)
	return append(out, glyph{r: ')'})
}

// shortCode is the longest inline code that is kept on one line.
const shortCode = 40

func (m *markdown) code(n ast.Node) []glyph {
	var text strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			text.WriteString(strings.ReplaceAll(string(t.Value(m.src)), "\n", " "))
		}
	}
	shown := text.String()
	if !m.p.coloured() {
		shown = "`" + shown + "`"
	}
	out := glyphs(shown, m.p.code)
	for i := range out {
		out[i].whole = len(out) <= shortCode
	}
	return out
}
