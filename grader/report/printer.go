package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"

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

// Gap writes an empty line between two screens.
func (p *Printer) Gap() { p.line("") }

// Welcome greets a learner who has not begun.
func (p *Printer) Welcome(t Tally) {
	p.row(paint(p.palette.bold, "kata")+fmt.Sprintf("  %s for backend developers", Count(t.Total, "exercise")), t.String())
	p.line("")
}

// Title writes an exercise's one-line head; a title that is too long for that
// has lines of its own.
func (p *Printer) Title(e Exercise, t Tally) {
	right := Level(e.Level) + fmt.Sprintf("  %2d min   %s ", e.Minutes, t) + Bar(t.Passed, t.Total, 8, p.palette)
	left := fold(e.ID+" · "+e.Title, p.width)
	left[0] = paint(p.palette.bold, e.ID) + strings.TrimPrefix(left[0], e.ID)
	p.row(strings.Join(left, "\n"), right)
}

// Brief writes an exercise's head, its report without the report's own heading,
// which the head repeats, and the files to edit.
func (p *Printer) Brief(e Exercise, t Tally) {
	p.Title(e, t)
	p.line("")
	p.markdown(withoutHeading(e.Brief), 2)
	p.line("")
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

// Result writes the view of one graded exercise. It ends with the command that
// the result calls for, else with the usual one: Usual, or "" for none.
func (p *Printer) Result(r verdict.Result, usual string) {
	d := &detail{r: r, width: p.width, p: p.palette, usual: usual}
	_ = d.write(p.w)
}

// Passed writes what a pass shows: the line, how it was come by, and the
// beginning of the notes.
func (p *Printer) Passed(r verdict.Result, notes, remark string) {
	p.line(Passed(r, remark, p.width, p.palette))
	p.line("")
	if text := firstParagraph(notes); text != "" {
		p.markdown(text, 2)
		p.line("")
	}
	p.line("  " + paint(p.palette.bold, "more: ") + "kata solution " + r.Exercise + "  ·  kata diff " + r.Exercise)
}

// firstParagraph returns a text's first paragraph that is no heading, and of a
// list its first item.
func firstParagraph(text string) string {
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		part = strings.TrimSpace(part)
		if strings.HasPrefix(part, "#") { // a heading with its text right under it
			_, part, _ = strings.Cut(part, "\n")
		}
		if part != "" {
			item, _, _ := strings.Cut(part, "\n- ")
			return strings.TrimPrefix(item, "- ")
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
	p.labelled("next:", p.palette.bold, command, 6)
}

// Note writes a remark.
func (p *Printer) Note(text string) { p.labelled("note:", p.palette.warn, text, 6) }

// Error writes what went wrong and the command to type next.
func (p *Printer) Error(text, hint string) {
	p.labelled("error:", p.palette.bad, text, 7)
	if hint != "" {
		p.labelled("hint:", p.palette.bold, hint, 7)
	}
}

// labelled writes a text behind a label, aligned at a column. Words stay whole,
// so that paths and commands can be copied.
func (p *Printer) labelled(label string, pen *color.Color, text string, column int) {
	lead := paint(pen, label) + strings.Repeat(" ", column-len(label))
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for _, piece := range fold(line, p.width-column) {
			p.line(lead + piece)
			lead = strings.Repeat(" ", column)
		}
	}
}

// Ask writes a question and leaves the cursor after it.
func (p *Printer) Ask(question string) { fmt.Fprint(p.w, question) }

// Busy tells, below what a terminal shows, that a run takes a while; BusyOver
// takes it away again.
func (p *Printer) Busy() {
	fmt.Fprint(p.w, "\n"+paint(p.palette.faint, "  building and running the tests; the first time takes longest …"))
}

// BusyOver removes what Busy wrote: it empties the line and goes one up.
func (p *Printer) BusyOver() { fmt.Fprint(p.w, "\r\x1b[K\x1b[A") }

// Clear empties a terminal's screen, scroll-back kept; elsewhere it writes an
// empty line.
func (p *Printer) Clear(terminal bool) {
	if terminal {
		fmt.Fprint(p.w, "\x1b[H\x1b[2J")
		return
	}
	p.line("")
}

// Count is a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
