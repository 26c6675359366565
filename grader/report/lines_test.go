package report

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/verdict"
)

func TestLines(t *testing.T) {
	for name, p := range map[string]Palette{"lines/all.txt": NewPalette(false), "lines/all.colour.txt": NewPalette(true)} {
		var b strings.Builder
		if err := Lines(&b, document(), 80, p); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.String())
		fits(t, b.String(), 80)
	}
}

func TestLinesNarrow(t *testing.T) {
	var b strings.Builder
	l := NewLineWriter(&b, []string{"rest/crud", "redis/ratelimit"}, 50, Palette{})
	for _, r := range document().Exercises {
		l.Add(r)
	}
	fits(t, b.String(), 50)
}

func TestSummaryLine(t *testing.T) {
	for _, test := range []struct {
		s    verdict.Summary
		want string
	}{
		{verdict.Summary{}, "0 passed\n"},
		{verdict.Summary{Passed: 54}, "54 passed\n"},
		{verdict.Summary{Passed: 1, Failed: 1, Skipped: 1, Unstarted: 51}, "1 passed, 1 failed, 1 skipped, 51 not started\n"},
		{verdict.Summary{Errors: 2}, "0 passed, 2 could not be graded\n"},
	} {
		var b strings.Builder
		if err := NewLineWriter(&b, nil, 80, Palette{}).Close(test.s); err != nil || b.String() != test.want {
			t.Errorf("%+v: %q, want %q", test.s, b.String(), test.want)
		}
	}
}
