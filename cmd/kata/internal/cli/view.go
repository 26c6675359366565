package cli

import (
	"path"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
)

// view is what screens say of an exercise.
func view(e *course.Exercise) report.Exercise {
	v := report.Exercise{ID: e.ID(), Title: e.Title, Brief: e.Brief, Level: e.Level, Minutes: e.Minutes}
	for _, file := range e.Edit {
		v.Edit = append(v.Edit, path.Join(e.Dir(), file))
	}
	return v
}

func (s session) tally() report.Tally {
	t := report.Tally{}
	for _, e := range course.Order(s.course) {
		t.Total++
		if s.passed(e) {
			t.Passed++
		}
	}
	return t
}

// row is an exercise as list shows it.
func (s session) row(e *course.Exercise) report.Listed {
	x := s.state.Exercise(e.ID())
	row := report.Listed{
		Name: e.ID(), Title: e.Title, Level: e.Level, Minutes: e.Minutes, Kind: string(e.Kind), Skills: e.Skills,
		Current: s.current() == e, Status: x.Status, Attempts: x.Attempts, Hints: x.Hints,
	}
	if row.Status == "" {
		row.Status = "unstarted"
	}
	if !x.Passed.IsZero() {
		row.Passed = &x.Passed
	}
	return row
}

// met says whether the learner has seen the exercise's brief.
func (s session) met(e *course.Exercise) bool { return !s.state.Exercise(e.ID()).Started.IsZero() }

// remark says how a pass was come by.
func (s session) remark(e *course.Exercise, again bool) string {
	x := s.state.Exercise(e.ID())
	switch {
	case again:
		return "still passes"
	case x.FirstTry:
		return "first try without a hint"
	case x.Hints == 0:
		return report.Count(x.Attempts, "run") + ", no hint"
	}
	return report.Count(x.Attempts, "run") + ", " + report.Count(x.Hints, "hint")
}
