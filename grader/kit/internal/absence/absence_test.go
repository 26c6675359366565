package absence_test

import (
	"errors"
	"testing"

	"github.com/kata-go/kata/grader/kit/internal/absence"
)

// skipped tells whether f skips the test that it is given.
func skipped(t *testing.T, f func(t *testing.T)) (yes bool) {
	t.Helper()
	t.Run("", func(t *testing.T) {
		defer func() { yes = t.Skipped() }()
		f(t)
	})
	return yes
}

// One behaviour waits for a server that is silent, the others do not; another
// address is another server.
func TestRecall(t *testing.T) {
	const variable = "KATA_ABSENCE_TEST"
	recall := func(t *testing.T) { absence.Recall(t, variable) }
	t.Setenv(variable, "redis://127.0.0.1:1")
	if skipped(t, recall) {
		t.Error("skipped before anything was found out")
	}
	if !skipped(t, func(t *testing.T) { absence.Skip(t, variable, "no answer\nfrom 127.0.0.1:1") }) {
		t.Error("the behaviour that found it out is not skipped")
	}
	if !skipped(t, recall) {
		t.Error("the next behaviour asks again")
	}
	t.Setenv(variable, "redis://127.0.0.1:2")
	if skipped(t, recall) {
		t.Error("another server is taken for the same")
	}
	if !skipped(t, func(t *testing.T) { absence.Malformed(t, variable, errors.New("want redis://host:port")) }) {
		t.Error("an address that is none fails the behaviour")
	}
}
