package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/kata-go/kata/grader/verdict"
)

func TestOutcome(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		err  error
		code int
		hint string
	}{
		{"nothing", t.Context(), nil, 0, ""},
		{"nothing, after an interrupt", over, nil, 0, ""},
		{"red", t.Context(), errRed, 1, ""},
		{"usage", t.Context(), usage("kata list", "x"), 2, "kata list"},
		{"unknown exercise", t.Context(), &course.UnknownError{Name: "x"}, 2, "kata list"},
		{"broken, wrapped", t.Context(), fmt.Errorf("y: %w", broken("mend it", "x")), 3, "mend it"},
		{"ungraded", t.Context(), errUngraded, 3, ""},
		{"no go", t.Context(), &bench.ToolchainError{Problem: "x", Hint: "install"}, 3, "install"},
		{"no build", t.Context(), &bench.BuildError{Hint: "clean"}, 3, "clean"},
		{"no build and no hint", t.Context(), &bench.BuildError{}, 3, "kata doctor"},
		{"unsaved", t.Context(), &progress.SaveError{Err: fs.ErrPermission, Mend: "chmod"}, 3, "chmod"},
		{"anything", t.Context(), errors.New("x"), 3, "kata doctor"},
		{"anything, after an interrupt", over, errors.New("x"), 130, ""},
		{"Ctrl-C as a key", t.Context(), errInterrupted, 130, ""},
	} {
		if code, hint := outcome(test.ctx, test.err); code != test.code || hint != test.hint {
			t.Errorf("%s: got %d %q, want %d %q", test.name, code, hint, test.code, test.hint)
		}
	}
}

func TestJudge(t *testing.T) {
	results := func(status ...verdict.Status) (all []verdict.Result) {
		for i, s := range status {
			all = append(all, verdict.Result{Exercise: fmt.Sprintf("a/%d", i), Status: s})
		}
		return all
	}
	for _, test := range []struct {
		name     string
		results  []verdict.Result
		minimum  int
		required string
		want     error
	}{
		{"nothing asked for", nil, 0, "", nil},
		{"nothing, and one wanted", nil, 1, "", errRed},
		{"all pass", results(verdict.Pass, verdict.Pass), 0, "", nil},
		{"one fails", results(verdict.Pass, verdict.Fail), 0, "", errRed},
		{"one fails, one is enough", results(verdict.Pass, verdict.Fail), 1, "", nil},
		{"one fails, two are wanted", results(verdict.Pass, verdict.Fail), 2, "", errRed},
		{"one fails that is required", results(verdict.Pass, verdict.Fail), 1, "a/1", errRed},
		{"one fails that is not required", results(verdict.Pass, verdict.Fail), 1, "a/0", nil},
		{"a skipped one was asked for", results(verdict.Pass, verdict.Skip), 0, "", errRed},
		{"one could not be graded", results(verdict.Fail, verdict.Error), 0, "", errUngraded},
		{"one could not be graded, one is enough", results(verdict.Pass, verdict.Error), 1, "", nil},
	} {
		w := wish{required: map[string]bool{test.required: true}}
		if got := w.judge(test.results, test.minimum); !errors.Is(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestNote(t *testing.T) {
	now, then := time.Unix(2e9, 0), time.Unix(1e9, 0)
	result := func(s verdict.Status, cached, changed bool) graded {
		return graded{verdict.Result{Status: s, Cached: cached}, changed}
	}
	for _, test := range []struct {
		name     string
		before   progress.Exercise
		r        graded
		attempts int
		firstTry bool
		passed   time.Time
		started  time.Time
	}{
		{"the starter is no attempt", progress.Exercise{}, result(verdict.Fail, false, false), 0, false, time.Time{}, time.Time{}},
		{"a change is", progress.Exercise{}, result(verdict.Fail, false, true), 1, false, time.Time{}, now},
		{"the same again is not", progress.Exercise{Attempts: 1, Started: then}, result(verdict.Fail, true, true), 1, false, time.Time{}, then},
		{"a known verdict is the first", progress.Exercise{}, result(verdict.Pass, true, true), 1, true, now, now},
		{"a first try", progress.Exercise{Started: then}, result(verdict.Pass, false, true), 1, true, now, then},
		{"not with a hint", progress.Exercise{Hints: 1, Started: then}, result(verdict.Pass, false, true), 1, false, now, then},
		{"not the second", progress.Exercise{Attempts: 1, Started: then}, result(verdict.Pass, false, true), 2, false, now, then},
		{"a pass stays", progress.Exercise{Attempts: 1, Started: then, Passed: then}, result(verdict.Fail, false, true), 2, false, then, then},
		{"kata's failure is no attempt", progress.Exercise{Started: then}, result(verdict.Error, false, true), 0, false, time.Time{}, then},
		{"a skip neither", progress.Exercise{Started: then}, result(verdict.Skip, false, true), 0, false, time.Time{}, then},
	} {
		x := test.before
		note(&x, test.r, now)
		if x.Attempts != test.attempts || x.FirstTry != test.firstTry || !x.Passed.Equal(test.passed) || !x.Started.Equal(test.started) {
			t.Errorf("%s: got %+v", test.name, x)
		}
		if x.Status != string(test.r.Status) {
			t.Errorf("%s: status %s", test.name, x.Status)
		}
	}
}

func TestWithinGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stuck := make(chan struct{})
	defer close(stuck)
	cancel()
	if err := within(ctx, time.Millisecond, func() error { <-stuck; return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := within(ctx, time.Minute, func() error { return errRed }); !errors.Is(err, errRed) {
		t.Errorf("got %v, want what the function returned", err)
	}
}

func TestEnvTakesTheLast(t *testing.T) {
	w := World{Environ: []string{"A=1", "B=2", "A=3", "C"}}
	for key, want := range map[string]string{"A": "3", "B": "2", "C": "", "D": ""} {
		if got := w.Env(key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}
