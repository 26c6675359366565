package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/verdict"
)

// Hint writes hint number n of a total.
func (p *Printer) Hint(e Exercise, text string, n, total int) {
	p.row(paint(p.palette.bold, fmt.Sprintf("hint %d of %d", n, total)), e.ID)
	p.line("")
	p.markdown(text, 2)
}

// Hints writes the hints that were taken, of a total.
func (p *Printer) Hints(e Exercise, taken []string, total int) {
	if len(taken) == 0 {
		p.Note(fmt.Sprintf("no hint of %s was taken yet; there are %d", e.ID, total))
		return
	}
	for i, text := range taken {
		if i > 0 {
			p.line("")
		}
		p.Hint(e, text, i+1, total)
	}
}

// Source is one file to show.
type Source struct{ Name, Text string }

// Solution writes the reference's files and the notes.
func (p *Printer) Solution(e Exercise, files []Source, notes string) {
	for _, f := range files {
		p.row(paint(p.palette.bold, "solution of "+e.ID), paint(p.palette.code, f.Name))
		p.line("")
		for line := range strings.Lines(f.Text) {
			p.line("    " + strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    "))
		}
		p.line("")
	}
	p.line(paint(p.palette.bold, "notes"))
	p.line("")
	p.markdown(notes, 2)
}

// Diff writes a unified diff.
func (p *Printer) Diff(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			line = paint(p.palette.bold, line)
		case strings.HasPrefix(line, "+"):
			line = paint(p.palette.good, line)
		case strings.HasPrefix(line, "-"):
			line = paint(p.palette.bad, line)
		case strings.HasPrefix(line, "@@"):
			line = paint(p.palette.code, line)
		}
		fmt.Fprintln(p.w, line)
	}
}

// Reset tells that a starter was restored and where the old version is.
func (p *Printer) Reset(e Exercise, kept string) {
	p.line(paint(p.palette.good, "✓") + " " + e.ID + " is as it was at the start")
	if kept != "" {
		p.line("  your version: " + paint(p.palette.code, kept))
	}
}

// Laid says that a workspace was made.
func (p *Printer) Laid(dir string, exercises int) {
	p.line(paint(p.palette.good, "✓") + " " + Count(exercises, "exercise") + " in " + dir)
	p.Next("cd " + dir + " && kata")
}

// Serving says where the progress page is.
func (p *Printer) Serving(address string) {
	p.line("the progress page is at " + paint(p.palette.code, address) + " until you press Ctrl-C")
}

// ClassHead is the line above a class's rows.
func (p *Printer) ClassHead(exercises int) {
	p.line(paint(p.palette.faint, pad("name", nameColumns)+" passed of "+Number(exercises)))
}

const nameColumns = 28

// ClassRow is one learner's line.
func (p *Printer) ClassRow(name string, passed, total int, problem string) {
	left := pad(cut(verdict.Clean([]byte(name), "", 1, 200), nameColumns), nameColumns) + " "
	if problem != "" {
		p.line(left + paint(p.palette.bad, "not graded: "+cut(verdict.Clean([]byte(problem), "", 1, 400), p.width-nameColumns-14)))
		return
	}
	p.line(left + fmt.Sprintf("%6d  ", passed) + Bar(passed, total, 20, p.palette))
}

// Number is n in decimal digits.
func Number(n int) string { return strconv.Itoa(n) }

// Text writes lines as they are.
func (p *Printer) Text(text string) {
	for line := range strings.Lines(text) {
		fmt.Fprint(p.w, line)
	}
}

// Step is one line of an update.
func (p *Printer) Step(exercise, what string) { p.line(pad(exercise, 24) + " " + what) }

// Track is a part of the course as list shows it.
type Track struct {
	Name      string   `json:"name"`
	Title     string   `json:"title"`
	Exercises []Listed `json:"exercises"`
}

// Listed is one exercise as list shows it.
type Listed struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Level    int        `json:"level"`
	Minutes  int        `json:"minutes"`
	Kind     string     `json:"kind"`
	Skills   []string   `json:"skills"`
	Current  bool       `json:"current"`
	Status   string     `json:"status"` // the last verdict, or "unstarted"
	Attempts int        `json:"attempts"`
	Hints    int        `json:"hints"`
	Passed   *time.Time `json:"passed,omitempty"`
}

// List writes the course as a tree, with a progress bar for each track.
func (p *Printer) List(tracks []Track) {
	names := 0
	for _, t := range tracks {
		for _, e := range t.Exercises {
			names = max(names, columns(e.Name))
		}
	}
	for i, t := range tracks {
		if i > 0 {
			p.line("")
		}
		done := 0
		for _, e := range t.Exercises {
			if e.Passed != nil {
				done++
			}
		}
		tally := Tally{done, len(t.Exercises)}
		p.row(paint(p.palette.bold, t.Name)+"  "+t.Title, tally.String()+" "+Bar(done, tally.Total, 8, p.palette))
		for _, e := range t.Exercises {
			p.listed(e, names)
		}
	}
}

// listed writes one exercise's line; names is the columns of the longest name.
func (p *Printer) listed(e Listed, names int) {
	arrow := " "
	if e.Current {
		arrow = "→"
	}
	status := verdict.Status(e.Status)
	if e.Passed != nil {
		status = verdict.Pass
	}
	right := fmt.Sprintf("%s  %2d min", Level(e.Level), e.Minutes)
	if e.Hints > 0 {
		right = Count(e.Hints, "hint") + "  " + right
	}
	left := arrow + " " + Mark(status, p.palette) + " " + pad(e.Name, names) + "  "
	p.row(left+cut(e.Title, max(p.width-columns(left)-columns(right)-2, 8)), right)
}

// Watching tells what a watch waits for.
func (p *Printer) Watching(dir string, polling bool) {
	how := ""
	if polling {
		how = ", twice a second: this file system sends no events"
	}
	p.line("")
	p.line("watching " + paint(p.palette.code, dir) + how)
}

// Keys lists the keys of a watch.
func (p *Printer) Keys() {
	var all []string
	for _, k := range []string{"h hint", "n next", "l list", "r run", "d diff", "s solution", "b brief", "x reset", "q quit"} {
		all = append(all, paint(p.palette.bold, k[:1])+k[1:])
	}
	p.line("")
	p.line(strings.Join(all, "  "))
}

// Version writes what this binary is.
func (p *Printer) Version(kata, goVersion, digest string, exercises int) {
	p.line(fmt.Sprintf("kata %s  %s  %s, digest %s", kata, goVersion, Count(exercises, "exercise"), digest))
}
