package verdict

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// substitute stands where something could not be shown safely: U+2426, the
// symbol for substitute form two.
const substitute = '\u2426'

// Clean makes untrusted output safe to show in a terminal or a CI log: it drops
// terminal control sequences, replaces other control characters, bidirectional
// overrides and invalid UTF-8, and breaks up what GitHub Actions, Azure
// Pipelines and TeamCity would take for a command. Every line gets the prefix;
// what exceeds maxLines or maxBytes (counted before cleaning) is cut, and one
// more line says so. The result has no newline at its end, and is empty when
// nothing but newlines is left.
func Clean(b []byte, prefix string, maxLines, maxBytes int) string {
	b, cut := head(b, maxBytes)
	text := strings.Trim(printable(b), "\n")
	if text == "" && !cut {
		return ""
	}
	lines := strings.Split(text, "\n")
	if len(lines) > maxLines {
		lines, cut = lines[:maxLines], true
	}
	for i, line := range lines {
		lines[i] = prefix + disarm(line)
	}
	if cut {
		lines = append(lines, prefix+"… more output not shown")
	}
	return strings.Join(lines, "\n")
}

// head returns at most n bytes of b, without half a character at the end.
func head(b []byte, n int) (first []byte, cut bool) {
	if len(b) <= n {
		return b, false
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n], true
}

func printable(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		i += n
		switch {
		case r == '\n' || r == '\t':
			out.WriteRune(r)
		case r == '\r' && i < len(b) && b[i] == '\n': // a line's end as Windows has it
		case r == 0x1b || r == 0x9b || r == 0x9d || r == 0x90: // ESC, CSI, OSC, DCS
			i += sequence(b[i:], r)
		case steers(r):
			out.WriteRune(substitute)
		default:
			out.WriteRune(r) // invalid UTF-8 as U+FFFD
		}
	}
	return out.String()
}

// steers reports whether r would move the cursor, start a line or turn the
// direction of the text around it: C0 and C1 controls, DEL, line and paragraph
// separators, and the bidirectional controls of Unicode's UAX 9.
func steers(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029
}

// sequence returns the length of the control sequence (ECMA-48) whose
// introducer stood before b. It never reaches past the line.
func sequence(b []byte, introducer rune) int {
	i := 0
	if introducer == 0x1b {
		if len(b) == 0 {
			return 0
		}
		switch c := b[0]; {
		case c == '[':
			introducer, i = 0x9b, 1
		case c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X':
			introducer, i = 0x9d, 1
		default:
			return short(b)
		}
	}
	if introducer == 0x9b {
		return through(b, i, func(c byte) bool { return c >= 0x40 && c <= 0x7e })
	}
	return commandString(b, i)
}

// short measures an escape sequence of intermediate bytes and one final byte.
func short(b []byte) int {
	i := 0
	for i < len(b) && b[i] >= 0x20 && b[i] <= 0x2f {
		i++
	}
	if i < len(b) && b[i] >= 0x30 && b[i] <= 0x7e {
		i++
	}
	return i
}

// commandString measures a string that BEL or ST ends.
func commandString(b []byte, i int) int {
	for ; i < len(b) && b[i] != '\n'; i++ {
		if b[i] == 7 {
			return i + 1
		}
		if b[i] == 0x1b {
			if i+1 < len(b) && b[i+1] == '\\' {
				return i + 2
			}
			return i
		}
	}
	return i
}

// through returns the index after the first byte that is last, or that of the
// line's end.
func through(b []byte, i int, last func(byte) bool) int {
	for ; i < len(b) && b[i] != '\n'; i++ {
		if last(b[i]) {
			return i + 1
		}
	}
	return i
}

// hashCommand is `##vso[`, `##[` or `##teamcity[`, which count anywhere in a
// line (actions/runner ActionCommand.TryParse, Azure agent Command.TryParse).
var hashCommand = regexp.MustCompile(`##([A-Za-z]*\[)`)

// disarm breaks up what a CI system would obey. `::name ...::` counts at a
// line's start only (actions/runner ActionCommand.TryParseV2), but a line may be
// wrapped later.
func disarm(line string) string {
	line = hashCommand.ReplaceAllString(line, "#"+string(substitute)+"#$1")
	last := strings.LastIndex(line, "::")
	var out strings.Builder
	done := 0
	for i := 0; i < last; i++ {
		if n := commandName(line[i:]); n > 0 && i+n <= last {
			out.WriteString(line[done:i] + ":" + string(substitute) + ":")
			done = i + 2
			i++
		}
	}
	return out.String() + line[done:]
}

// commandName returns the length of `::name` at the start of s, if a space or
// two colons follow it; else 0.
func commandName(s string) int {
	if !strings.HasPrefix(s, "::") {
		return 0
	}
	n := 2
	for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || s[n] == '-') {
		n++
	}
	if n > 2 && (strings.HasPrefix(s[n:], " ") || strings.HasPrefix(s[n:], "::")) {
		return n
	}
	return 0
}
