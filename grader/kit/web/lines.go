package web

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// columns is what 80 of them leave beside a failure's labels.
const columns = 68

// Lines breaks JSON in one line that is too wide for a failure after its
// commas: each object of a list begins a line, and no text or number is broken.
// Anything else stays as it is.
func Lines(body string) string {
	if utf8.RuneCountInString(body) <= columns || strings.Contains(body, "\n") || !json.Valid([]byte(body)) {
		return body
	}
	var b strings.Builder
	used := 0
	for i, piece := range pieces(body) {
		word := strings.TrimLeft(piece, " ")
		switch {
		case i > 0 && word[0] == '{':
			b.WriteString("\n ")
			piece, used = word, 1
		case i > 0 && used+utf8.RuneCountInString(piece) > columns:
			b.WriteString("\n   ")
			piece, used = word, 3
		}
		b.WriteString(piece)
		used += utf8.RuneCountInString(piece)
	}
	return b.String()
}

// pieces cuts JSON after each comma that is not in a text.
func pieces(body string) []string {
	var list []string
	start, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			list = append(list, body[start:i+1])
			start = i + 1
		}
	}
	return append(list, body[start:])
}
