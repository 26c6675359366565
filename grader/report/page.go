package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/verdict"
)

// Page is what the progress page shows.
type Page struct {
	Course string
	Now    time.Time
	Tracks []Track
	Known  map[string]Known // by exercise
	Run    *verdict.Document
}

// Known is what the page tells of one exercise beside its line in the list.
type Known struct {
	Started       time.Time
	After         []string
	Passed, Total int // behaviours, of the last verdict
	Seconds       float64
}

//go:embed page.html
var pageText string

// HTML writes a page that needs nothing else: no script of others, no font, no
// network. Served by kata it renews itself by server-sent events.
func HTML(w io.Writer, p Page) error {
	t, err := template.New("page").Funcs(template.FuncMap{"count": Count, "day": day, "took": took, "state": state, "mark": pageMark, "join": strings.Join, "place": place, "deref": func(t *time.Time) time.Time { return *t }}).Parse(pageText)
	if err == nil {
		err = t.Execute(w, p)
	}
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// took is the time between two moments in words for people.
func took(from, to time.Time) string {
	if from.IsZero() || to.Before(from) {
		return ""
	}
	d := to.Sub(from)
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < 2*time.Hour:
		return Count(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return Count(int(d.Hours()), "hour")
	}
	return Count(int(d.Hours()/24), "day")
}

// state is one of passed, begun and open.
func state(e Listed) string {
	switch {
	case e.Passed != nil:
		return "passed"
	case e.Status != "unstarted" || e.Current:
		return "begun"
	}
	return "open"
}

// pageMark says a state without colour.
func pageMark(state string) string {
	return map[string]string{"passed": "✓", "begun": "◐", "open": "○"}[state]
}

// Done is how many exercises passed, Total how many there are.
func (p Page) Done() int {
	n := 0
	for _, e := range p.all() {
		if e.Passed != nil {
			n++
		}
	}
	return n
}

// Total is the number of exercises.
func (p Page) Total() int { return len(p.all()) }

func (p Page) all() []Listed {
	var list []Listed
	for _, t := range p.Tracks {
		list = append(list, t.Exercises...)
	}
	return list
}

// Reason is why an exercise did not pass in the run that is shown.
func (p Page) Reason(name string) string {
	if p.Run == nil {
		return ""
	}
	i := slices.IndexFunc(p.Run.Exercises, func(r verdict.Result) bool { return r.Exercise == name })
	if i < 0 || p.Run.Exercises[i].Status == verdict.Pass {
		return ""
	}
	return reasonFor(p.Run.Exercises[i])
}

// The measures of the map, in SVG's units.
const (
	mapLeft, mapTop       = 120, 12
	nodeWidth, nodeHeight = 104, 26
	nodeGap, rowGap       = 14, 16
)

// Node is an exercise on the map.
type Node struct {
	Listed
	Short string // its name without the track
	X, Y  int
}

// MiddleX, MiddleY and TextY are where a node's words stand.
func (n Node) MiddleX() int { return n.X + nodeWidth/2 }

// TextY is the base line of a node's words.
func (n Node) TextY() int { return n.Y + nodeHeight/2 + 4 }

// Nodes places the exercises: a row for each track.
func (p Page) Nodes() []Node {
	var list []Node
	for row, t := range p.Tracks {
		for i, e := range t.Exercises {
			_, short, _ := strings.Cut(e.Name, "/")
			list = append(list, Node{e, short, mapLeft + i*(nodeWidth+nodeGap), mapTop + row*(nodeHeight+rowGap)})
		}
	}
	return list
}

// Edges are the prerequisites, as the paths of curves between two nodes.
func (p Page) Edges() []string {
	at := map[string]Node{}
	for _, n := range p.Nodes() {
		at[n.Name] = n
	}
	var list []string
	for _, to := range p.Nodes() {
		for _, name := range p.Known[to.Name].After {
			if from, ok := at[name]; ok {
				list = append(list, edge(from, to))
			}
		}
	}
	return list
}

func edge(from, to Node) string {
	x1, y1, x2, y2 := from.MiddleX(), from.Y+nodeHeight, to.MiddleX(), to.Y
	if from.Y >= to.Y {
		y1, y2 = from.Y, to.Y+nodeHeight
	}
	if from.Y == to.Y {
		y1, y2 = from.Y, to.Y
		return fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1, y1-rowGap, x2, y2-rowGap, x2, y2)
	}
	middle := (y1 + y2) / 2
	return fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, x1, middle, x2, middle, x2, y2)
}

// Labels are the tracks' names beside their rows.
func (p Page) Labels() []Node {
	var list []Node
	for row, t := range p.Tracks {
		list = append(list, Node{Short: t.Name, X: mapLeft - 12, Y: mapTop + row*(nodeHeight+rowGap)})
	}
	return list
}

// MapWidth and MapHeight are the map's size.
func (p Page) MapWidth() int {
	most := 1
	for _, t := range p.Tracks {
		most = max(most, len(t.Exercises))
	}
	return mapLeft + most*(nodeWidth+nodeGap)
}

// MapHeight is the height of all rows.
func (p Page) MapHeight() int { return mapTop + len(p.Tracks)*(nodeHeight+rowGap) }

// weeks is how far the calendar looks back.
const weeks = 26

// Cell is a day of the calendar.
type Cell struct {
	X, Y, Passes, Shade int
	Date                string
}

// Cells are the days of the last weeks up to today, a column for each week.
func (p Page) Cells() []Cell {
	passes := p.passes()
	monday := p.Now.UTC().AddDate(0, 0, -(int(p.Now.UTC().Weekday())+6)%7)
	first := monday.AddDate(0, 0, -7*(weeks-1))
	var list []Cell
	for i := range 7 * weeks {
		d := first.AddDate(0, 0, i)
		if d.After(p.Now.UTC()) {
			break
		}
		n := passes[day(d)]
		list = append(list, Cell{i / 7 * 13, i % 7 * 13, n, min(n, 4), day(d)})
	}
	return list
}

func (p Page) passes() map[string]int {
	on := map[string]int{}
	for _, e := range p.all() {
		if e.Passed != nil {
			on[day(e.Passed.UTC())]++
		}
	}
	return on
}

// Days are the days of the calendar on which something passed, for readers
// that do not see it.
func (p Page) Days() []Cell {
	return slices.DeleteFunc(p.Cells(), func(c Cell) bool { return c.Passes == 0 })
}

// Badge writes an SVG badge with the number of passed exercises.
func Badge(w io.Writer, passed, total int) error {
	value := fmt.Sprintf("%d/%d", passed, total)
	right := 14 + 7*len(value)
	colour := "#57606a"
	if passed > 0 {
		colour = "#1a7f37"
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="kata: %[2]s exercises passed">
  <title>kata: %[2]s exercises passed</title>
  <clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)"><rect width="38" height="20" fill="#24292f"/><rect x="38" width="%[3]d" height="20" fill="%[4]s"/></g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
    <text x="19" y="14">kata</text><text x="%[5]d" y="14">%[2]s</text>
  </g>
</svg>
`, 38+right, value, right, colour, 38+right/2)
	if err != nil {
		return fmt.Errorf("write the badge: %w", err)
	}
	return nil
}

// Progress writes the progress as Markdown, for a README.
func Progress(w io.Writer, p Page) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**kata: %d of %d exercises pass**\n\n| track | | exercises |\n|---|---:|---|\n", p.Done(), p.Total())
	for _, t := range p.Tracks {
		done, words := 0, make([]string, len(t.Exercises))
		for i, e := range t.Exercises {
			_, short, _ := strings.Cut(e.Name, "/")
			words[i] = pageMark(state(e)) + " " + short
			if e.Passed != nil {
				done++
			}
		}
		fmt.Fprintf(&b, "| %s | %d/%d | %s |\n", cell(t.Title), done, len(t.Exercises), strings.Join(words, ", "))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the progress: %w", err)
	}
	return nil
}

// place is the address of an exercise's row on the page.
func place(name string) template.URL { return template.URL("#" + name) }
