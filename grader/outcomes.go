package grader

import (
	"bytes"
	"path"
	"strings"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/rules"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// problemResult is the verdict on a submission whose tests could not run: no
// behaviour was reached.
func problemResult(e *course.Exercise, p verdict.Problem) verdict.Result {
	behaviours, err := e.Behaviours()
	if err != nil {
		return verdict.Result{Status: verdict.Error, Problem: &p, Reason: p.Brief() + " (" + err.Error() + ")"}
	}
	r := verdict.Judge(expected(behaviours), verdict.Stream{}, verdict.Ending{})
	p.File, p.Message, p.Source = clean(p.File), clean(p.Message), clean(p.Source)
	r.Problem, r.Reason = &p, p.Brief()
	return r
}

func refusedResult(e *course.Exercise, err *bench.RefusedError) verdict.Result {
	return problemResult(e, verdict.Problem{Kind: verdict.Staging, File: err.File, Message: err.Reason, Next: "kata reset " + e.ID()})
}

func ruleResult(s bench.Submission, findings []rules.Finding) verdict.Result {
	f := findings[0]
	return problemResult(s.Exercise, verdict.Problem{
		Kind: verdict.Rule, File: path.Join(s.Exercise.Dir(), f.File), Line: f.Line, Column: f.Column,
		Message: f.Message, Want: f.Why, Source: sourceLine(s.Files, f.File, f.Line),
	})
}

// unreadableResult refuses what the compiler accepts and the source rules could
// not read: it must not run unchecked.
func unreadableResult(s bench.Submission) verdict.Result {
	return problemResult(s.Exercise, verdict.Problem{Kind: verdict.Rule, File: s.Exercise.Dir(), Message: "a file cannot be checked against the source rules", Next: "kata diff"})
}

// compileResult tells the compiler's first complaint; about a hidden test, in
// terms of the API that the brief asks to keep.
func compileResult(s bench.Submission, f bench.Failure) verdict.Result {
	p := f.Problems[0]
	if f.Hidden {
		return problemResult(s.Exercise, apiProblem(s, p))
	}
	p.Source = sourceLine(s.Files, strings.TrimPrefix(p.File, s.Exercise.Dir()+"/"), p.Line)
	return problemResult(s.Exercise, p)
}

func skipResult(s bench.Submission, missing *services.MissingError) verdict.Result {
	r := problemResult(s.Exercise, verdict.Problem{Kind: verdict.Service, Message: missing.Reason, Next: missing.Mend})
	r.Status, r.Reason = verdict.Skip, missing.Reason+": "+missing.Mend
	return r
}

func errorResult(s bench.Submission, err error) verdict.Result {
	return verdict.Result{Exercise: s.ID(), Status: verdict.Error, Reason: clean(err.Error())}
}

// sourceLine returns a line of a file (1-based), or "".
func sourceLine(files []course.File, name string, line int) string {
	for _, f := range files {
		if f.Name == name {
			lines := bytes.Split(f.Data, []byte("\n"))
			if line >= 1 && line <= len(lines) {
				return string(bytes.TrimRight(lines[line-1], "\r"))
			}
		}
	}
	return ""
}

// apiProblem explains why hidden tests do not compile against a submission.
func apiProblem(s bench.Submission, p verdict.Problem) verdict.Problem {
	told := verdict.Problem{Kind: verdict.Compile, File: s.Exercise.Dir(), Message: "the tests cannot use this package: " + p.Message}
	solution, err := s.Exercise.Solution()
	if err != nil {
		return told
	}
	if decl := declaration(solution, s.Exercise.Name, p.Message); decl != "" {
		told.Want = s.Exercise.ID() + " must export  " + decl
	}
	return told
}

// clean makes a text that may quote a learner's file safe to show.
func clean(text string) string { return verdict.Clean([]byte(text), "", 20, 4000) }

// Refused is the verdict on an exercise whose files cannot be taken.
func Refused(e *course.Exercise, err *bench.RefusedError) verdict.Result {
	r := refusedResult(e, err)
	r.Exercise = e.ID()
	return r
}

// Unchanged reports whether files are the starter's.
func Unchanged(e *course.Exercise, files []course.File) bool {
	starter, err := e.Starter()
	return err == nil && sameFiles(files, starter)
}
