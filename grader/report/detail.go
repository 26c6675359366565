package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/kata-go/kata/grader/verdict"
)

// Usual is what a learner does next.
const Usual = "edit, then kata  ·  stuck? kata hint  ·  on every save: kata watch"

// Detail writes the view of one exercise: each behaviour on a line, then what
// the code printed, then the first failure in full, and last the next command.
func Detail(w io.Writer, r verdict.Result, width int, p Palette) error {
	d := &detail{r: r, width: width, p: p, usual: Usual}
	return d.write(w)
}

func (d *detail) write(w io.Writer) error {
	d.behaviours()
	switch d.r.Status {
	case verdict.Pass:
		d.section(Passed(d.r, "", d.width, d.p))
	case verdict.Skip:
		d.stopped(verdict.Skip, "skipped")
	case verdict.Error:
		d.stopped(verdict.Error, "could not be graded")
	case verdict.Unstarted:
		d.section(Row(Mark(d.r.Status, d.p)+" "+d.r.Exercise+" is not started", "", d.width))
	default:
		d.failed()
	}
	_, err := io.WriteString(w, d.b.String())
	return err
}

// Passed returns the line that tells of a pass, with a remark at its end.
func Passed(r verdict.Result, remark string, width int, p Palette) string {
	passed, total := r.Count()
	left := fmt.Sprintf("%s %s   %d/%d behaviours", Mark(verdict.Pass, p), paint(p.bold, r.Exercise), passed, total)
	return Row(left, paint(p.faint, remark), width)
}

// detail is the view of one result while it is written.
type detail struct {
	b     strings.Builder
	r     verdict.Result
	width int
	p     Palette
	usual string // the next command when the result names none; "" for no line
}

func (d *detail) line(text string) { d.b.WriteString(strings.TrimRight(text, " ") + "\n") }

// section begins a new part with an empty line.
func (d *detail) section(text string) {
	if d.b.Len() > 0 {
		d.b.WriteByte('\n')
	}
	d.line(text)
}

// behaviours lists what holds and what does not. Nothing is listed when a
// problem kept every behaviour from being reached.
func (d *detail) behaviours() {
	list := d.r.Behaviours
	if d.r.Problem != nil && untouched(list) {
		return
	}
	digits := 1
	for _, b := range list {
		digits = max(digits, len(fmt.Sprint(b.Number)))
	}
	for _, b := range list {
		number := strings.Repeat(" ", digits)
		if b.Number > 0 {
			number = fmt.Sprintf("%*d", digits, b.Number)
		}
		d.behaviour(b, "  ", number+"  ")
		d.parts(b, strings.Repeat(" ", 2+2+digits+2))
	}
}

func untouched(list []verdict.Behaviour) bool {
	return alike(list) && (len(list) == 0 || list[0].Status == verdict.Unreached)
}

// alike reports whether all of a list have one status.
func alike(list []verdict.Behaviour) bool {
	for _, b := range list {
		if b.Status != list[0].Status {
			return false
		}
	}
	return true
}

// parts lists the parts of a number of which some hold and some do not. Where
// all fare alike, the number's own line says it.
func (d *detail) parts(b verdict.Behaviour, indent string) {
	if b.Status == verdict.Pass || b.Status == verdict.Skip || alike(b.Parts) {
		return
	}
	for _, part := range b.Parts {
		d.behaviour(part, indent, "")
		d.parts(part, indent+"  ")
	}
}

func (d *detail) behaviour(b verdict.Behaviour, indent, number string) {
	name := b.Name
	switch b.Status {
	case verdict.Unreached:
		name += "  (not reached)"
	case verdict.Skip:
		name += "  (skipped" + d.because(b) + ")"
	}
	hang := len(indent) + 2 + len(number)
	lines := wrap(name, d.width-hang, 0)
	pen := d.p.faint
	if b.Status == verdict.Pass || b.Status == verdict.Fail {
		pen = nil
	}
	d.line(indent + Mark(b.Status, d.p) + " " + number + paint(pen, lines[0]))
	for _, more := range lines[1:] {
		d.line(strings.Repeat(" ", hang) + paint(pen, more))
	}
}

// because is the reason of a behaviour that was skipped, unless it is that of
// the whole exercise, which stands below.
func (d *detail) because(b verdict.Behaviour) string {
	if b.Reason == d.r.Reason {
		return ""
	}
	return ": " + b.Reason
}

// stopped tells why there is no verdict on the code.
func (d *detail) stopped(s verdict.Status, text string) {
	d.section(Mark(s, d.p) + " " + d.r.Exercise + " " + text)
	reason, next := d.r.Reason, "kata doctor"
	if p := d.r.Problem; p != nil && p.Next != "" {
		reason, next = p.Message, p.Next
	} else if before, command, ok := strings.Cut(reason, ": kata "); ok {
		reason, next = before, "kata "+command
	}
	d.paragraph("", reason)
	d.next(next)
}

// failed writes the first failure and what goes with it.
func (d *detail) failed() {
	d.output()
	d.ignored()
	next := d.usual
	first := d.r.First()
	switch {
	case d.r.Problem != nil:
		d.problem(*d.r.Problem, d.r.Interrupted())
		if first != nil && first.Failure != nil { // what failed before is easier to mend
			d.failure(*first)
		}
		if d.r.Problem.Next != "" {
			next = d.r.Problem.Next
		}
	case first != nil:
		d.failure(*first)
	default:
		d.title(d.r.Reason, "", 0, 0)
	}
	if d.seeded() {
		d.line("    " + paint(d.p.faint, fmt.Sprintf("seed %d (repeat: kata verify %s --seed %d)", d.r.Seed, d.r.Exercise, d.r.Seed)))
	}
	d.next(next)
}

// seeded reports whether random inputs took part in the result: not when a
// problem kept the tests from running.
func (d *detail) seeded() bool {
	if d.r.Seed == 0 || d.r.Problem == nil {
		return d.r.Seed != 0
	}
	switch d.r.Problem.Kind {
	case verdict.Rule, verdict.Compile, verdict.Staging, verdict.Service:
		return false
	}
	return true
}

// title writes what failed and, at the end of the line, where.
func (d *detail) title(text, file string, line, column int) {
	place := file
	if line > 0 {
		place += fmt.Sprintf(":%d", line)
	}
	if line > 0 && column > 0 {
		place += fmt.Sprintf(":%d", column)
	}
	lines := wrap(text, d.width-2, 0)
	for i, text := range lines {
		lines[i] = "  " + paint(d.p.bold, text)
	}
	lines[0] = Mark(verdict.Fail, d.p) + strings.TrimPrefix(lines[0], " ")
	last := len(lines) - 1
	lines[last] = Row(lines[last], paint(d.p.code, place), d.width)
	d.section(strings.Join(lines, "\n"))
}

func (d *detail) next(command string) {
	if command == "" {
		return
	}
	lines := wrap("next: "+command, d.width, 6)
	d.section(paint(d.p.bold, "next:") + strings.TrimPrefix(strings.Join(lines, "\n"), "next:"))
}
