package sqldb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/kit"
)

// alien is a place in a script that SQLite takes and PostgreSQL does not.
type alien struct {
	at     token
	reason string
}

// aliens returns the places of a script that are known to work on SQLite
// alone, so that a machine without PostgreSQL gives the same verdict as one
// with it. The list holds what people write, not all there is; where there is a
// PostgreSQL, it has the last word. What only PostgreSQL takes needs no list:
// SQLite always runs.
func aliens(s *Script) []alien {
	var found []alien
	made := map[string]bool{}
	for _, st := range s.Statements {
		table, items := st.creates()
		made[strings.ToLower(table)] = true
		for i := range st.tokens {
			if reason := only(st.tokens[i:], i); reason != "" {
				found = append(found, alien{st.tokens[i], reason})
			}
		}
		if table == "" {
			continue
		}
		found = append(found, types(items)...)
		found = append(found, early(st.tokens, made)...)
		if last := st.tokens[len(st.tokens)-1]; last.is("strict") {
			found = append(found, alien{last, "only SQLite has STRICT tables"})
		}
	}
	slices.SortStableFunc(found, func(a, b alien) int { return a.at.start - b.at.start })
	return found
}

// sequences are words that follow one another in SQLite's SQL alone.
var sequences = []struct{ words, reason string }{
	{"without rowid", "only SQLite has WITHOUT ROWID"},
	{"autoincrement", "only SQLite has AUTOINCREMENT"},
	{"collate nocase", "only SQLite has the collation NOCASE"},
	{"collate rtrim", "only SQLite has the collation RTRIM"},
	{"collate binary", "only SQLite has the collation BINARY"},
	{"on conflict rollback", "only SQLite has ON CONFLICT in a table"},
	{"on conflict abort", "only SQLite has ON CONFLICT in a table"},
	{"on conflict fail", "only SQLite has ON CONFLICT in a table"},
	{"on conflict ignore", "only SQLite has ON CONFLICT in a table"},
	{"on conflict replace", "only SQLite has ON CONFLICT in a table"},
	{"insert or", "only SQLite has INSERT OR"},
	{"replace into", "only SQLite has REPLACE INTO"},
	{"typeof (", "PostgreSQL has no function typeof"},
	{"ifnull (", "PostgreSQL has no function ifnull; both have coalesce"},
	{"instr (", "PostgreSQL has no function instr"},
	{"strftime (", "PostgreSQL has no function strftime"},
	{"julianday (", "PostgreSQL has no function julianday"},
	{"datetime (", "PostgreSQL has no function datetime"},
}

// only returns why the words at the head of tokens work on SQLite alone, or "".
func only(tokens []token, index int) string {
	if tokens[0].kind == quoted && tokens[0].text[0] == '`' {
		return "PostgreSQL knows no `backquotes`"
	}
	if index == 0 && tokens[0].is("pragma") {
		return "only SQLite has PRAGMA"
	}
	if index == 0 && isTrigger(tokens) {
		return "SQLite and PostgreSQL write triggers in different ways"
	}
	if len(tokens) > 1 && tokens[0].is("glob") && tokens[1].kind == text {
		return "only SQLite has GLOB"
	}
	for _, s := range sequences {
		if begins(tokens, strings.Fields(s.words)) {
			return s.reason
		}
	}
	return ""
}

func begins(tokens []token, words []string) bool {
	for i, w := range words {
		if i >= len(tokens) || !tokens[i].is(w) {
			return false
		}
	}
	return true
}

// types finds columns whose type PostgreSQL does not know; SQLite takes any.
func types(items [][]token) []alien {
	var found []alien
	for _, item := range items {
		if len(item) < 2 || item[0].is("constraint", "primary", "unique", "check", "foreign") {
			continue
		}
		t := item[1]
		odd := t.is("datetime", "string", "tinyint", "mediumint", "unsigned", "number", "nvarchar", "blob", "clob", "longtext")
		if t.is("double") && (len(item) < 3 || !item[2].is("precision")) || odd {
			found = append(found, alien{t, fmt.Sprintf("PostgreSQL has no type %s", strings.ToUpper(t.text))})
		}
		if t.is("int", "integer", "bigint", "smallint") && len(item) > 2 && item[2].is("(") {
			found = append(found, alien{t, fmt.Sprintf("PostgreSQL's %s takes no length", strings.ToUpper(t.text))})
		}
	}
	return found
}

// early finds references to tables that are not made yet.
func early(tokens []token, made map[string]bool) []alien {
	var found []alien
	for i, t := range tokens {
		if !t.is("references") {
			continue
		}
		if table, _ := qualified(tokens[i+1:]); !made[strings.ToLower(table)] {
			found = append(found, alien{t, "PostgreSQL wants the table " + table + " to be there before it is referred to"})
		}
	}
	return found
}

// portable fails the behaviour at the first place that SQLite alone takes.
func (db *DB) portable(s *Script) {
	db.t.Helper()
	found := aliens(s)
	if len(found) == 0 {
		return
	}
	first := found[0]
	kit.Fail(db.t, kit.Failure{
		Sent: fmt.Sprintf("%s to PostgreSQL: line %d has %s", s.Name, first.at.line, first.at.text),
		Got:  first.reason,
		Want: "one script that SQLite and PostgreSQL both take",
		At:   kit.Line(s.Name, first.at.line),
	})
}
