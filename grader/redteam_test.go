package grader_test

import (
	"flag"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/verdict"
)

var (
	only   = flag.String("attack", "*", "red team: only the attacks whose name the pattern matches")
	strict = flag.Bool("strict", false, "red team: fail where a Linux machine lacks a layer of containment, instead of skipping")
)

// TestRedteam tries every attack of testdata/redteam: each must end in the
// verdict that it names, in time, and leave nothing behind.
func TestRedteam(t *testing.T) {
	attacks := loadAttacks(t)
	l := newLab(t, attacks)
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			if lacks := l.lacks(a); lacks != "" && *strict && runtime.GOOS == "linux" {
				t.Fatal(lacks)
			} else if lacks != "" {
				t.Skip(lacks)
			}
			r := l.judge(t, a)
			t.Logf("%s: %s %s", a.story, r.Status, r.Reason)
			a.check(t, r, l.secret)
			l.inspect(t, a)
		})
	}
}

// check compares a verdict with what the attack's archive says.
func (a *attack) check(t *testing.T, r verdict.Result, secret string) {
	t.Helper()
	if got := kind(r); a.limit == "" && !slices.Contains(a.want, got) {
		t.Errorf("got %s, want %s: %+v", got, strings.Join(a.want, " or "), r)
	}
	shown := texts(t, r)
	for _, text := range a.says {
		if !strings.Contains(shown, text) {
			t.Errorf("nothing says %q:\n%s", text, shown)
		}
	}
	for _, text := range append([]string{secret, "\x1b", "\u202e"}, a.never...) {
		if strings.Contains(shown, text) {
			t.Errorf("%q is shown:\n%q", text, shown)
		}
	}
	if limit := a.timeout.Seconds() + 3; r.Seconds > limit {
		t.Errorf("it took %.1f s, want at most %.1f s", r.Seconds, limit)
	}
}

// kind names a verdict in the word that archives use.
func kind(r verdict.Result) string {
	switch {
	case r.Status != verdict.Fail:
		return string(r.Status)
	case r.Problem != nil:
		return string(r.Problem.Kind)
	case r.First() != nil:
		return "behaviour"
	}
	return "unreached"
}
