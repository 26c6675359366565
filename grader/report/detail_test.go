package report

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/verdict"
)

func TestDetail(t *testing.T) {
	for name, r := range samples() {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			if err := Detail(&b, r, 80, NewPalette(false)); err != nil {
				t.Fatal(err)
			}
			golden(t, "detail/"+name+".txt", b.String())
			fits(t, b.String(), 80, "-d '")
		})
	}
}

func TestDetailInColourSaysTheSame(t *testing.T) {
	for name, r := range samples() {
		var plain, bright strings.Builder
		if err := Detail(&plain, r, 80, NewPalette(false)); err != nil {
			t.Fatal(err)
		}
		if err := Detail(&bright, r, 80, NewPalette(true)); err != nil {
			t.Fatal(err)
		}
		if name == "nested" {
			golden(t, "detail/nested.colour.txt", bright.String())
		}
		if got := colour.ReplaceAllString(bright.String(), ""); got != plain.String() {
			t.Errorf("%s: without its colours\n%s\nnot\n%s", name, got, plain.String())
		}
	}
}

func TestDetailEndsWithTheNextCommand(t *testing.T) {
	for name, r := range samples() {
		var b strings.Builder
		if err := Detail(&b, r, 80, Palette{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		last := strings.HasPrefix(lines[len(lines)-1], "next: ")
		if finished := r.Status == verdict.Pass || r.Status == verdict.Unstarted; last == finished {
			t.Errorf("%s ends with %q", name, lines[len(lines)-1])
		}
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		name, source string
		column       int
		text         string
		caret        int
	}{
		{"short", "a := b", 6, "a := b", 5},
		{"tab", "\ta := b", 7, "    a := b", 9},
		{"several tabs", "\t\t\ta := b", 9, "    a := b", 9},
		{"non-ASCII before", "é := b", 7, "é := b", 5},
		{"inside a character", "é := b", 2, "é := b", 0},
		{"past the end", "abc", 9, "abc", 3},
		{"no column", "abc", 0, "abc", 0},
		{"long, at the start", "0123456789012345678901234", 3, "0123456789012345678…", 2},
		{"long, at the end", "0123456789012345678901234", 25, "…2345678901234", 13},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, caret := window(test.source, test.column, 20)
			if text != test.text || caret != test.caret {
				t.Errorf("got %q, %d; want %q, %d", text, caret, test.text, test.caret)
			}
		})
	}
}
