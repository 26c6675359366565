package grader

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/rules"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// batch is the submissions of one call, and their results as they come.
type batch struct {
	*Grader
	Options
	tool    *bench.Toolchain
	digest  string          // of the assets
	config  services.Config // as it was at the start
	subs    []bench.Submission
	notes   map[string][]string // ID -> what was ignored in the folder
	runs    *run.Folder         // of all runs' own folders
	learns  bool                // the same submissions will be built again
	mu      sync.Mutex
	results map[string]verdict.Result
}

// newBatch finds what every submission needs: the toolchain and the assets.
func newBatch(ctx context.Context, g *Grader, o Options) (*batch, error) {
	tool, err := g.Toolchain(ctx)
	if err != nil {
		return nil, err
	}
	if o.Strict {
		if err := g.demandContainment(ctx); err != nil {
			return nil, err
		}
	}
	digest, err := assetsDigest(g.Assets)
	if err != nil {
		return nil, err
	}
	return &batch{Grader: g, Options: o, tool: tool, digest: digest, config: g.ServiceConfig(), notes: map[string][]string{}, results: map[string]verdict.Result{}}, nil
}

func (b *batch) add(s bench.Submission, ignored []string) {
	b.subs = append(b.subs, s)
	b.notes[s.ID()] = ignored
}

// settle records a submission's result.
func (b *batch) settle(s bench.Submission, r verdict.Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Exercise = s.ID()
	r.Ignored = b.notes[s.ID()]
	if _, known := b.notes[s.ID()]; !known {
		b.subs = append(b.subs, s)
	}
	b.results[s.ID()] = r
	if b.Judged != nil {
		b.Judged(r)
	}
}

// finish settles whatever is still open and returns the results in order.
func (b *batch) finish(ctx context.Context) ([]verdict.Result, error) {
	open, err := b.screen()
	if err != nil {
		return nil, err
	}
	if len(open) > 0 {
		if err := b.buildAndRun(ctx, open); err != nil {
			return nil, err
		}
	}
	results := make([]verdict.Result, len(b.subs))
	for i, s := range b.subs {
		results[i] = b.results[s.ID()]
	}
	return results, nil
}

// pending is a submission that has to be built and run.
type pending struct {
	bench.Submission
	key      string
	unparsed bool    // the source rules could not read it; only a compile error may follow
	trials   []trial // for kind tests: what the learner's tests are tried on
}

// fickle reports whether a failure may be something else's than the code's: a
// server that is about to die, or a busy machine on which a learner's tests
// wait too long.
func (p pending) fickle() bool { return len(p.Exercise.Services) > 0 || len(p.trials) > 0 }

// submissions are what has to be built to judge it.
func (p pending) submissions() []bench.Submission {
	if len(p.trials) == 0 {
		return []bench.Submission{p.Submission}
	}
	list := make([]bench.Submission, len(p.trials))
	for i, t := range p.trials {
		list[i] = t.Submission
	}
	return list
}

// failure is the first of them that does not compile.
func (p pending) failure(built bench.Build) (bench.Failure, bool) {
	for _, s := range p.submissions() {
		if f, failed := built.Failures[s.ID()]; failed {
			return f, true
		}
	}
	return bench.Failure{}, false
}

// screen settles what is known already and what the source rules refuse, some
// submissions at a time.
func (b *batch) screen() ([]pending, error) {
	subs := slices.DeleteFunc(slices.Clone(b.subs), func(s bench.Submission) bool { return b.settled(s) })
	open, problems := make([]*pending, len(subs)), make([]error, len(subs))
	each(len(subs), b.Jobs, func(i int) { open[i], problems[i] = b.screenOne(subs[i]) })
	var left []pending
	for _, p := range open {
		if p != nil {
			left = append(left, *p)
		}
	}
	return left, errors.Join(problems...)
}

func (b *batch) settled(s bench.Submission) bool {
	_, settled := b.results[s.ID()]
	return settled
}

// screenOne returns nil for a submission that it settled. A verdict is known
// only of code that met the source rules of this very kata.
func (b *batch) screenOne(s bench.Submission) (*pending, error) {
	key, err := b.key(s)
	if err != nil {
		return nil, err
	}
	if r, ok := b.recall(key); ok {
		b.settle(s, r)
		return nil, nil
	}
	findings, err := check(s)
	unparsed := errors.Is(err, rules.ErrSyntax)
	if err != nil && !unparsed {
		return nil, err
	}
	if len(findings) > 0 {
		b.settle(s, ruleResult(s, findings))
		return nil, nil
	}
	tried, err := trials(s)
	if err != nil {
		return nil, err
	}
	return &pending{s, key, unparsed, tried}, nil
}

func check(s bench.Submission) ([]rules.Finding, error) {
	solution, err := s.Exercise.Solution()
	if err != nil {
		return nil, err
	}
	imports := s.Exercise.Imports
	if s.Exercise.Kind == course.KindTests {
		if inside := outside(s.Exercise, s.Files); len(inside) > 0 {
			return inside, nil
		}
		own := s.Exercise.ID() // the bench turns either path to the implementation on trial
		imports = append([]string{"testing", "testing/quick", "testing/synctest", "reflect", bench.Module + "/exercises/" + own, bench.Module + "/solutions/" + own}, imports...)
	}
	return inTime(ruleFiles(s.Own()), rules.Options{
		Imports: imports, Path: s.Package(), Module: bench.Module, Methods: rules.Methods(ruleFiles(solution)),
	})
}

// rulesLimit bounds the source rules, which take milliseconds for code that is
// meant to be read: types can be written that no checker sees the end of.
const rulesLimit = 10 * time.Second

// inTime is rules.Check with an end. Code that takes longer counts as a file
// that cannot be read, which must not run.
func inTime(files []rules.File, o rules.Options) ([]rules.Finding, error) {
	type outcome struct {
		findings []rules.Finding
		err      error
	}
	done := make(chan outcome, 1)
	go func() {
		findings, err := rules.Check(files, o)
		done <- outcome{findings, err}
	}()
	select {
	case o := <-done:
		return o.findings, o.err
	case <-time.After(rulesLimit):
		return []rules.Finding{{
			Rule: "time", File: files[0].Name, Line: 1, Column: 1,
			Message: fmt.Sprintf("the types of this code cannot be checked within %s", rulesLimit),
			Why:     "Code for people is checked in milliseconds; types this large are built to stop a compiler.",
		}}, nil
	}
}

func ruleFiles(files []course.File) []rules.File {
	out := make([]rules.File, len(files))
	for i, f := range files {
		out[i] = rules.File{Name: f.Name, Data: f.Data}
	}
	return out
}

func (b *batch) seed() uint64 {
	if b.Seed != 0 {
		return b.Seed
	}
	return rand.Uint64N(99999) + 1
}

func expected(behaviours []course.Behaviour) []verdict.Expected {
	var out []verdict.Expected
	for _, x := range behaviours {
		out = append(out, verdict.Expected{Number: x.Number, Test: x.Test, Name: x.Name, Parts: expected(x.Parts)})
	}
	return out
}
