package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fatih/color"
)

// Health is the outcome of one of doctor's checks.
type Health int

// What a check of doctor comes to.
const (
	Good   Health = iota
	Absent        // not there, and not needed by everybody
	Bad           // nothing works without it
)

// MarshalText is the word for it in JSON.
func (h Health) MarshalText() ([]byte, error) {
	return []byte([]string{"good", "absent", "bad"}[h]), nil
}

// Check is one line of doctor.
type Check struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Health Health `json:"health"`
	Mend   string `json:"mend,omitempty"` // the command that mends it
}

// Service is a row of doctor's table of services.
type Service struct {
	Check
	From    string        `json:"from"`              // "" when it cannot be had
	Version string        `json:"version,omitempty"` // "" when it is not known
	Start   time.Duration `json:"-"`                 // what a start took; 0: not measured
	Passed  []string      `json:"passed,omitempty"`  // why better sources are not taken
}

// MarshalJSON adds the start in seconds.
func (s Service) MarshalJSON() ([]byte, error) {
	type plain Service
	return json.Marshal(struct {
		plain
		Seconds float64 `json:"startSeconds,omitempty"`
	}{plain(s), s.Start.Seconds()})
}

// DoctorJSON writes what doctor found, for machines.
func DoctorJSON(w io.Writer, checks []Check, services []Service) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Checks   []Check   `json:"checks"`
		Services []Service `json:"services"`
	}{checks, services})
}

func (p *Printer) mark(h Health) string {
	return map[Health]string{Good: paint(p.palette.good, "✓"), Absent: paint(p.palette.warn, "–"), Bad: paint(p.palette.bad, "✗")}[h]
}

// Doctor writes the checks, each with what mends it.
func (p *Printer) Doctor(checks []Check) {
	for _, c := range checks {
		p.beside(p.mark(c.Health)+" "+pad(c.Name, 12)+" ", nil, c.Text)
		p.mend(c.Mend, 15)
	}
}

// Services writes doctor's table of services below a heading, and what each
// means for the next command.
func (p *Printer) Services(rows []Service) {
	p.line("")
	timed := false
	for _, r := range rows {
		timed = timed || r.Start > 0
	}
	heads := Service{Check: Check{Name: "service"}, From: "from", Version: "version"}
	p.line(paint(p.palette.bold, "  "+heads.cells("starts in", timed)+"what it is"))
	for _, r := range rows {
		left := r.cells(short(r.Start), timed)
		p.beside(p.mark(r.Health)+" "+left, nil, r.Text)
		p.beside(strings.Repeat(" ", 2+nameWidth), p.palette.faint, strings.Join(r.Passed, "; "))
		p.mend(r.Mend, 2+nameWidth)
	}
}

const nameWidth = 10 // columns of a service's name

// cells are a row's columns before the last.
func (s Service) cells(start string, timed bool) string {
	from := s.From
	if from == "" {
		from = "–"
	}
	left := pad(s.Name, nameWidth) + pad(from, 9) + pad(s.Version, 11)
	if timed {
		left += pad(start, 10)
	}
	return left
}

// short is a duration for a column, "" for none.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// beside writes a text at the right of left, on as many lines as it needs.
func (p *Printer) beside(left string, pen *color.Color, text string) {
	for _, line := range fold(text, p.width-columns(left)) {
		p.line(left + paint(pen, line))
		left = strings.Repeat(" ", columns(left))
	}
}

// mend writes a mending command below a row.
func (p *Printer) mend(command string, indent int) {
	p.beside(strings.Repeat(" ", indent)+paint(p.palette.bold, "mend:")+" ", nil, command)
}

// Installed tells where a service's programs are now.
func (p *Printer) Installed(name, folder string) {
	p.beside(p.mark(Good)+" "+pad(name, nameWidth), nil, "installed in "+folder)
	p.Next("kata doctor --time")
}
