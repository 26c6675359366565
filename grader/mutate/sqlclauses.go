package mutate

import "slices"

// sqlSwaps replace words; the longest that stands at a place counts.
var sqlSwaps = []struct {
	operator string
	words    []string
	now      string // "" drops them
}{
	{"action", []string{"ON", "DELETE", "CASCADE"}, "ON DELETE RESTRICT"},
	{"action", []string{"ON", "DELETE", "RESTRICT"}, "ON DELETE CASCADE"},
	{"action", []string{"ON", "DELETE", "SET", "NULL"}, "ON DELETE CASCADE"},
	{"action", []string{"ON", "UPDATE", "CASCADE"}, ""},
	{"clause", []string{"IF", "NOT", "EXISTS"}, ""},
	{"clause", []string{"DISTINCT"}, ""},
	{"clause", []string{"SKIP", "LOCKED"}, ""},
	{"negate", []string{"IS", "NOT", "NULL"}, "IS NULL"},
	{"negate", []string{"IS", "NULL"}, "IS NOT NULL"},
	{"negate", []string{"NOT", "EXISTS"}, "EXISTS"},
	{"negate", []string{"NOT", "IN"}, "IN"},
	{"order", []string{"DESC"}, "ASC"},
	{"order", []string{"ASC"}, "DESC"},
	{"join", []string{"LEFT", "JOIN"}, "JOIN"},
	{"join", []string{"LEFT", "OUTER", "JOIN"}, "JOIN"},
	{"join", []string{"INNER", "JOIN"}, "LEFT JOIN"},
	{"join", []string{"JOIN"}, "LEFT JOIN"},
	{"clause", []string{"UNION", "ALL"}, "UNION"},
	{"clause", []string{"UNION"}, "UNION ALL"},
}

// clause swaps words, and drops the clause that begins at token i.
func (s sqlStatement) clause(i int) {
	s.words(i)
	for _, begin := range sqlClauses {
		if s.is(i, begin...) {
			s.add("clause", i, s.clauseEnd(i, i+len(begin)), "")
			return
		}
	}
	if s.is(i, "ON", "DELETE") || s.is(i, "ON", "UPDATE") {
		s.add("action", i, min(s.actionEnd(i+2), len(s.tokens)), "")
	}
}

// notBefore are words that make what follows a part of something longer.
var notBefore = []string{"LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", "NATURAL", "IS", "IF", "NOT"}

// words replaces the words of sqlSwaps that stand at token i.
func (s sqlStatement) words(i int) {
	best := -1
	for k, swap := range sqlSwaps {
		if s.is(i, swap.words...) && (best < 0 || len(swap.words) > len(sqlSwaps[best].words)) {
			best = k
		}
	}
	if best < 0 || i > 0 && slices.Contains(notBefore, s.tokens[i-1].word) {
		return
	}
	s.add(sqlSwaps[best].operator, i, i+len(sqlSwaps[best].words), sqlSwaps[best].now)
}

// actionEnd is behind the action of a reference that begins at i.
func (s sqlStatement) actionEnd(i int) int {
	if s.is(i, "SET") || s.is(i, "NO") {
		return i + 2
	}
	return i + 1
}

// sqlClauses are dropped whole, up to the next one.
var sqlClauses = [][]string{
	{"WHERE"}, {"GROUP", "BY"}, {"HAVING"}, {"ORDER", "BY"}, {"LIMIT"}, {"OFFSET"}, {"RETURNING"}, {"ON", "CONFLICT"}, {"FOR", "UPDATE"}, {"FOR", "SHARE"},
}

// clauseEnd is behind the clause that begins at token i; it goes on to at least
// j.
func (s sqlStatement) clauseEnd(i, j int) int {
	next := []string{"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "RETURNING", "FOR", "UNION"}
	if s.is(i, "ON", "CONFLICT") {
		next = []string{"RETURNING"}
	}
	for depth := s.tokens[i].depth; j < len(s.tokens) && s.tokens[j].depth >= depth; j++ {
		if s.tokens[j].depth == depth && (slices.Contains(next, s.tokens[j].word) || s.is(j, "ON", "CONFLICT") || s.sign(j, ")")) {
			break
		}
	}
	return j
}

// list takes single entries out of IN (...) and of keys of several columns
// ("list").
func (s sqlStatement) list(i int) {
	isKey := (s.is(i-1, "UNIQUE") || s.is(i-2, "PRIMARY", "KEY")) && s.sign(i, "(")
	if !isKey && !(s.is(i-1, "IN") && s.sign(i, "(") && !s.is(i+1, "SELECT")) {
		return
	}
	entries := s.items(i)
	for k := range entries {
		s.dropItem("list", entries, k)
	}
}
