package sqldb

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// SQLite's primary result codes (sqlite.org/rescode.html).
const (
	sqliteConstraint = 19
	sqliteMismatch   = 20
)

// refusal reports whether err is a database's judgement of a row's values, and
// not of a statement that it could not run at all.
func refusal(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		code := lite.Code() & 0xff
		return code == sqliteConstraint || code == sqliteMismatch
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Classes 22, data exception, and 23, integrity constraint violation;
		// P0001 is raised by a trigger (PostgreSQL 15 manual, appendix A).
		return strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23") || pg.Code == "P0001"
	}
	return false
}

// wrapped is how the driver dresses SQLite's own message.
var wrapped = regexp.MustCompile(`(?s)^(?:constraint failed|SQL logic error|datatype mismatch): (.*) \(\d+\)$`)

// message returns the database's own words.
func message(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in " + patience.String()
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		text := pg.Message
		for _, more := range []string{pg.Detail, pg.Hint} {
			if more != "" {
				text += "\n" + more
			}
		}
		return text
	}
	if m := wrapped.FindStringSubmatch(err.Error()); m != nil {
		return m[1]
	}
	return err.Error()
}

// culprit finds the word that SQLite complains of.
var culprit = regexp.MustCompile(`near "([^"]+)": syntax error|no such [a-z]+: "?(?:main\.)?([\pL\pN_]+)`)

// where returns the line that the database's error is about: of the place that
// PostgreSQL tells, of the word that SQLite names when it stands there once, and
// else the line where the statement begins.
func (s Statement) where(err error) int {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Position > 0 {
		before := []rune(s.Text)
		before = before[:min(int(pg.Position)-1, len(before))]
		return s.Line + strings.Count(string(before), "\n")
	}
	line := 0
	if m := culprit.FindStringSubmatch(err.Error()); m != nil {
		for _, t := range s.tokens {
			if !strings.EqualFold(t.name(), m[1]+m[2]) {
				continue
			}
			if line > 0 {
				return s.Line
			}
			line = t.line
		}
	}
	return cmp.Or(line, s.Line)
}

// clip keeps the first lines of a long statement.
func clip(sql string) string {
	const most = 12
	lines := strings.Split(sql, "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return strings.Join(lines, "\n")
}
