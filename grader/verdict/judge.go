package verdict

import (
	"cmp"
	"fmt"
	"slices"
)

// most of what the code under test printed that is kept.
const (
	outputLines = 200
	outputBytes = 16 << 10
)

// Judge decides what a run proved. It is a pass only if the report is whole and
// authentic, every expected behaviour was reported as passed, or as skipped for
// a stated reason, and no other behaviour failed. A number of the brief that
// was skipped altogether makes the result a skip. Exit status and printed text
// count for nothing.
func Judge(expected []Expected, s Stream, end Ending) Result {
	return judge(expected, s, end, judgement{})
}

func judge(expected []Expected, s Stream, end Ending, j judgement) Result {
	t := grow(s.Events)
	if s.Tampered == "" && t.flaw != "" {
		s.Tampered, s.Whole = t.flaw, false
	}
	out := readPrinted(end.Stdout)
	j.died, j.printed = !s.Whole && s.Tampered == "", out
	r := Result{Seconds: end.Seconds, Problem: diagnose(s, end)}
	r.Behaviours = j.top(expected, t)
	r.Status = status(expected, r)
	r.Reason = reason(r)
	r.Output = Clean(append(out.other, ownWords(end)...), "", outputLines, outputBytes)
	return r
}

// judgement matches what was reported with what was expected.
type judgement struct {
	died bool // the process ended before its tests did
	own  bool // the tests are the learner's: where they logged may be told
	printed
}

// top judges the numbers of the brief, and beside them whatever ran outside of
// the Test functions.
func (j judgement) top(expected []Expected, t *tree) []Behaviour {
	tests := t.tests()
	t.nodes[0].take(canary)
	list := j.match(expected, tests, func(e Expected) string { return e.Test })
	if tests != nil && tests.status == Fail && !slices.ContainsFunc(list, func(b Behaviour) bool { return b.Status == Fail }) {
		list = append(list, j.unexpected(tests))
	}
	return append(list, j.strays(t.nodes[0])...)
}

func (j judgement) match(expected []Expected, parent *node, key func(Expected) string) []Behaviour {
	list := make([]Behaviour, 0, len(expected))
	for _, e := range expected {
		list = append(list, j.expected(e, parent.take(key(e))))
	}
	return append(list, j.strays(parent)...)
}

func (j judgement) expected(e Expected, n *node) Behaviour {
	b := Behaviour{Number: e.Number, Name: e.Name}
	b.Parts = j.match(e.Parts, n, func(e Expected) string { return e.Name })
	j.decide(&b, n)
	return b
}

// strays returns the parts of a node that nobody expected and that did not
// pass: such a part must not be lost.
func (j judgement) strays(parent *node) []Behaviour {
	if parent == nil {
		return nil
	}
	var list []Behaviour
	for _, n := range parent.parts {
		if !n.taken && n.status != Pass && n.status != Skip {
			list = append(list, j.unexpected(n))
		}
	}
	return list
}

func (j judgement) unexpected(n *node) Behaviour {
	b := Behaviour{Name: line(n.name), Parts: j.strays(n)}
	j.decide(&b, n)
	if b.Status == Unreached { // it began, and a pass would need to know more
		b.Status = Fail
	}
	return b
}

// decide sets a behaviour's status from its report and its parts.
func (j judgement) decide(b *Behaviour, n *node) {
	b.Status = Unreached
	if n == nil {
		return
	}
	switch n.status {
	case "":
		if j.died {
			b.Status = Fail // it was running
		}
	case Skip:
		b.Status, b.Reason = Skip, n.reason
		if n.reason == "" {
			b.Status = Fail
			n.failure = &Failure{Got: "the test skipped itself", Want: "a verdict"}
		}
	case Pass:
		b.Status, b.Reason = weakest(b.Parts)
	default:
		b.Status = Fail
	}
	if b.Status == Fail {
		b.Failure = j.failure(b, n)
	}
}

// weakest returns what the parts of a behaviour make of its reported pass.
func weakest(parts []Behaviour) (Status, string) {
	count := map[Status]int{}
	for _, p := range parts {
		count[p.Status]++
	}
	switch {
	case count[Fail] > 0:
		return Fail, ""
	case count[Unreached] > 0:
		return Unreached, ""
	case len(parts) > 0 && count[Skip] == len(parts):
		return Skip, parts[0].Reason
	}
	return Pass, ""
}

// failure returns what a behaviour itself reported; failing that, and if no
// part of it failed, what its test logged.
func (j judgement) failure(b *Behaviour, n *node) *Failure {
	if n.failure != nil || first(b.Parts) != nil {
		return n.failure
	}
	if text := Clean(j.logs[n.test], "", fieldLines, fieldBytes); text != "" {
		f := &Failure{Got: text}
		if j.own {
			f.At = j.places[n.test]
		}
		return f
	}
	return nil
}

func status(expected []Expected, r Result) Status {
	if len(expected) == 0 {
		return Error
	}
	s := Pass
	for _, b := range r.Behaviours {
		if b.Status == Fail || b.Status == Unreached {
			return Fail
		}
		if b.Status == Skip {
			s = Skip
		}
	}
	if r.Problem != nil {
		return Fail
	}
	return s
}

// reason says in one line why a result is not a pass.
func reason(r Result) string {
	switch {
	case r.Status == Error:
		return "no behaviours are listed for it"
	case r.Problem != nil:
		return r.Problem.Brief()
	case r.Status == Pass:
		return ""
	case r.Status == Skip:
		return r.Behaviours[slices.IndexFunc(r.Behaviours, func(b Behaviour) bool { return b.Status == Skip })].Reason
	}
	if b := r.First(); b != nil {
		return b.Brief()
	}
	return "never reported: " + line(missing(r.Behaviours).Name)
}

// missing returns the first behaviour, the innermost, that was not reported.
func missing(list []Behaviour) Behaviour {
	for _, b := range list {
		if b.Status == Unreached {
			if part := missing(b.Parts); part.Name != "" {
				return part
			}
			return b
		}
	}
	return Behaviour{}
}

// Brief returns the problem in one line, with its place.
func (p Problem) Brief() string {
	text := line(p.Message)
	switch {
	case p.File == "":
		return text
	case p.Line == 0:
		return p.File + ": " + text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, text)
}

// Brief returns a failed behaviour in one line: its sentence, and what was got
// and wanted.
func (b Behaviour) Brief() string {
	if b.Failure == nil {
		return line(b.Name)
	}
	text := line(b.Name)
	if got := line(b.Failure.Got); got != "" {
		text += ": " + got
	}
	if want := line(b.Failure.Want); want != "" {
		text += ", want " + want
	}
	return cmp.Or(text, "failed")
}
