package author

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Options change one call of Check.
type Options struct {
	Deep bool   // repeat right answers with other seeds
	Seed uint64 // of the first run of every answer; 0 draws one for each
}

// How often right answers run when checked deep.
const (
	deepSolution = 20
	deepRight    = 5
)

// Finding is one place where an exercise breaks a rule.
type Finding struct {
	Rule    string `json:"-"`
	Where   string `json:"where"` // file or attempt
	Message string `json:"message"`
}

// Result is what became of one rule.
type Result struct {
	Rule
	Status   verdict.Status `json:"status"`             // pass, fail, or skip when the answers were not run
	Findings []Finding      `json:"findings,omitempty"` // where it is broken
}

// Report is what Check found about one exercise.
type Report struct {
	Exercise string   `json:"exercise"`
	Rules    []Result `json:"rules"`
	Answers  int      `json:"answers"`           // right and wrong ones that were run
	Seconds  float64  `json:"seconds"`           // of the solution's run
	Skipped  string   `json:"skipped,omitempty"` // why the answers could not be run here
}

// Findings are those of all rules.
func (r Report) Findings() []Finding {
	var all []Finding
	for _, x := range r.Rules {
		all = append(all, x.Findings...)
	}
	return all
}

// Assets are the parts of a checkout that builds need, read from disk.
func Assets(root string) fs.FS { return os.DirFS(root) }

// subject is one exercise under examination.
type subject struct {
	*course.Exercise
	root     string
	starter  []course.File
	solution []course.File
	hidden   []course.File
	attempts map[string]course.Attempt   // variant -> the attempt it was made from
	results  map[string]verdict.Result   // variant -> verdict
	repeats  map[string][]verdict.Result // the further runs of right answers
	findings []Finding
	broken   bool   // its files cannot be read, so that nothing runs
	skipped  string // why its answers could not be run here
}

func (s *subject) add(rule, where, format string, args ...any) {
	s.findings = append(s.findings, Finding{rule, where, fmt.Sprintf(format, args...)})
}

// Check proves exercises. All their answers, right and wrong, are linked into
// one binary.
func (a *Author) Check(ctx context.Context, exercises []*course.Exercise, o Options) ([]Report, error) {
	var subjects []*subject
	var subs []bench.Submission
	for _, e := range exercises {
		s, err := a.subject(e)
		if err != nil {
			return nil, err
		}
		own, err := s.submissions()
		if err := s.forgive(err); err != nil {
			return nil, err
		}
		subjects, subs = append(subjects, s), append(subs, own...)
	}
	if err := a.run(ctx, subjects, subs, o); err != nil {
		return nil, err
	}
	if err := a.vet(ctx, subjects); err != nil {
		return nil, err
	}
	reports := make([]Report, len(subjects))
	for i, s := range subjects {
		reports[i] = s.report()
	}
	return reports, nil
}

// report applies every rule.
func (s *subject) report() Report {
	solution := s.results[solutionVariant]
	if solution.Status == verdict.Skip {
		s.skipped = solution.Reason
	}
	r := Report{Exercise: s.ID(), Answers: len(s.results), Seconds: solution.Seconds, Skipped: s.skipped}
	for _, rule := range rules() {
		status := verdict.Pass
		switch {
		case rule.Runs && (s.skipped != "" || s.broken) || rule.Reads && s.broken:
			status = verdict.Skip
		case rule.check != nil:
			rule.check(s)
		}
		found := s.found(rule.Name)
		if len(found) > 0 {
			status = verdict.Fail
		}
		r.Rules = append(r.Rules, Result{rule, status, found})
	}
	return r
}

// found are the findings of one rule.
func (s *subject) found(rule string) []Finding {
	return slices.DeleteFunc(slices.Clone(s.findings), func(f Finding) bool { return f.Rule != rule })
}

// The variants that every exercise has.
const (
	starterVariant  = "starter"
	solutionVariant = "solution"
)

func (a *Author) subject(e *course.Exercise) (*subject, error) {
	s := &subject{Exercise: e, root: a.Root, attempts: map[string]course.Attempt{}, results: map[string]verdict.Result{}, repeats: map[string][]verdict.Result{}}
	for _, part := range []struct {
		read func() ([]course.File, error)
		into *[]course.File
	}{{e.Starter, &s.starter}, {e.Solution, &s.solution}, {e.HiddenTests, &s.hidden}} {
		files, err := part.read()
		if err := s.forgive(err); err != nil {
			return nil, err
		}
		*part.into = files
	}
	for folder, list := range map[string]func() ([]course.Attempt, error){"wrong": e.Wrong, "right": e.Right, "mutants": e.Mutants} {
		attempts, err := list()
		if err := s.forgive(err); err != nil {
			return nil, err
		}
		if folder == "mutants" {
			continue // read only to say what is wrong with them
		}
		for _, x := range attempts {
			s.attempts[folder+"/"+x.Name] = x
		}
	}
	return s, nil
}

// forgive turns an error about a file of the exercise into a finding of the
// rule `format`; any other is returned.
func (s *subject) forgive(err error) error {
	var wrong *course.FormatError
	if !errors.As(err, &wrong) {
		return err
	}
	s.broken = true
	s.add("format", wrong.File, "%s", wrong)
	return nil
}

// submissions are the starter, the solution and every attempt.
func (s *subject) submissions() ([]bench.Submission, error) {
	if s.broken {
		return nil, nil
	}
	list := []bench.Submission{
		{Exercise: s.Exercise, Variant: starterVariant, Files: s.starter},
		{Exercise: s.Exercise, Variant: solutionVariant, Files: s.solution},
	}
	for variant, x := range s.attempts {
		files, err := x.Over(s.solution)
		if err != nil {
			return nil, err
		}
		list = append(list, bench.Submission{Exercise: s.Exercise, Variant: variant, Files: files})
	}
	slices.SortFunc(list, func(a, b bench.Submission) int { return cmp.Compare(a.Variant, b.Variant) })
	return list, nil
}

// run grades all submissions, and the right ones repeatedly when checked deep.
func (a *Author) run(ctx context.Context, subjects []*subject, subs []bench.Submission, o Options) error {
	owner := map[string]*subject{}
	for _, s := range subjects {
		owner[s.ID()] = s
	}
	due := func(id string, r verdict.Result) bool {
		exercise, variant, _ := strings.Cut(id, "@")
		return owner[exercise].due(variant, r)
	}
	results, err := a.Grader.Judge(ctx, subs, grader.Options{Seed: o.Seed, Due: due})
	if err != nil {
		return err
	}
	for i, sub := range subs {
		owner[sub.Exercise.ID()].results[sub.Variant] = results[i]
	}
	if err := a.slower(ctx, subjects, subs); err != nil {
		return err
	}
	for round := 1; o.Deep && round <= deepSolution; round++ {
		again := rightOnes(subs, round)
		results, err := a.Grader.Judge(ctx, again, grader.Options{Fresh: true, Shuffle: true})
		if err != nil {
			return err
		}
		for i, sub := range again {
			s := owner[sub.Exercise.ID()]
			s.repeats[sub.Variant] = append(s.repeats[sub.Variant], results[i])
		}
	}
	return nil
}

// due says of a failure that it had to come.
func (s *subject) due(variant string, r verdict.Result) bool {
	if variant == starterVariant {
		return true
	}
	return isWrong(variant) && len(misfits(s.attempts[variant], r)) == 0
}

// tries is how often a solution is measured that seems to take too long: on a
// busy machine only the best run says something about it.
const tries = 3

// slower measures solutions again that took too long.
func (a *Author) slower(ctx context.Context, subjects []*subject, subs []bench.Submission) error {
	for range tries - 1 {
		for _, s := range subjects {
			best := s.results[solutionVariant]
			if best.Seconds <= s.mayTake().Seconds() {
				continue
			}
			own := slices.DeleteFunc(slices.Clone(subs), func(x bench.Submission) bool { return x.Exercise != s.Exercise || x.Variant != solutionVariant })
			results, err := a.Grader.Judge(ctx, own, grader.Options{Fresh: true})
			if err != nil {
				return err
			}
			if len(results) == 1 && results[0].Status == best.Status && results[0].Seconds < best.Seconds {
				s.results[solutionVariant] = results[0]
			}
		}
	}
	return nil
}

// rightOnes are the submissions that must pass and that run in this round.
func rightOnes(subs []bench.Submission, round int) []bench.Submission {
	return slices.DeleteFunc(slices.Clone(subs), func(s bench.Submission) bool {
		return s.Variant != solutionVariant && (!isRight(s.Variant) || round > deepRight)
	})
}

// slow is the share of an exercise's time limit that its solution may use.
const slow = 0.25

// mayTake is how long a solution may take before the rule `time` complains.
func (s *subject) mayTake() time.Duration {
	return time.Duration(float64(s.Timeout) * slow * float64(s.runs()))
}

// runs is how many processes judge one answer: where learners write the tests,
// several packages are tried, one of them again and again.
func (s *subject) runs() int {
	if s.Kind != course.KindTests {
		return 1
	}
	mutants, _ := s.Mutants() // what is wrong with them is told elsewhere
	return s.Repeat + len(mutants)
}
