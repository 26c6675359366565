package verdict

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain text stays", "one\n\ttwo — ✓\n", "one\n\ttwo — ✓"},
		{"nothing", "", ""},
		{"only newlines", "\n\r\n\n", ""},
		{"newlines around", "\n\nx\n\n", "x"},
		{"colours", "\x1b[1;31mred\x1b[0m", "red"},
		{"cursor and screen", "a\x1b[2J\x1b[Hb\x1bcc", "abc"},
		{"character set", "\x1b(Bx", "x"},
		{"window title ended by BEL", "\x1b]0;title\x07x", "x"},
		{"window title ended by ST", "\x1b]0;title\x1b\\x", "x"},
		{"window title that never ends", "\x1b]0;title\nx", "x"},
		{"hyperlink", "\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"device control string", "\x1bPq#0\x1b\\x", "x"},
		{"8-bit CSI", "\u009b31mx", "x"},
		{"CSI that never ends", "\x1b[12;\nx", "x"},
		{"escape at the end", "x\x1b", "x"},
		{"overwritten line", "FAIL\rPASS", "FAIL␦PASS"},
		{"lines of Windows", "a\r\nb\r\n", "a\nb"},
		{"backspace, NUL and DEL", "a\bb\x00c\x7f", "a␦b␦c␦"},
		{"framing of testing", "\x16--- PASS: x", "␦--- PASS: x"},
		{"bidirectional override", "a\u202eb\u2066c\u200fd\u061ce", "a␦b␦c␦d␦e"},
		{"line and paragraph separator", "a\u2028b\u2029c\u0085d", "a␦b␦c␦d"},
		{"emoji with joiner", "👩\u200d💻", "👩\u200d💻"},
		{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"GitHub command", "::set-output name=a::b", ":␦:set-output name=a::b"},
		{"GitHub command, indented", " \t::error::b", " \t:␦:error::b"},
		{"GitHub command, inside", "x ::endgroup::", "x :␦:endgroup::"},
		{"GitHub command, twice", "::a::b::c::", ":␦:a:␦:b:␦:c::"},
		{"GitHub command behind an escape", "\x1b[0m::error::b", ":␦:error::b"},
		{"GitHub command behind a colon", ":::error::b", "::␦:error::b"},
		{"GitHub command with an escape inside", ":\x1b[0m:error::b", ":␦:error::b"},
		{"old GitHub command", "x ##[set-env]y", "x #␦#[set-env]y"},
		{"Azure command", "##vso[task.complete]", "#␦#vso[task.complete]"},
		{"TeamCity command", "##teamcity[x]", "#␦#teamcity[x]"},
		{"addresses are no commands", "::1 and fe80::1 and 2001:db8::beef", "::1 and fe80::1 and 2001:db8::beef"},
		{"headings are no commands", "## Heading [1]", "## Heading [1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Clean([]byte(test.in), "", 100, 1000); got != test.want {
				t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestCleanLimits(t *testing.T) {
	const more = "… more output not shown"
	for _, test := range []struct {
		name, in, prefix string
		lines, bytes     int
		want             string
	}{
		{"every line has the prefix", "a\nb", "| ", 9, 99, "| a\n| b"},
		{"just enough lines", "a\nb\n", "", 2, 99, "a\nb"},
		{"too many lines", "a\nb\nc", "| ", 2, 99, "| a\n| b\n| " + more},
		{"too many bytes", "abcdef", "| ", 9, 3, "| abc\n| " + more},
		{"no half characters", "aé", "", 9, 2, "a\n" + more},
		{"too much of nothing", "\n\n\n", "", 9, 2, "\n" + more},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Clean([]byte(test.in), test.prefix, test.lines, test.bytes); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestCleanIsLinear would take minutes if each command cost a pass over the line.
func TestCleanIsLinear(t *testing.T) {
	hostile := strings.Repeat("::a ", 1<<18) + "::"
	out := Clean([]byte(hostile), "", 1, len(hostile))
	if n := strings.Count(out, ":␦:"); n != 1<<18 {
		t.Errorf("%d commands broken up, want %d", n, 1<<18)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"a\x1b[31mb", "::set-output x::y", "\x1b]0;x\x07", "##vso[x]", "a\r\nb\u202e", "\x9b\xff", ":\x00:error::x", "#\x1b##[x]"} {
		f.Add([]byte(seed), "| ", 3, 40)
		f.Add([]byte(seed), "", 100, 1000)
	}
	f.Fuzz(func(t *testing.T, in []byte, prefix string, maxLines, maxBytes int) {
		if maxLines < 1 || maxBytes < 0 || maxLines > 1000 || maxBytes > 10000 {
			t.Skip()
		}
		out := Clean(in, "> ", maxLines, maxBytes)
		if !utf8.ValidString(out) {
			t.Fatalf("invalid UTF-8: %q", out)
		}
		if lines := strings.Count(out, "\n") + 1; lines > maxLines+1 {
			t.Fatalf("%d lines, the limit is %d and one more: %q", lines, maxLines, out)
		}
		for _, r := range out {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("U+%04X in %q", r, out)
			}
		}
		if out == "" {
			return
		}
		for line := range strings.SplitSeq(out, "\n") {
			if !strings.HasPrefix(line, "> ") {
				t.Fatalf("line without prefix: %q", line)
			}
			for i := range line { // wrapping may let a line begin anywhere
				if obeyed(line[i:]) {
					t.Fatalf("a CI system would obey %q", line[i:])
				}
			}
		}
	})
}

// obeyed parses as actions/runner's ActionCommand does, for the names that its
// extensions have, and as Azure's agent does.
func obeyed(line string) bool {
	line = strings.TrimSpace(line)
	if strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
		return true
	}
	rest, ok := strings.CutPrefix(line, "::")
	command, _, ended := strings.Cut(rest, "::")
	if !ok || !ended {
		return false
	}
	name, _, _ := strings.Cut(command, " ")
	for _, known := range []string{"set-output", "save-state", "add-path", "set-env", "add-mask", "add-matcher", "remove-matcher", "debug", "notice", "warning", "error", "group", "endgroup", "echo", "stop-commands", "internal-set-repo-path"} {
		if strings.EqualFold(name, known) {
			return true
		}
	}
	return false
}
