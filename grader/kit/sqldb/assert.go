package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// Accepts sends a statement that the database must take and that must touch at
// least one row; why says what is right about it. Each ? in the statement
// stands for one of args, which is sent as a literal: what a failure shows is
// what the database got. Like every statement here it is a transaction of its
// own, and a failure shows the behaviour's earlier statements too.
func (db *DB) Accepts(why, statement string, args ...any) {
	db.t.Helper()
	sent := fill(statement, args...)
	rows, err := db.execute(sent)
	if err == nil && rows > 0 {
		db.note(sent, "")
		return
	}
	got := fmt.Sprintf("accepted, %s (%s)", count(rows), db.Name)
	if err != nil {
		got = db.Name + ": " + message(err)
	}
	db.fail(0, sent, got, "accepted: "+why)
}

// Refuses sends a statement that the database itself must refuse because of its
// values; why says what is wrong with them. An error that is no judgement of
// values, such as a column that is not there, is no refusal.
func (db *DB) Refuses(why, statement string, args ...any) {
	db.t.Helper()
	sent := fill(statement, args...)
	rows, err := db.execute(sent)
	switch {
	case err == nil:
		db.fail(0, sent, fmt.Sprintf("accepted, %s (%s)", count(rows), db.Name), "refused by the database: "+why)
	case !refusal(err):
		db.fail(0, sent, db.Name+": "+message(err), "a statement that can run, and is refused for its values: "+why)
	}
	db.note(sent, "refused")
}

// Tries sends a statement that the database may take or refuse, as far as its
// values go. What must hold afterwards is for Finds to say.
func (db *DB) Tries(statement string, args ...any) {
	db.t.Helper()
	sent := fill(statement, args...)
	_, err := db.execute(sent)
	switch {
	case err == nil:
		db.note(sent, "accepted")
	case refusal(err):
		db.note(sent, "refused")
	default:
		db.fail(0, sent, db.Name+": "+message(err), "a statement that can run")
	}
}

// Finds fails the behaviour unless the query returns that many rows; why says
// what is wanted. A failure shows the rows.
func (db *DB) Finds(rows int, why, query string, args ...any) {
	db.t.Helper()
	sent := fill(query, args...)
	found, err := db.query(sent)
	if err != nil {
		db.fail(0, sent, db.Name+": "+message(err), why)
	}
	if len(found) == rows {
		return
	}
	const most = 5
	got := fmt.Sprintf("%s (%s)", count(int64(len(found))), db.Name)
	for _, row := range found[:min(most, len(found))] {
		got += "\n" + row
	}
	if len(found) > most {
		got += "\n…"
	}
	db.fail(1, sent, got, why)
}

func (db *DB) execute(statement string) (rows int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	result, err := db.Pool.ExecContext(ctx, statement)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query returns each row as its values with bars between them.
func (db *DB) query(statement string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	rows, err := db.Pool.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var found []string
	for rows.Next() {
		row, err := values(rows, len(columns))
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

func values(rows *sql.Rows, n int) (string, error) {
	cells, into := make([]any, n), make([]any, n)
	for i := range cells {
		into[i] = &cells[i]
	}
	if err := rows.Scan(into...); err != nil {
		return "", err
	}
	shown := make([]string, n)
	for i, c := range cells {
		switch c := c.(type) {
		case nil, bool, float64:
			shown[i] = literal(c)
		case []byte:
			shown[i] = string(c)
		case time.Time:
			shown[i] = c.Format(time.RFC3339)
		default:
			shown[i] = fmt.Sprint(c)
		}
	}
	return strings.Join(shown, " | "), nil
}

// note remembers a statement for the failures after it.
func (db *DB) note(sent, outcome string) {
	sent += ";"
	if outcome != "" {
		last := sent[strings.LastIndexByte(sent, '\n')+1:]
		gap := " "
		if len(last)+len(outcome)+4 > width {
			gap = "\n  "
		}
		sent += gap + "-- " + outcome
	}
	*db.sent = append(*db.sent, sent)
}

// fail shows the statement, together with the last one if beside is 1, and in
// a note the few that came before.
func (db *DB) fail(beside int, statement, got, want string) {
	db.t.Helper()
	const most = 4
	before := *db.sent
	split := max(0, len(before)-beside)
	sent := append(before[split:len(before):len(before)], statement+";")
	before = before[max(0, split-most):split]
	note := ""
	if len(before) > 0 {
		note = "before it\n" + strings.Join(before, "\n")
	}
	kit.Fail(db.t, kit.Failure{Sent: strings.Join(sent, "\n"), Got: got, Want: want, Note: note, At: db.place(statement)})
}

func count(rows int64) string {
	if rows == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", rows)
}
