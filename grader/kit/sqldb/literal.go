package sqldb

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// width is where statements are broken: what is left of 80 columns beside a
// report's labels.
const width = 66

// literal writes a value as SQL that both databases read alike.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	case float64:
		return decimal(v)
	case int, int32, int64, uint32, uint64:
		return fmt.Sprint(v)
	}
	panic(fmt.Sprintf("sqldb: no literal for a %T", v))
}

// decimal writes v so that it is seen not to be an integer: 1290.0.
func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.ContainsAny(s, ".IN") {
		s += ".0"
	}
	return s
}

// fill puts args as literals in the place of the question marks of sql, and
// lays it out. What it returns is both what is sent and what is shown.
func fill(sql string, args ...any) string {
	var words []string
	used, last := 0, 0
	for _, t := range scan(sql) {
		text := t.text
		if t.is("?") {
			if used == len(args) {
				panic("sqldb: too few arguments for " + sql)
			}
			text = literal(args[used])
			used++
		}
		if t.start == last && len(words) > 0 {
			words[len(words)-1] += text
		} else {
			words = append(words, text)
		}
		last = t.end
	}
	if used < len(args) {
		panic("sqldb: too many arguments for " + sql)
	}
	return layOut(words)
}

// layOut joins words in lines of at most width characters, where that can be
// had, and begins the clauses of a statement of several lines on their own.
func layOut(words []string) string {
	one := strings.Join(words, " ")
	if utf8.RuneCountInString(one) <= width {
		return one
	}
	var b strings.Builder
	column := 0
	for i, w := range words {
		switch {
		case i == 0:
		case column+1+utf8.RuneCountInString(w) > width || clause(w):
			b.WriteString("\n  ")
			column = 2
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(w)
		column += utf8.RuneCountInString(w)
	}
	return b.String()
}

func clause(w string) bool {
	switch strings.ToUpper(w) {
	case "VALUES", "SET", "FROM", "WHERE", "JOIN", "ORDER":
		return true
	}
	return false
}
