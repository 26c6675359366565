package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kata-go/kata/grader/verdict"
)

// failure writes one behaviour's failure: its sentence and place, then labelled
// paragraphs.
func (d *detail) failure(b verdict.Behaviour) {
	if b.Failure == nil {
		d.title(b.Name, "", 0, 0)
		return
	}
	f := *b.Failure
	file, line := d.r.Place(f.At)
	d.title(b.Name, file, line, 0)
	d.paragraph("sent", f.Sent)
	d.paragraph("got", f.Got)
	d.paragraph("want", f.Want)
	d.paragraph("note", f.Note)
}

// kinds say in a few words what a problem is.
var kinds = map[verdict.Kind]string{
	verdict.Rule:     "refused by a rule",
	verdict.Compile:  "does not compile",
	verdict.Staging:  "a file cannot be used",
	verdict.Panic:    "the process crashed",
	verdict.Deadlock: "deadlock",
	verdict.Memory:   "out of memory",
	verdict.Exit:     "the process ended too early",
	verdict.Timeout:  "not finished in time",
	verdict.Flood:    "printed too much",
	verdict.Tampered: "no verdict on this report",
	verdict.Killed:   "the process was killed",
	verdict.Service:  "a service is missing",
}

// problem writes why behaviours could not be judged; during is the one that was
// running, if any.
func (d *detail) problem(p verdict.Problem, during *verdict.Behaviour) {
	title, known := kinds[p.Kind]
	if !known {
		title = string(p.Kind)
	}
	d.title(title, p.File, p.Line, p.Column)
	d.paragraph("", p.Message)
	if during != nil {
		d.paragraph("while", during.Name)
	}
	if strings.TrimSpace(p.Source) != "" {
		d.line("")
		d.source(p)
		if p.Want != "" || d.seeded() {
			d.line("")
		}
	}
	d.paragraph("want", p.Want)
}

const labelWidth = 7

// paragraph writes a text behind a label, wrapped and aligned; nothing for an
// empty text. Without a label the text stands where labels do.
func (d *detail) paragraph(label, text string) {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return
	}
	indent := 4
	if label != "" {
		indent += labelWidth
	}
	prefix := strings.Repeat(" ", 4) + paint(d.p.faint, pad(label, indent-4))
	before := ""
	for line := range strings.SplitSeq(text, "\n") {
		for _, piece := range breakLine(line, before, d.width-indent) {
			d.line(prefix + piece)
			prefix = strings.Repeat(" ", indent)
		}
		before = line
	}
}

// breakLine breaks a line that comes after another. Where a command goes on, an
// option stays whole: it is there to be pasted.
func breakLine(line, before string, width int) []string {
	switch {
	case strings.HasPrefix(line, "curl "):
		return wrapCommand(line, width, 2)
	case strings.HasSuffix(before, ` \`):
		return []string{line}
	}
	return wrap(line, width, 2)
}

// source shows the line of a problem, and a caret under its column.
func (d *detail) source(p verdict.Problem) {
	number := fmt.Sprintf("%4d", p.Line)
	text, caret := window(p.Source, p.Column, d.width-len(number)-7)
	d.line("    " + paint(d.p.faint, number+" │ ") + text)
	if p.Column > 0 {
		d.line("    " + paint(d.p.faint, strings.Repeat(" ", len(number))+" │ ") + strings.Repeat(" ", caret) + paint(d.p.bad, "^"))
	}
}

// window returns the part of a source line around a byte column (from 1) that
// fits, with tabs as four spaces, and the column of the caret in it from 0.
func window(source string, column, width int) (text string, caret int) {
	at := min(max(column-1, 0), len(source))
	for at > 0 && at < len(source) && !utf8.RuneStart(source[at]) {
		at--
	}
	const tab = "    "
	before := []rune(strings.ReplaceAll(source[:at], "\t", tab))
	after := []rune(strings.ReplaceAll(source[at:], "\t", tab))
	all := append(before, after...)
	caret = len(before)
	if indent := len(all) - len([]rune(strings.TrimLeft(string(all), " "))); caret >= indent && indent > 4 {
		all, caret = all[indent-4:], caret-indent+4 // deep nesting says nothing
	}
	if from := caret - width*2/3; len(all) > width && from > 0 {
		all, caret = append([]rune("…"), all[from+1:]...), caret-from
	}
	return cut(string(all), width), caret
}

// shownOutput is how many of the last lines that the code printed are shown.
const shownOutput = 8

// output shows the end of what the code printed.
func (d *detail) output() {
	if strings.TrimSpace(d.r.Output) == "" {
		return
	}
	lines := strings.Split(strings.TrimRight(d.r.Output, "\n"), "\n")
	title := "  your code printed"
	if more := len(lines) - shownOutput; more > 0 {
		lines = lines[more:]
		title += fmt.Sprintf(" (the last %d lines; all: kata verify %s --format json)", shownOutput, d.r.Exercise)
	}
	d.section(paint(d.p.faint, title))
	for _, line := range lines {
		for _, piece := range wrap(line, d.width-4, 2) {
			d.line("  " + paint(d.p.faint, "│") + " " + paint(d.p.faint, piece))
		}
	}
}

// ignored names the files of the folder that were not used.
func (d *detail) ignored() {
	for i, file := range d.r.Ignored {
		if i == 0 {
			d.section(paint(d.p.warn, "  not used"))
		}
		for _, piece := range wrap(file, d.width-4, 2) {
			d.line("    " + piece)
		}
	}
}
