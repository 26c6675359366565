package kit_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kata-go/kata/grader/kit"
)

func TestWrap(t *testing.T) {
	long := strings.Repeat("o", 90)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", " \n ", ""},
		{"what fits is one line", "out of\n  tea", "out of tea"},
		{"words that do not fit go on below", strings.Repeat("tea-pot ", 10), strings.Repeat("tea-pot ", 7) + "tea-pot\n  tea-pot tea-pot"},
		{"a letter counts once, whatever its bytes", strings.Repeat("thé-thé ", 8) + "a", strings.Repeat("thé-thé ", 8) + "a"},
		{"a long word stays whole", "see " + long + " there", "see\n  " + long + "\n  there"},
		{"a long word at the beginning", long, long},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := kit.Wrap(c.text); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestWrapOfWhatWasWrapped(t *testing.T) {
	text := strings.Repeat("earl grey ", 20)
	if got, want := kit.Wrap("north: "+kit.Wrap(text)), kit.Wrap("north: "+text); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"none", nil, "no error"},
		{"two that were joined are one line", errors.Join(errors.New("out of tea"), errors.New("and of bread")), "the error out of tea and of bread"},
		{"one that is not UTF-8", errors.New("out of\xff tea"), "the error out of tea"},
		{"one without a text", errors.New(""), "the error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := kit.Said(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSaidOfALongError(t *testing.T) {
	got := kit.Said(errors.New("first " + strings.Repeat("thé ", 9999) + "last"))
	if !utf8.ValidString(got) || !strings.HasPrefix(got, "the error first ") || !strings.HasSuffix(got, " last") || !strings.Contains(got, " … ") {
		t.Errorf("neither the beginning nor the end of a long error:\n%s", got)
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(line); n > 69 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
