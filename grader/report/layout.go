package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// colour is an SGR sequence (ECMA-48 8.3.117), which takes no column.
var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// columns counts the columns of a text without tabs; every character counts
// one, combining marks and joiners none.
func columns(text string) int {
	n := 0
	for _, r := range colour.ReplaceAllString(text, "") {
		n += column(r)
	}
	return n
}

func column(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Cf) {
		return 0
	}
	return 1
}

// pad fills text up with spaces to n columns.
func pad(text string, n int) string { return text + strings.Repeat(" ", max(n-columns(text), 0)) }

// Row returns left and right on one line of the given width, right at its end;
// if left has several lines, on its last.
// When they do not fit, right goes to a line of its own.
func Row(left, right string, width int) string {
	last := left[strings.LastIndexByte(left, '\n')+1:]
	switch gap := width - columns(last) - columns(right); {
	case right == "":
		return left
	case gap >= 2:
		return left + strings.Repeat(" ", gap) + right
	default:
		return left + "\n" + strings.Repeat(" ", max(width-columns(right), 0)) + right
	}
}

// cut shortens text to n columns and says so by an ellipsis.
func cut(text string, n int) string {
	if columns(text) <= n {
		return text
	}
	runes := []rune(text)
	return strings.TrimRight(string(runes[:min(max(n-1, 0), len(runes))]), " ") + "…"
}

// wrap breaks one line of text into lines of at most width columns, at spaces
// where there are any. The lines after the first are indented by hang more
// than the text itself is.
func wrap(text string, width, hang int) []string {
	text = strings.ReplaceAll(text, "\t", "    ")
	body := strings.TrimLeft(text, " ")
	indent := len(text) - len(body)
	if indent+hang > width/2 {
		indent = 0
	}
	var lines []string
	prefix := strings.Repeat(" ", indent)
	for body != "" {
		room := max(width-len(prefix), 8)
		n := breakAt(body, room)
		lines = append(lines, strings.TrimRight(prefix+body[:n], " "))
		body = strings.TrimLeft(body[n:], " ")
		prefix = strings.Repeat(" ", indent+hang)
	}
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

// fold breaks a text at spaces into lines of at most width columns. A word that
// is longer, such as a path, stays whole; an empty text has no line.
func fold(text string, width int) []string {
	var lines []string
	for text = strings.TrimSpace(text); text != ""; {
		at := breakAt(text, width)
		if at < len(text) && text[at] != ' ' { // inside a long word
			if end := strings.IndexByte(text[at:], ' '); end >= 0 {
				at += end
			} else {
				at = len(text)
			}
		}
		lines = append(lines, strings.TrimRight(text[:at], " "))
		text = strings.TrimLeft(text[at:], " ")
	}
	return lines
}

// breakAt returns how many bytes of text go on a line of room columns.
func breakAt(text string, room int) int {
	n, used, space := 0, 0, -1
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if used == room {
			if r == ' ' {
				return n
			}
			if space > 0 {
				return space
			}
			return n
		}
		if r == ' ' {
			space = n
		}
		n += size
		used += column(r)
	}
	return n
}

// option is where a curl command may be broken: before a flag.
var option = regexp.MustCompile(` --?[A-Za-z]`)

// wrapCommand breaks a long curl command before its options, with a backslash,
// so that it can still be pasted. What stands in quotes stays whole.
func wrapCommand(text string, width, hang int) []string {
	if columns(text) <= width {
		return []string{text}
	}
	var parts []string
	start := 0
	for _, at := range option.FindAllStringIndex(text, -1) {
		if strings.Count(text[:at[0]], "'")%2 == 0 {
			parts = append(parts, text[start:at[0]])
			start = at[0] + 1
		}
	}
	parts = append(parts, text[start:])
	var lines []string
	line := parts[0]
	for _, part := range parts[1:] {
		if columns(line+" "+part)+2 <= width {
			line += " " + part
			continue
		}
		lines = append(lines, line+` \`)
		line = strings.Repeat(" ", hang) + part
	}
	return append(lines, line)
}
