package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/datastax/go-cassandra-native-protocol/message"
)

type tokenKind int

const (
	end     tokenKind = iota
	word              // a name or keyword in lower case
	quoted            // a name in double quotes
	text              // a string
	integer           // with its sign
	float             // with its sign
	hexKind           // 0x…, without the prefix
	uuidKind
	marker // ? or :name, without the colon
	sign   // everything else
)

type token struct {
	kind      tokenKind
	text      string
	line, col int
}

// lexemes is what a statement is made of, the first alternative that fits.
var lexemes = []struct {
	kind tokenKind
	re   *regexp.Regexp
}{
	{end, regexp.MustCompile(`^(?:\s+|--[^\n]*|//[^\n]*|(?s:/\*.*?\*/))`)}, // nothing
	{uuidKind, regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)},
	{hexKind, regexp.MustCompile(`^0[xX]([0-9a-fA-F]*)`)},
	{float, regexp.MustCompile(`^-?[0-9]+(?:\.[0-9]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)`)},
	{integer, regexp.MustCompile(`^-?[0-9]+`)},
	{word, regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*`)},
	{quoted, regexp.MustCompile(`^"((?:[^"]|"")+)"`)},
	{text, regexp.MustCompile(`^(?s:'((?:[^']|'')*)')`)},
	{text, regexp.MustCompile(`^(?s:\$\$(.*?)\$\$)`)},
	{marker, regexp.MustCompile(`^(?:\?|:([a-zA-Z][a-zA-Z0-9_]*))`)},
	{sign, regexp.MustCompile(`^(?:<=|>=|!=|[()\[\]{},.;=<>+\-*:])`)},
}

// syntaxError is what Cassandra's parser says at a place.
func syntaxError(t token) error {
	shown := t.text
	if t.kind == end {
		shown = "<EOF>"
	}
	return &refusal{&message.SyntaxError{ErrorMessage: fmt.Sprintf("line %d:%d no viable alternative at input '%s'", t.line, t.col, shown)}}
}

// lex cuts a statement into tokens; the last is of kind end.
func lex(query string) ([]token, error) {
	var tokens []token
	line, col := 1, 0
	for query != "" {
		t, length := next(query)
		t.line, t.col = line, col
		if length == 0 {
			t.text = query[:1]
			return nil, syntaxError(t)
		}
		if t.kind != end {
			tokens = append(tokens, t)
		}
		if n := strings.Count(query[:length], "\n"); n > 0 {
			line, col = line+n, length-1-strings.LastIndex(query[:length], "\n")
		} else {
			col += length
		}
		query = query[length:]
	}
	return append(tokens, token{end, "", line, col}), nil
}

// next returns the first token of query and its length there, 0 for none.
func next(query string) (token, int) {
	for _, l := range lexemes {
		m := l.re.FindStringSubmatch(query)
		if m == nil {
			continue
		}
		t := token{kind: l.kind, text: m[0]}
		switch l.kind {
		case word:
			t.text = strings.ToLower(t.text)
		case quoted:
			t.text = strings.ReplaceAll(m[1], `""`, `"`)
		case text:
			t.text = strings.ReplaceAll(m[1], "''", "'")
		case hexKind, marker:
			t.text = m[1]
		}
		return t, len(m[0])
	}
	return token{}, 0
}
