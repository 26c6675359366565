package sqldb

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// Script is a learner's file of SQL statements.
type Script struct {
	Name       string // the file, as the brief names it
	Statements []Statement
}

// Statement is one statement of a script.
type Statement struct {
	Text   string // as written, without the semicolon
	Line   int    // where it begins, from 1
	tokens []token
}

// Read returns the learner's script called name, which lies in the working
// directory. A file that is not there fails the behaviour.
func Read(t testing.TB, name string) *Script {
	t.Helper()
	return Parse(name, kit.File(t, name))
}

// Parse splits SQL into statements. It understands comments, quotes, dollar
// quotes and the bodies of SQLite's triggers, and judges nothing.
func Parse(name, sql string) *Script {
	s := &Script{Name: name}
	sql = strings.TrimPrefix(sql, "\ufeff") // some editors' byte order mark
	tokens := scan(sql)
	for len(tokens) > 0 {
		n := length(tokens)
		if n > 0 {
			first, last := tokens[0], tokens[n-1]
			s.Statements = append(s.Statements, Statement{sql[first.start:last.end], first.line, tokens[:n]})
		}
		tokens = tokens[min(n+1, len(tokens)):]
	}
	return s
}

// length returns how many tokens stand before the semicolon that ends the
// first statement.
func length(tokens []token) int {
	trigger, open := isTrigger(tokens), 0
	for i, t := range tokens {
		switch {
		case trigger && t.is("begin", "case"):
			open++
		case trigger && t.is("end"):
			open--
		case t.is(";") && open <= 0:
			return i
		}
	}
	return len(tokens)
}

func isTrigger(tokens []token) bool {
	for i, t := range tokens[:min(5, len(tokens))] { // CREATE OR REPLACE TEMP TRIGGER
		if i == 0 && !t.is("create") {
			return false
		}
		if t.is("trigger") {
			return true
		}
	}
	return false
}

// At returns the line that creates the table, or that of its column when the
// table has it, as "schema.sql:12", or "" when the script creates no such table.
func (s *Script) At(table, column string) string {
	for _, st := range s.Statements {
		name, items := st.creates()
		if !strings.EqualFold(name, table) {
			continue
		}
		for _, item := range items {
			if column != "" && strings.EqualFold(item[0].name(), column) {
				return kit.Line(s.Name, item[0].line)
			}
		}
		return kit.Line(s.Name, st.Line)
	}
	return ""
}

// creates returns the name of the table that a CREATE TABLE statement makes,
// and its columns and constraints, each as its tokens; else "".
func (s Statement) creates() (table string, items [][]token) {
	tokens := s.tokens
	if len(tokens) == 0 || !tokens[0].is("create") {
		return "", nil
	}
	tokens = tokens[1:]
	for len(tokens) > 0 && tokens[0].is("temp", "temporary", "unlogged") {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 || !tokens[0].is("table") {
		return "", nil
	}
	tokens = tokens[1:]
	for len(tokens) > 0 && tokens[0].is("if", "not", "exists") {
		tokens = tokens[1:]
	}
	table, n := qualified(tokens)
	return table, divide(tokens[n:])
}

// qualified reads a name such as orders or "main"."orders" and returns its last
// part and the number of tokens it takes.
func qualified(tokens []token) (string, int) {
	if len(tokens) == 0 || tokens[0].kind != word && tokens[0].kind != quoted {
		return "", 0
	}
	if len(tokens) > 2 && tokens[1].is(".") {
		name, n := qualified(tokens[2:])
		return name, n + 2
	}
	return tokens[0].name(), 1
}

// divide splits what stands in the first parentheses at its outer commas.
func divide(tokens []token) (items [][]token) {
	depth, begin := 0, 0
	for i, t := range tokens {
		if depth == 1 && t.is(",", ")") && i > begin {
			items = append(items, tokens[begin:i])
		}
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if depth == 0 {
			return items
		}
		if depth == 1 && t.is(",") || i == 0 {
			begin = i + 1
		}
	}
	return items
}

// subject returns the table that a statement writes to or reads from first.
func subject(sql string) string {
	tokens := scan(sql)
	for i, t := range tokens {
		if t.is("into", "from") || i == 0 && t.is("update") {
			name, _ := qualified(tokens[i+1:])
			return name
		}
	}
	return ""
}
