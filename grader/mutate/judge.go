package mutate

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Class is what became of a mutant.
type Class string

// The classes. What ran out of time is killed, too: the solution had a multiple
// of what it needs.
const (
	Killed     Class = "killed"
	TimedOut   Class = "timed out"
	Survived   Class = "survived"
	Invalid    Class = "does not compile" // or a source rule refuses it
	Equivalent Class = "equivalent"       // survived, and is right: mutants.toml says why
	Unjudged   Class = "not judged"       // needs a service that this run has not
)

// Outcome is a mutant and what became of it.
type Outcome struct {
	Mutant
	Class  Class  `json:"class"`
	Reason string `json:"reason,omitempty"` // of what mutants.toml explains, its entry's; else the first failure
	Needs  string `json:"needs,omitempty"`  // the service without which it is not judged
}

// Report is what mutation says about one exercise.
type Report struct {
	Exercise string        `json:"exercise"`
	Score    float64       `json:"score"` // killed of killed and survived; 1 without any
	Count    map[Class]int `json:"count"`
	Seconds  float64       `json:"seconds"`
	Mutants  []Outcome     `json:"mutants"`
	Stale    []string      `json:"stale,omitempty"`   // entries of mutants.toml that do not hold
	Skipped  string        `json:"skipped,omitempty"` // why it was not judged
}

// Options change one call of Judge.
type Options struct {
	Limit  int          // at most so many mutants of an exercise, spread over its files; 0 takes all
	Fresh  bool         // judge again what was judged before
	Judged func(Report) // called as each exercise is done
}

// How long a mutant may run: a multiple of what the solution took, since the
// machine may be busier now, but no less than a second or two, which a
// scheduler can take.
const (
	patience = 5
	leastRun = 2 * time.Second
)

// seed is what every mutant's inputs are drawn from, so that a score is the
// same each time.
const seed = 1

// Judge mutates the solutions of exercises and has each mutant judged. trees
// holds solutions/, for the lists of equivalent mutants. Errors are the
// machine's, the format's, or a solution's that does not pass itself.
func Judge(ctx context.Context, g *grader.Grader, trees fs.FS, exercises []*course.Exercise, o Options) ([]Report, error) {
	walls, err := walls(ctx, g, exercises)
	if err != nil {
		return nil, err
	}
	var reports []Report
	for _, e := range exercises {
		began := time.Now()
		r, err := judge(ctx, g, trees, e, walls[e.ID()], o)
		if err != nil {
			return nil, err
		}
		r.Seconds = time.Since(began).Seconds()
		reports = append(reports, r)
		if o.Judged != nil {
			o.Judged(r)
		}
	}
	return reports, nil
}

// walls runs the solutions and returns how long their mutants may take.
func walls(ctx context.Context, g *grader.Grader, exercises []*course.Exercise) (map[string]time.Duration, error) {
	var subs []bench.Submission
	for _, e := range exercises {
		files, err := e.Solution()
		if err != nil {
			return nil, err
		}
		subs = append(subs, bench.Submission{Exercise: e, Variant: "solution", Files: files})
	}
	results, err := g.Judge(ctx, subs, grader.Options{})
	if err != nil {
		return nil, err
	}
	walls := map[string]time.Duration{}
	for i, r := range results {
		if r.Status != verdict.Pass && r.Status != verdict.Skip {
			return nil, fmt.Errorf("mutate %s: its solution does not pass: %s", subs[i].Exercise.ID(), r.Reason)
		}
		e := subs[i].Exercise
		walls[e.ID()] = max(leastRun, time.Duration(patience*r.Seconds/float64(e.Repeat)*float64(time.Second)))
	}
	return walls, nil
}

// judge mutates one exercise.
func judge(ctx context.Context, g *grader.Grader, trees fs.FS, e *course.Exercise, wall time.Duration, o Options) (Report, error) {
	explained, err := explanations(trees, e.ID())
	if err != nil {
		return Report{}, err
	}
	mutants, err := Generate(e)
	if err != nil {
		return Report{}, err
	}
	mutants = spread(mutants, o.Limit)
	results, err := run(ctx, g, e, mutants, grader.Options{Seed: seed, Wall: wall, Quick: true, Fresh: o.Fresh})
	if err != nil {
		return Report{}, err
	}
	r := Report{Exercise: e.ID(), Mutants: make([]Outcome, len(mutants))}
	for i, m := range mutants {
		r.Mutants[i] = Outcome{Mutant: m, Class: class(results[i]), Reason: results[i].Reason}
		switch results[i].Status {
		case verdict.Skip:
			return Report{Exercise: e.ID(), Score: 1, Skipped: results[i].Reason}, nil
		case verdict.Error:
			return Report{}, fmt.Errorf("mutate %s: %s could not be judged: %s", e.ID(), m.ID, results[i].Reason)
		}
	}
	if err := again(ctx, g, e, explained, r.Mutants); err != nil {
		return Report{}, err
	}
	if stale := explain(explained, r.Mutants, real(ctx, g)); o.Limit == 0 {
		r.Stale = stale
	}
	return r.sum(), nil
}

// again judges, within the exercise's own limit, explained mutants that ran out
// of the short one: a busy machine is no reason to call an explanation stale.
func again(ctx context.Context, g *grader.Grader, e *course.Exercise, explained []explanation, outcomes []Outcome) error {
	var slow []*Outcome
	var mutants []Mutant
	for i := range outcomes {
		o := &outcomes[i]
		if o.Class == TimedOut && slices.ContainsFunc(explained, func(x explanation) bool { return x.is(o.Mutant) }) {
			slow, mutants = append(slow, o), append(mutants, o.Mutant)
		}
	}
	if len(slow) == 0 {
		return nil
	}
	results, err := run(ctx, g, e, mutants, grader.Options{Seed: seed, Quick: true, Fresh: true})
	for i, r := range results {
		slow[i].Class, slow[i].Reason = class(r), r.Reason
	}
	return err
}

// ownTests are the tests of a solution that judge a changed package, where
// learners write tests; nil for other kinds.
func ownTests(e *course.Exercise, solution []course.File) []course.File {
	if e.Kind != course.KindTests {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(solution), func(f course.File) bool { return !isTest(f) })
}

func isTest(f course.File) bool { return strings.HasSuffix(f.Name, "_test.go") }

// class reads a verdict.
func class(r verdict.Result) Class {
	switch p := r.Problem; {
	case r.Status == verdict.Pass:
		return Survived
	case p == nil:
		return Killed
	case p.Kind == verdict.Timeout:
		return TimedOut
	case p.Kind == verdict.Compile || p.Kind == verdict.Rule || p.Kind == verdict.Staging:
		return Invalid
	}
	return Killed
}

// sum counts the classes.
func (r Report) sum() Report {
	r.Count = map[Class]int{}
	for _, m := range r.Mutants {
		r.Count[m.Class]++
	}
	killed := r.Count[Killed] + r.Count[TimedOut]
	r.Score = 1
	if judged := killed + r.Count[Survived]; judged > 0 {
		r.Score = float64(killed) / float64(judged)
	}
	return r
}

// real are the services that are there as real servers, not as kata's own.
func real(ctx context.Context, g *grader.Grader) map[string]bool {
	found := map[string]bool{}
	for _, s := range g.ServiceStates(ctx) {
		found[s.Name] = s.Via != "" && s.Via != "embedded"
	}
	return found
}

// Survivors are the mutants that nothing explains.
func (r Report) Survivors() []Outcome {
	var list []Outcome
	for _, m := range r.Mutants {
		if m.Class == Survived && m.Reason == "" {
			list = append(list, m)
		}
	}
	return list
}

// spread takes n of the mutants, evenly; all for 0.
func spread(mutants []Mutant, n int) []Mutant {
	if n <= 0 || n >= len(mutants) {
		return mutants
	}
	some := make([]Mutant, n)
	for i := range some {
		some[i] = mutants[i*len(mutants)/n]
	}
	return some
}

// Needs counts, by service, the mutants that only a real one shows to be wrong.
func (r Report) Needs() map[string]int {
	count := map[string]int{}
	for _, m := range r.Mutants {
		if m.Needs != "" {
			count[m.Needs]++
		}
	}
	return count
}
