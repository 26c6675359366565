package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/kata-go/kata/grader/verdict"
)

// Style is how a Printer writes.
type Style struct {
	Width  int // columns
	Colour bool
}

// Printer writes the screens of the command line.
type Printer struct {
	w       io.Writer
	width   int
	palette Palette
}

// New returns a Printer. A failed write, as into a closed pipe, is not told: the
// reader has gone.
func New(w io.Writer, s Style) *Printer {
	return &Printer{w, cmp.Or(s.Width, 80), NewPalette(s.Colour)}
}

// Exercise is what screens say of an exercise.
type Exercise struct {
	ID, Title, Brief string
	Level, Minutes   int
	Edit             []string // slash paths relative to the workspace
}

// Tally is how far a learner has come.
type Tally struct{ Passed, Total int }

func (t Tally) String() string { return fmt.Sprintf("%d/%d", t.Passed, t.Total) }

func (p *Printer) line(text string) { fmt.Fprintln(p.w, strings.TrimRight(text, " ")) }

func (p *Printer) row(left, right string) { p.line(Row(left, right, p.width)) }

// Welcome greets a learner who has not begun.
func (p *Printer) Welcome(t Tally) {
	p.row(paint(p.palette.bold, "kata")+fmt.Sprintf("  %s for backend developers", count(t.Total, "exercise")), t.String())
	p.line("")
}

// Title writes an exercise's one-line head.
func (p *Printer) Title(e Exercise, t Tally) {
	left := paint(p.palette.bold, e.ID) + " · " + e.Title
	right := Level(e.Level) + fmt.Sprintf("  %2d min   %s ", e.Minutes, t) + Bar(t.Passed, t.Total, 8, p.palette)
	p.row(left, right)
}

// Brief writes an exercise's head and its report, without the report's own
// heading, which the head repeats.
func (p *Printer) Brief(e Exercise, t Tally) {
	p.Title(e, t)
	p.line("")
	p.markdown(withoutHeading(e.Brief), 2)
	for i, file := range e.Edit {
		label := "Edit  "
		if i > 0 {
			label = "      "
		}
		p.line("  " + paint(p.palette.bold, label) + paint(p.palette.code, file))
	}
}

func withoutHeading(brief string) string {
	brief = strings.TrimLeft(brief, "\n")
	if strings.HasPrefix(brief, "# ") {
		_, brief, _ = strings.Cut(brief, "\n")
	}
	return brief
}

// markdown renders text, indented by some columns.
func (p *Printer) markdown(text string, indent int) {
	var b strings.Builder
	if err := Markdown(&b, text, p.width-indent, p.palette); err != nil {
		b.WriteString(text)
	}
	margin := strings.Repeat(" ", indent)
	for line := range strings.Lines(strings.Trim(b.String(), "\n") + "\n") {
		p.line(margin + strings.TrimSuffix(line, "\n"))
	}
}

// Result writes the view of one graded exercise.
func (p *Printer) Result(r verdict.Result) {
	p.line("")
	_ = Detail(p.w, r, p.width, p.palette)
}

// Passed writes what a pass shows: the line, how it was come by, and the
// beginning of the notes.
func (p *Printer) Passed(r verdict.Result, notes, remark string) {
	p.line("")
	p.line(Passed(r, remark, p.width, p.palette))
	p.line("")
	p.markdown(firstParagraph(notes), 2)
	p.line("")
	p.line("  " + paint(p.palette.bold, "more: ") + "kata solution " + r.Exercise + "  ·  kata diff " + r.Exercise)
	p.line("")
}

// firstParagraph returns a text's first paragraph that is no heading.
func firstParagraph(text string) string {
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" && !strings.HasPrefix(part, "#") {
			return part
		}
	}
	return ""
}

// Finish tells that the whole course has passed.
func (p *Printer) Finish(t Tally) {
	p.row(paint(p.palette.good, "✓ all exercises pass"), t.String()+" "+Bar(t.Passed, t.Total, 8, p.palette))
	p.line("")
	p.line("  Every bug report of the course is closed. What now:")
	p.line("    kata list               every exercise, with the hints it took")
	p.line("    kata solution NAME      compare yours with the reference, and read the notes")
	p.line("    kata reset NAME         do one again; your version is kept")
}

// Next writes the command to type next.
func (p *Printer) Next(command string) {
	p.line("")
	p.line(paint(p.palette.bold, "next:") + " " + command)
}

// Note writes a remark.
func (p *Printer) Note(text string) {
	for i, line := range wrap("note: "+text, p.width, 6) {
		if i == 0 {
			line = paint(p.palette.warn, "note:") + strings.TrimPrefix(line, "note:")
		}
		p.line(line)
	}
}

// Error writes what went wrong and the command to type next.
func (p *Printer) Error(text, hint string) {
	p.line(paint(p.palette.bad, "error:") + " " + text)
	if hint != "" {
		p.line(paint(p.palette.bold, "hint:") + "  " + hint)
	}
}

// Ask writes a question and leaves the cursor after it.
func (p *Printer) Ask(question string) { fmt.Fprint(p.w, question) }

// Clear empties a terminal's screen, scroll-back kept; elsewhere it writes an
// empty line.
func (p *Printer) Clear(terminal bool) {
	if terminal {
		fmt.Fprint(p.w, "\x1b[H\x1b[2J")
		return
	}
	p.line("")
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
