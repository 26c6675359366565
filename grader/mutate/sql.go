package mutate

import (
	"regexp"
	"slices"
	"strings"
)

var sqlStart = regexp.MustCompile(`(?is)^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WITH|DROP)\s+\S`)

// isSQL reports whether a text begins as SQL statements do.
func isSQL(text string) bool { return sqlStart.MatchString(text) }

// sqlSteps drops or weakens one clause of one statement. Words about tables
// are understood where SQLite and PostgreSQL agree; a clause that is not known
// stays as it is.
func sqlSteps(src string) []step {
	var steps []step
	list := sqlStatements(src)
	for _, s := range list {
		s.steps = &steps
		if len(list) > 1 {
			s.whole()
		}
		if s.is(0, "CREATE", "TABLE") || s.is(0, "CREATE", "TABLE", "IF", "NOT", "EXISTS") {
			s.table()
		}
		s.index()
		for i := range s.tokens {
			s.value(i)
			s.clause(i)
			s.list(i)
		}
	}
	return steps
}

// whole drops a statement ("drop").
func (s sqlStatement) whole() {
	*s.steps = append(*s.steps, step{"drop", s.tokens[0].at, s.in, []edit{cut(s.src, s.tokens[0].at, s.end)}})
}

// tableWords begin the items of a table that are constraints.
var tableWords = []string{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE"}

// table drops the constraints of a table ("constraint") and changes the types
// of its columns ("type").
func (s sqlStatement) table() {
	open := slices.IndexFunc(s.tokens, func(t sqlToken) bool { return t.text == "(" })
	if open < 0 {
		return
	}
	list := s.items(open)
	for i, it := range list {
		if slices.Contains(tableWords, s.tokens[it.from].word) {
			s.dropItem("constraint", list, i)
			continue
		}
		s.column(it)
	}
}

// column changes a column's type and drops what it is bound to, clause by
// clause.
func (s sqlStatement) column(it item) {
	at := it.from + 1
	for at < it.to && !s.constrains(at) {
		at++
	}
	if at > it.from+1 {
		s.add("type", it.from+1, at, otherType(s.tokens[it.from+1].word))
	}
	for at < it.to {
		next := at + 1
		for next < it.to && (s.tokens[next].depth > s.tokens[it.from].depth || !s.constrains(next)) {
			next++
		}
		s.add("constraint", at, next, "")
		at = next
	}
}

// constrains reports whether a constraint of a column begins at token i. SET
// NULL, SET DEFAULT and NOT NULL go on with words that begin one elsewhere, as
// does a constraint behind its name.
func (s sqlStatement) constrains(i int) bool {
	switch {
	case s.is(i-1, "SET"), s.is(i-1, "NOT"), s.is(i-1, "DEFAULT"), s.is(i-2, "CONSTRAINT"):
		return false
	}
	return slices.Contains([]string{"CONSTRAINT", "NOT", "NULL", "UNIQUE", "PRIMARY", "CHECK", "REFERENCES", "DEFAULT", "COLLATE", "GENERATED"}, s.tokens[i].word)
}

// otherType is a type that keeps less.
func otherType(word string) string {
	if slices.Contains([]string{"TEXT", "VARCHAR", "CHAR", "CHARACTER", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "UUID", "BOOLEAN", "BOOL", "JSON", "JSONB", "BLOB", "BYTEA"}, word) {
		return "INTEGER"
	}
	return "TEXT"
}

// index makes a unique index an ordinary one ("constraint"), and indexes a
// column instead of a function's result ("function").
func (s sqlStatement) index() {
	if s.is(0, "CREATE", "UNIQUE", "INDEX") {
		s.add("constraint", 1, 2, "")
	}
	if !s.is(0, "CREATE", "UNIQUE", "INDEX") && !s.is(0, "CREATE", "INDEX") {
		return
	}
	for i := range s.tokens {
		if s.tokens[i].depth == 1 && s.tokens[i].word != "" && s.sign(i+1, "(") && s.sign(i+3, ")") {
			s.add("function", i, i+4, s.tokens[i+2].text)
		}
	}
}

var sqlComparisons = map[string]string{"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "!=": "="}

// value changes numbers and texts ("constant"), shifts comparisons
// ("comparison"), and swaps AND and OR ("logic").
func (s sqlStatement) value(i int) {
	t := s.tokens[i]
	switch {
	case t.text[0] >= '0' && t.text[0] <= '9' && !strings.Contains(t.text, "."):
		for _, n := range numbers(t.text) {
			s.add("constant", i, i+1, n)
		}
	case t.text == "''":
		s.add("constant", i, i+1, "'x'")
	case t.text[0] == '\'':
		s.add("constant", i, i+1, "''")
	case sqlComparisons[t.text] != "" && !s.assigns(i):
		s.add("comparison", i, i+1, sqlComparisons[t.text])
	case t.word == "OR" && !s.is(i-1, "CREATE"):
		s.add("logic", i, i+1, "AND")
	case t.word == "AND" && !s.between(i):
		s.add("logic", i, i+1, "OR")
	}
}

// between reports whether the AND at i belongs to a BETWEEN.
func (s sqlStatement) between(i int) bool {
	for k := i - 1; k >= 0 && s.tokens[k].depth >= s.tokens[i].depth; k-- {
		if s.tokens[k].depth > s.tokens[i].depth {
			continue
		}
		switch s.tokens[k].word {
		case "BETWEEN":
			return true
		case "AND", "OR", "WHERE", "ON", "HAVING", "WHEN":
			return false
		}
	}
	return false
}

// assigns reports whether the = at i sets a column.
func (s sqlStatement) assigns(i int) bool {
	if s.tokens[i].text != "=" {
		return false
	}
	for k := i - 1; k >= 0; k-- {
		if s.tokens[k].depth == s.tokens[i].depth {
			switch s.tokens[k].word {
			case "SET":
				return true
			case "WHERE", "ON", "AND", "OR", "HAVING", "WHEN":
				return false
			}
		}
	}
	return false
}
