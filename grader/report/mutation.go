package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/verdict"
)

// Survivor is a change of a solution that its tests did not notice.
type Survivor struct {
	Place, Operator, Diff string
}

// Mutation is what the hidden tests of one exercise noticed.
type Mutation struct {
	Exercise                                        string
	Score                                           float64
	Good                                            bool // the score is high enough and the list of equivalents holds
	Killed, TimedOut, Survived, Invalid, Equivalent int
	Unjudged                                        map[string]int // service -> changes that only a real one shows
	Seconds                                         float64
	Survivors                                       []Survivor
	Stale                                           []string
	Skipped                                         string
}

// Mutation writes the survivors of an exercise and, last, its score.
func (p *Printer) Mutation(m Mutation) {
	for _, s := range m.Survivors {
		p.row(paint(p.palette.bad, "✗")+" "+m.Exercise+"  "+paint(p.palette.bold, s.Operator), s.Place)
		var diff strings.Builder
		for line := range strings.Lines(s.Diff) {
			if !strings.HasPrefix(line, "@@") {
				diff.WriteString(line)
			}
		}
		p.Diff(diff.String())
	}
	for _, text := range m.Stale {
		p.Finding(m.Exercise, "stale", "mutants.toml", text)
	}
	status, text := verdict.Pass, m.counts()
	if m.Skipped != "" {
		status, text = verdict.Skip, m.Skipped
	} else if !m.Good {
		status = verdict.Fail
	}
	p.line(Mark(status, p.palette) + " " + pad(m.Exercise, 24) + " " + text)
}

func (m Mutation) counts() string {
	text := fmt.Sprintf("score %.2f  %d killed", m.Score, m.Killed)
	if m.TimedOut > 0 {
		text += fmt.Sprintf(" and %d timed out", m.TimedOut)
	}
	text += fmt.Sprintf(", %d survived", m.Survived)
	if m.Equivalent > 0 {
		text += fmt.Sprintf(", %d equivalent", m.Equivalent)
	}
	for _, service := range slices.Sorted(maps.Keys(m.Unjudged)) {
		text += fmt.Sprintf(", %d need %s", m.Unjudged[service], service)
	}
	return text + fmt.Sprintf(", %d invalid  %.1f s", m.Invalid, m.Seconds)
}
