package grader

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// trial is one implementation that a learner's tests are tried on.
type trial struct {
	bench.Submission
	part     string // the behaviour's name; "" for the reference
	sentence string // the mutant's
	right    bool   // the tests must pass on it
}

// trials returns, for an exercise of kind tests, the reference and every
// mutant under the submission's tests; nothing for other kinds, and for a
// package that comes with the tests to judge it by.
func trials(s bench.Submission) ([]trial, error) {
	if s.Exercise.Kind != course.KindTests || s.Tests != nil {
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
	on := func(name string, files []course.File) bench.Submission {
		return bench.Submission{Exercise: s.Exercise, Variant: path.Join(s.Variant, name), Home: path.Join("on trial", name), Apart: s.Apart, Files: files, Tests: tests}
	}
	list := []trial{{on("reference", reference), "", "", true}}
	for _, m := range mutants {
		files, err := m.Over(reference)
		if err != nil {
			return nil, err
		}
		list = append(list, trial{on(path.Join("mutant", m.Name), files), Part(m), sentence(m), len(m.Passes) > 0})
	}
	return list, nil
}

func isTestFile(f course.File) bool { return strings.HasSuffix(f.Name, "_test.go") }

// Part names the behaviour that stands for a mutant, as it reads after its item
// of Done when: "They notice …" "when a total is off".
func Part(m course.Attempt) string {
	if len(m.Passes) > 0 {
		return "also when " + sentence(m)
	}
	return "when " + sentence(m)
}

// sentence is what a mutant breaks, or in what another right package differs,
// in the learner's words: the first paragraph of its archive's comment.
func sentence(m course.Attempt) string {
	paragraph, _, _ := strings.Cut(m.Comment, "\n\n")
	return strings.TrimSuffix(strings.Join(strings.Fields(paragraph), " "), ".")
}

// measureTrials judges a learner's tests: they must pass on the reference as
// often as the exercise says, pass on every mutant that is right, too, and fail
// on every other.
func (b *batch) measureTrials(ctx context.Context, work *bench.Bench, resolver *services.Resolver, p pending, binaries map[string]string, seed uint64) (verdict.Result, error) {
	behaviours, err := p.Exercise.Behaviours()
	if err != nil && b.Observed == nil {
		return verdict.Result{}, err
	}
	began := time.Now()
	reference := tryOut{b, work, resolver, binaries, p.trials[0]}
	r, err := reference.measure(ctx, seed)
	if err != nil {
		return verdict.Result{}, err
	}
	if r.Status != verdict.Pass {
		r.Seconds, r.Seed = time.Since(began).Seconds(), seed
		return unfit(p, behaviours, r), nil
	}
	failures, err := reference.others(ctx, p.trials[1:], seed)
	if err != nil {
		return verdict.Result{}, err
	}
	total := verdict.Result{Status: verdict.Pass, Behaviours: lay(behaviours, failures), Seconds: time.Since(began).Seconds()}
	if missed := total.First(); missed != nil {
		total.Status, total.Reason = verdict.Fail, missed.Brief()
	}
	return total, nil
}

// trialsAtOnce is how many packages learners' tests are tried on at a time:
// most of it is waiting for what a broken one never does.
const trialsAtOnce = 4

// others tries the tests on the mutants and returns, by part, why it does not
// hold; nil for those that do.
func (t tryOut) others(ctx context.Context, list []trial, seed uint64) (map[string]*verdict.Failure, error) {
	results, problems := make([]verdict.Result, len(list)), make([]error, len(list))
	slots := make(chan struct{}, trialsAtOnce)
	var group sync.WaitGroup
	for i, other := range list {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			results[i], problems[i] = t.on(other).measure(ctx, seed)
		})
	}
	group.Wait()
	failures := map[string]*verdict.Failure{}
	for i, other := range list {
		failures[other.part] = other.judge(results[i])
	}
	return failures, errors.Join(problems...)
}

// tryOut is one trial with what runs it.
type tryOut struct {
	*batch
	work     *bench.Bench
	resolver *services.Resolver
	binaries map[string]string
	trial
}

// on is the same for another package.
func (t tryOut) on(other trial) tryOut {
	t.trial = other
	return t
}

// measure runs the tests on one package. What is to fail needs to fail once;
// the reference is run again and again, in other orders.
func (t tryOut) measure(ctx context.Context, seed uint64) (verdict.Result, error) {
	runs := 1
	if t.part == "" {
		runs = max(t.Exercise.Repeat, 1)
	}
	total := verdict.Result{}
	for i := range runs {
		m := manner{seed: seed + uint64(i), order: t.turn(i), quick: !t.right, own: true}
		stream, end, err := t.execute(ctx, t.work, t.resolver, t.Submission, t.binaries, m)
		if err != nil {
			return verdict.Result{}, err
		}
		r := verdict.JudgeOwn(stream, end.Moved(t.Told()...))
		if !t.right && !verdict.Noticed(stream) {
			r.Status = verdict.Pass
		}
		if total = r; r.Status != verdict.Pass {
			return t.tell(r, i), nil
		}
	}
	return total, nil
}

// turn is the order of the i-th run: the files', the other way round, and then
// any.
func (t tryOut) turn(i int) order {
	if i < 2 && !t.Shuffle {
		return []order{ofFiles, reversed}[i]
	}
	return shuffled
}

// tell puts the learner's names into a failed result, and the number of the run
// where that says something.
func (t tryOut) tell(r verdict.Result, run int) verdict.Result {
	names := strings.NewReplacer(t.Told()...)
	first := r.First()
	if first == nil {
		return r
	}
	if first.Failure != nil {
		first.Failure = first.Failure.Renamed(names)
	}
	if run > 0 {
		if first.Failure == nil {
			first.Failure = &verdict.Failure{}
		}
		first.Failure.Sent = fmt.Sprintf("run %d of %d, your tests in another order", run+1, t.Exercise.Repeat)
	}
	return r
}

// judge returns why the tests did not do what they must on this package; nil
// when they did.
func (t trial) judge(r verdict.Result) *verdict.Failure {
	at := t.Exercise.Edit[0]
	switch {
	case t.right && r.Status != verdict.Pass:
		f := failed(r, at)
		f.Sent = "your tests, run on a package that is right, too: " + t.sentence
		return f
	case !t.right && r.Status == verdict.Pass:
		return &verdict.Failure{Sent: "your tests, run on a version in which " + t.sentence, Got: everyTest(r), Want: "at least one test fails", At: at}
	}
	return nil
}

func everyTest(r verdict.Result) string {
	switch len(r.Behaviours) {
	case 1:
		return "the one test passes: " + r.Behaviours[0].Name
	case 2:
		return "both tests pass"
	}
	return fmt.Sprintf("all %d tests pass", len(r.Behaviours))
}

// failed tells which of the learner's tests failed where every test passes. The
// place is at where none is known.
func failed(r verdict.Result, at string) *verdict.Failure {
	f := &verdict.Failure{Got: "no test ran", Want: "every test passes", Note: "a test is a func TestXxx(t *testing.T) in a file *_test.go", At: at}
	if p := r.Problem; p != nil {
		f.Got, f.Note = p.Message, ""
	}
	first := r.First()
	if first == nil {
		return f
	}
	f.Got, f.Note = fullName(r.Behaviours, first)+" fails", ""
	if own := first.Failure; own != nil {
		f.Note = strings.Trim(strings.TrimSpace(own.Got)+"\n"+own.Note, "\n")
		if own.At != "" {
			f.At = own.At
		}
	}
	return f
}

// fullName is a test's name as go test prints it: that of the tests around it,
// too.
func fullName(list []verdict.Behaviour, of *verdict.Behaviour) string {
	for i := range list {
		if &list[i] == of {
			return list[i].Name
		}
		if inner := fullName(list[i].Parts, of); inner != "" {
			return list[i].Name + "/" + inner
		}
	}
	return ""
}

// unfit is the verdict on tests that do not pass on the reference: nothing that
// they say of a mutant would mean anything.
func unfit(p pending, behaviours []course.Behaviour, r verdict.Result) verdict.Result {
	out := verdict.Result{Status: verdict.Fail, Seconds: r.Seconds, Seed: r.Seed, Problem: r.Problem, Output: r.Output, Reason: "the tests do not pass on the package as it is meant"}
	for i, x := range behaviours {
		row := verdict.Behaviour{Number: x.Number, Name: x.Name, Status: verdict.Unreached}
		for _, part := range x.Parts {
			row.Parts = append(row.Parts, verdict.Behaviour{Name: part.Name, Status: verdict.Unreached})
		}
		if i == 0 {
			row.Status, row.Failure = verdict.Fail, failed(r, p.Exercise.Edit[0])
			row.Failure.Sent = "your tests, run on the package as it is meant"
			if first := r.First(); first != nil && first.Failure != nil && first.Failure.Sent != "" {
				row.Failure.Sent += ": " + first.Failure.Sent
			}
		}
		out.Behaviours = append(out.Behaviours, row)
	}
	return out
}

// lay sets out what was found in the order of the brief's numbers. The first
// number is the reference's own.
func lay(behaviours []course.Behaviour, failures map[string]*verdict.Failure) []verdict.Behaviour {
	var rows []verdict.Behaviour
	for _, x := range behaviours {
		row := verdict.Behaviour{Number: x.Number, Name: x.Name, Status: verdict.Pass}
		for _, part := range x.Parts {
			p := verdict.Behaviour{Name: part.Name, Status: verdict.Pass, Failure: failures[part.Name]}
			if _, tried := failures[part.Name]; !tried {
				p.Failure = &verdict.Failure{Got: "nothing breaks it", Want: "a mutant of that name (kata author pack)"}
			}
			if p.Failure != nil {
				row.Status, p.Status = verdict.Fail, verdict.Fail
			}
			row.Parts = append(row.Parts, p)
		}
		rows = append(rows, row)
	}
	return rows
}
