package mutate

import (
	"context"
	"fmt"
	"slices"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// run has mutants judged, woven into one package where that can be. They are
// numbered, not named, so that the next call finds the same folders in the
// build tree.
func run(ctx context.Context, g *grader.Grader, e *course.Exercise, mutants []Mutant, o grader.Options) ([]verdict.Result, error) {
	solution, err := e.Solution()
	if err != nil {
		return nil, err
	}
	tests := ownTests(e, solution)
	if tests != nil {
		solution = slices.DeleteFunc(solution, isTest)
	}
	subs := make([]bench.Submission, len(mutants))
	for i, m := range mutants {
		subs[i] = bench.Submission{Exercise: e, Variant: fmt.Sprintf("mutant/%d", i), Files: m.over(solution), Tests: tests}
	}
	results, err := runWoven(ctx, g, solution, mutants, subs, o)
	if err != nil || results != nil {
		return results, err
	}
	return g.Judge(ctx, subs, o)
}

// runWoven is run for an exercise some of whose mutants can be woven; nil for
// another. It first makes sure that the woven package is as good an answer as
// the solution: where it is not, nothing may be concluded from it.
func runWoven(ctx context.Context, g *grader.Grader, solution []course.File, mutants []Mutant, subs []bench.Submission, o grader.Options) ([]verdict.Result, error) {
	fit, err := compiling(ctx, g, solution, mutants, subs)
	if err != nil || len(fit) == 0 {
		return nil, err
	}
	w, in := weave(solution, fit)
	if w == nil {
		return nil, nil
	}
	all := slices.Clone(subs)
	for i := range all {
		if in[i] {
			all[i].Woven, all[i].Number = w, i+1
		}
	}
	all = append(all, bench.Submission{Exercise: subs[0].Exercise, Variant: "mutant/none", Files: solution, Tests: subs[0].Tests, Woven: w})
	results, err := g.Judge(ctx, all, o)
	if err != nil || results[len(subs)].Status != verdict.Pass && results[len(subs)].Status != verdict.Skip {
		return nil, err
	}
	return results[:len(subs)], nil
}

// compiling returns the mutants with those emptied that do not compile; none
// when that cannot be told or no mutant is of Go code.
func compiling(ctx context.Context, g *grader.Grader, solution []course.File, mutants []Mutant, subs []bench.Submission) ([]Mutant, error) {
	if !slices.ContainsFunc(mutants, Mutant.ofGo) {
		return nil, nil
	}
	whole := subs[0]
	whole.Variant, whole.Files = "solution", solution
	exports, err := g.Exports(ctx, whole)
	if err != nil {
		return nil, err
	}
	c := newChecker(solution, exports, "go"+g.MinimumGo)
	fit := slices.Clone(mutants)
	for i, m := range mutants {
		if m.ofGo() && !c.compiles(m.File, m.data) {
			fit[i] = Mutant{}
		}
	}
	return fit, nil
}
