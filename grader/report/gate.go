package report

import (
	"fmt"

	"github.com/kata-go/kata/grader/verdict"
)

// Rule is one demand of the author's gate, and what became of it.
type Rule struct {
	Exercise    string // "" in a list of the rules
	Name, About string
	Status      verdict.Status
}

// Rule writes a rule's line.
func (p *Printer) Rule(r Rule) {
	lead := ""
	if r.Exercise != "" {
		lead = Mark(r.Status, p.palette) + " " + r.Exercise + "  "
	}
	rows := wrap(r.About, p.width-len(r.Exercise)-18, 0)
	p.line(lead + paint(p.palette.bold, pad(r.Name, 10)) + "  " + rows[0])
	for _, row := range rows[1:] {
		p.line(pad("", columns(lead)+12) + row)
	}
}

// Finding writes a broken rule of an exercise.
func (p *Printer) Finding(exercise, rule, where, message string) {
	p.row(paint(p.palette.bad, "✗")+" "+exercise+"  "+paint(p.palette.bold, rule), where)
	for _, line := range wrap(message, p.width-4, 0) {
		p.line("    " + line)
	}
}

// Checked is what the author's gate found out about one exercise.
type Checked struct {
	Exercise          string
	Findings, Answers int
	Seconds           float64 // of the solution's run
	Skipped           string  // why its answers were not run
}

// Checked writes an exercise's line at the end of an author's check.
func (p *Printer) Checked(c Checked) {
	status := verdict.Pass
	text := fmt.Sprintf("%s, solution %.2f s", Count(c.Answers, "answer"), c.Seconds)
	if c.Skipped != "" {
		status, text = verdict.Skip, "answers not run: "+c.Skipped
	}
	if c.Findings > 0 {
		status, text = verdict.Fail, Count(c.Findings, "finding")
	}
	p.line(Mark(status, p.palette) + " " + pad(c.Exercise, 24) + " " + text)
}
