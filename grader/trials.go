package grader

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// trial is one implementation that a learner's tests are tried on.
type trial struct {
	bench.Submission
	mutant string // the mutant's sentence; "" for the reference
}

// trials returns, for an exercise of kind tests, the reference and every
// mutant under the submission's tests; nothing for other kinds.
func trials(s bench.Submission) ([]trial, error) {
	if s.Exercise.Kind != course.KindTests {
		return nil, nil
	}
	reference, err := s.Exercise.Solution()
	if err != nil {
		return nil, err
	}
	mutants, err := s.Exercise.Mutants()
	if err != nil {
		return nil, err
	}
	reference = slices.DeleteFunc(reference, isTestFile)
	tests := slices.DeleteFunc(slices.Clone(s.Files), func(f course.File) bool { return !isTestFile(f) })
	if tests == nil {
		tests = []course.File{}
	}
	list := []trial{{bench.Submission{Exercise: s.Exercise, Variant: path.Join(s.Variant, "reference"), Files: reference, Tests: tests}, ""}}
	for _, m := range mutants {
		files, err := m.Over(reference)
		if err != nil {
			return nil, err
		}
		list = append(list, trial{bench.Submission{Exercise: s.Exercise, Variant: path.Join(s.Variant, "mutant", m.Name), Files: files, Tests: tests}, Sentence(m)})
	}
	return list, nil
}

func isTestFile(f course.File) bool { return strings.HasSuffix(f.Name, "_test.go") }

// Sentence is what a mutant breaks, in the learner's words: the first
// paragraph of its archive's comment.
func Sentence(m course.Attempt) string {
	paragraph, _, _ := strings.Cut(m.Comment, "\n\n")
	return strings.TrimSuffix(strings.Join(strings.Fields(paragraph), " "), ".")
}

// measureTrials judges a learner's tests: they must pass on the reference and
// fail on every mutant.
func (b *batch) measureTrials(ctx context.Context, work *bench.Bench, resolver *services.Resolver, p pending, binary string, seed uint64) (verdict.Result, error) {
	caught := map[string]bool{}
	total := verdict.Result{}
	for _, t := range p.trials {
		stream, end, err := b.execute(ctx, work, resolver, t.Submission, binary, seed)
		if err != nil {
			return verdict.Result{}, err
		}
		r := verdict.Judge(verdict.Observed(stream), stream, end)
		total.Seconds += r.Seconds
		if t.mutant != "" {
			caught[t.mutant] = r.Status != verdict.Pass
		} else if r.Status != verdict.Pass {
			return b.unfit(p, r)
		}
	}
	behaviours, err := p.Exercise.Behaviours()
	if err != nil && b.Observed == nil {
		return verdict.Result{}, err
	}
	total.Behaviours = judgeTrials(behaviours, caught)
	total.Status = verdict.Pass
	if missed := total.Tally(); missed != "" {
		total.Status, total.Reason = verdict.Fail, missed
	}
	return total, nil
}

// unfit is the verdict on tests that do not pass on the reference: nothing that
// they say of a mutant would mean anything.
func (b *batch) unfit(p pending, r verdict.Result) (verdict.Result, error) {
	behaviours, err := p.Exercise.Behaviours()
	if err != nil {
		return verdict.Result{}, err
	}
	out := verdict.Result{Status: verdict.Fail, Seconds: r.Seconds, Problem: r.Problem, Output: r.Output, Reason: "the tests do not pass on the package as it is meant"}
	for i, x := range behaviours {
		row := verdict.Behaviour{Number: x.Number, Name: x.Name, Status: verdict.Unreached}
		for _, part := range x.Parts {
			row.Parts = append(row.Parts, verdict.Behaviour{Name: part.Name, Status: verdict.Unreached})
		}
		if i == 0 {
			row.Status, row.Failure = verdict.Fail, firstFailure(r)
		}
		out.Behaviours = append(out.Behaviours, row)
	}
	return out, nil
}

// firstFailure tells which of the learner's tests failed on the reference.
func firstFailure(r verdict.Result) *verdict.Failure {
	f := &verdict.Failure{Sent: "your tests, run on the package as it is meant", Got: "no test ran", Want: "every test passes"}
	first := r.First()
	if first == nil {
		return f
	}
	f.Got = first.Name + " fails"
	if first.Failure != nil {
		f.Note, f.At = strings.TrimSpace(first.Failure.Got), first.Failure.At
	}
	return f
}

// judgeTrials lays out what was caught in the order of the brief's numbers. The
// first number is the reference's own.
func judgeTrials(behaviours []course.Behaviour, caught map[string]bool) []verdict.Behaviour {
	var rows []verdict.Behaviour
	for _, x := range behaviours {
		row := verdict.Behaviour{Number: x.Number, Name: x.Name, Status: verdict.Pass}
		for _, part := range x.Parts {
			p := verdict.Behaviour{Name: part.Name, Status: verdict.Pass}
			if !caught[part.Name] {
				row.Status, p.Status = verdict.Fail, verdict.Fail
				p.Failure = &verdict.Failure{Sent: "your tests, run on a version in which " + part.Name, Got: "every test passes", Want: "at least one test fails"}
			}
			row.Parts = append(row.Parts, p)
		}
		rows = append(rows, row)
	}
	return rows
}
