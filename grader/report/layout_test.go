package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/verdict"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		name, in string
		width    int
		hang     int
		want     []string
	}{
		{"short", "one two", 10, 2, []string{"one two"}},
		{"empty", "", 10, 2, []string{""}},
		{"exactly", "1234567890", 10, 2, []string{"1234567890"}},
		{"at a space", "one two three", 10, 2, []string{"one two", "  three"}},
		{"the space is the eleventh", "1234567890 12", 10, 0, []string{"1234567890", "12"}},
		{"a long word", "123456789012345", 10, 2, []string{"1234567890", "  12345"}},
		{"indentation stays", "  one two three", 12, 2, []string{"  one two", "    three"}},
		{"too much indentation goes", "            one two", 12, 2, []string{"one two"}},
		{"tabs", "\tone", 12, 0, []string{"    one"}},
		{"several spaces inside", "a  b", 10, 0, []string{"a  b"}},
		{"non-ASCII", "ééééé ééééé ééééé", 11, 0, []string{"ééééé ééééé", "ééééé"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := wrap(test.in, test.width, test.hang); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two three", 8, 2)
	f.Add("  é\u0301 \xff", 9, 0)
	f.Fuzz(func(t *testing.T, text string, width, hang int) {
		if width < 10 || width > 200 || hang < 0 || hang > 4 || strings.ContainsAny(text, "\n\t\r\x1b") {
			t.Skip()
		}
		lines := wrap(text, width, hang)
		for _, line := range lines {
			if columns(line) > width+hang {
				t.Errorf("%q is wider than %d", line, width)
			}
		}
		letters := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if letters(strings.Join(lines, "")) != letters(text) {
			t.Errorf("%q became %q", text, lines)
		}
	})
}

func TestWrapCommandCanBePasted(t *testing.T) {
	command := `curl -i -X POST ':8080/a -b' -H 'X: -d -e' --data '{"text":"a - b -c"}' -v`
	for width := range 100 {
		lines := wrapCommand(command, width, 2)
		var joined []string
		for i, line := range lines {
			if i < len(lines)-1 {
				var ok bool
				if line, ok = strings.CutSuffix(line, ` \`); !ok {
					t.Fatalf("width %d: line %q does not go on", width, line)
				}
			}
			joined = append(joined, strings.TrimPrefix(line, "  "))
		}
		if got := strings.Join(joined, " "); got != command {
			t.Fatalf("width %d: %s", width, got)
		}
	}
}

func TestBreakLineKeepsAnOptionWhole(t *testing.T) {
	option := "  -H 'X-Request-Id: " + strings.Repeat("a", 65) + "'"
	if got := breakLine(option, `curl -i ':8080/' \`, 69); len(got) != 1 || got[0] != option {
		t.Errorf("after a command: %q", got)
	}
	if got := breakLine(option, "curl -i ':8080/'", 69); len(got) < 2 {
		t.Errorf("after a command that has ended: %q", got)
	}
}

func TestRow(t *testing.T) {
	for _, test := range []struct{ left, right, want string }{
		{"a", "b", "a        b"},
		{"a", "", "a"},
		{"12345678", "b", "12345678\n         b"},
		{"\x1b[1ma\x1b[0m", "é", "\x1b[1ma\x1b[0m        é"},
		{"a", "12345678901", "a\n12345678901"},
	} {
		if got := Row(test.left, test.right, 10); got != test.want {
			t.Errorf("Row(%q, %q) = %q, want %q", test.left, test.right, got, test.want)
		}
	}
}

func TestBar(t *testing.T) {
	for _, test := range []struct {
		done, total, columns int
		want                 string
	}{
		{0, 54, 8, "░░░░░░░░"}, {1, 54, 8, "▓░░░░░░░"}, {27, 54, 8, "▓▓▓▓░░░░"}, {53, 54, 8, "▓▓▓▓▓▓▓░"}, {54, 54, 8, "▓▓▓▓▓▓▓▓"},
		{99, 54, 8, "▓▓▓▓▓▓▓▓"}, {-1, 54, 8, "░░░░░░░░"}, {0, 0, 4, "░░░░"}, {1, 2, 1, "░"},
	} {
		if got := Bar(test.done, test.total, test.columns, Palette{}); got != test.want {
			t.Errorf("Bar(%d, %d, %d) = %s, want %s", test.done, test.total, test.columns, got, test.want)
		}
	}
}

func TestMarksAndLevels(t *testing.T) {
	var marks strings.Builder
	for _, s := range []verdict.Status{verdict.Pass, verdict.Fail, verdict.Skip, verdict.Error, verdict.Unreached, verdict.Unstarted, ""} {
		marks.WriteString(Mark(s, Palette{}))
	}
	if marks.String() != "✓✗–!···" {
		t.Errorf("marks %s", marks.String())
	}
	if got := Level(0) + " " + Level(2) + " " + Level(9); got != "○○○○○ ●●○○○ ●●●●●" {
		t.Errorf("levels %s", got)
	}
}
