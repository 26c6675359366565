package sqldb

import (
	"regexp"
	"strings"
)

type kind int

const (
	blank  kind = iota // white space or a comment
	word               // a keyword, a name or a number
	quoted             // a name in "double quotes" or `backquotes`
	text               // a 'string' or a $tag$ string $tag$
	symbol             // any other character
)

// token is one word of SQL and where it stands.
type token struct {
	kind       kind
	text       string // as written
	line       int    // from 1
	start, end int    // bytes
}

// is reports whether t is one of the keywords.
func (t token) is(keywords ...string) bool {
	for _, k := range keywords {
		if (t.kind == word || t.kind == symbol) && strings.EqualFold(t.text, k) {
			return true
		}
	}
	return false
}

// name returns the name that t spells, without its quotes.
func (t token) name() string {
	if t.kind != quoted {
		return t.text
	}
	q := t.text[:1]
	return strings.ReplaceAll(strings.Trim(t.text, q), q+q, q)
}

// scan splits SQL into tokens, without what is blank. It never fails: what is
// not closed reaches to the end, and the database will say so.
func scan(sql string) []token {
	var tokens []token
	for at, line := 0, 1; at < len(sql); {
		k, n := lex(sql[at:])
		if k != blank {
			tokens = append(tokens, token{k, sql[at : at+n], line, at, at + n})
		}
		line += strings.Count(sql[at:at+n], "\n")
		at += n
	}
	return tokens
}

var (
	spaces  = regexp.MustCompile(`^\s+`)
	words   = regexp.MustCompile(`^(?:[\pL_][\pL\pN_$]*|[0-9][0-9A-Za-z_.]*)`)
	dollars = regexp.MustCompile(`^\$(?:[A-Za-z_][0-9A-Za-z_]*)?\$`)
)

// lex returns the kind and length of the first token of s, which is not empty.
func lex(s string) (kind, int) {
	if n := len(spaces.FindString(s)); n > 0 {
		return blank, n
	}
	if n := len(words.FindString(s)); n > 0 {
		return word, n
	}
	switch {
	case strings.HasPrefix(s, "--"):
		return blank, until(s, 2, "\n")
	case strings.HasPrefix(s, "/*"):
		return blank, until(s, 2, "*/")
	case s[0] == '\'':
		return text, closing(s)
	case s[0] == '"' || s[0] == '`':
		return quoted, closing(s)
	}
	if tag := dollars.FindString(s); tag != "" {
		return text, until(s, len(tag), tag)
	}
	return symbol, 1
}

// until returns where the first end at or after from is over.
func until(s string, from int, end string) int {
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

// closing returns the length of the quoted piece that s begins with. A doubled
// quote is part of it, a backslash is an ordinary character.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			continue
		}
		if i+1 < len(s) && s[i+1] == s[0] {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}
