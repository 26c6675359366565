package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kata-go/kata/grader/verdict"
)

// The elements of JUnit's XML, as Ant's formatter writes them and CI systems
// read them: a suite for each exercise, a case for each behaviour.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      string      `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Cases     []junitCase `xml:"testcase"`
		Output    string      `xml:"system-out,omitempty"`
	}
	junitCase struct {
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Time    string       `xml:"time,attr"`
		Skipped *junitReason `xml:"skipped"`
		Error   *junitReason `xml:"error"`
		Failure *junitReason `xml:"failure"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the results as JUnit XML. Exercises that were not started are
// left out: nothing was asked of them.
func JUnit(w io.Writer, d verdict.Document) error {
	all := junitSuites{Name: "kata"}
	seconds := 0.0
	for _, r := range d.Exercises {
		if r.Status == verdict.Unstarted {
			continue
		}
		s := junitOf(r, d.Time)
		all.Suites = append(all.Suites, s)
		all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
		seconds += r.Seconds
	}
	all.Time = junitTime(seconds)
	data, err := xml.MarshalIndent(all, "", "  ")
	if err == nil {
		_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	}
	if err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	return nil
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }

func junitOf(r verdict.Result, began time.Time) junitSuite {
	s := junitSuite{Name: r.Exercise, Time: junitTime(r.Seconds), Output: legal(r.Output)}
	if !began.IsZero() {
		s.Timestamp = began.UTC().Format("2006-01-02T15:04:05")
	}
	if r.Problem != nil || len(r.Behaviours) == 0 {
		s.add(junitWhole(r))
	}
	for _, b := range r.Behaviours {
		s.behaviour(r, b, "")
	}
	return s
}

// junitWhole is the case of what concerns the exercise as a whole.
func junitWhole(r verdict.Result) junitCase {
	c := junitCase{Name: "it can be judged", Class: junitClass(r), Time: junitTime(0)}
	reason := &junitReason{Message: legal(r.Reason)}
	if p := r.Problem; p != nil {
		reason.Type, reason.Text = string(p.Kind), legal(problemText(*p))
	}
	switch r.Status {
	case verdict.Skip:
		c.Skipped = reason
	case verdict.Fail:
		c.Failure = reason
	case verdict.Error:
		c.Error = reason
	}
	return c
}

// problemText is a problem with its place.
func problemText(p verdict.Problem) string {
	if p.File == "" {
		return p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// junitClass is the exercise's name as Java would write it, which CI systems
// group by.
func junitClass(r verdict.Result) string { return strings.ReplaceAll(r.Exercise, "/", ".") }

// behaviour adds a case for a behaviour, or for each of its parts.
func (s *junitSuite) behaviour(r verdict.Result, b verdict.Behaviour, above string) {
	name := above + b.Name
	if len(b.Parts) == 0 || b.Failure != nil {
		s.add(junitBehaviour(r, b, name))
	}
	for _, part := range b.Parts {
		s.behaviour(r, part, name+": ")
	}
}

func junitBehaviour(r verdict.Result, b verdict.Behaviour, name string) junitCase {
	c := junitCase{Name: legal(name), Class: junitClass(r), Time: junitTime(0)}
	switch {
	case b.Status == verdict.Skip:
		c.Skipped = &junitReason{Message: legal(b.Reason)}
	case b.Status == verdict.Unreached:
		c.Skipped = &junitReason{Message: "not reached"}
	case b.Status == verdict.Fail && b.Failure != nil:
		first, _, _ := strings.Cut(b.Failure.Got, "\n")
		c.Failure = &junitReason{Message: legal(first), Type: "behaviour", Text: legal(failureText(*b.Failure) + "\nat    " + b.Failure.At)}
	case b.Status == verdict.Fail:
		c.Failure = &junitReason{Message: "the behaviour does not hold", Type: "behaviour"}
	}
	return c
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

// legal replaces what XML 1.0 (section 2.2) cannot carry.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r >= 0x20 && r != utf8.RuneError && r != 0xfffe && r != 0xffff {
			return r
		}
		return '\u2426'
	}, s)
}
