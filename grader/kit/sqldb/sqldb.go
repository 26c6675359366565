// Package sqldb gives hidden tests of portable SQL exercises an empty database
// of their own: SQLite inside the test process and, where the environment
// variable KATA_POSTGRES holds an address, PostgreSQL after it. It applies the
// learner's script and tells a failure as the statement that was sent and the
// database's own words.
//
// PostgreSQL is optional. A behaviour is the same one on both databases, so
// that a course's list of behaviours does not depend on the machine; the
// failure says which database answered.
//
// The package owns no expectation and must never know an exercise's tables:
// tests decide what a database has to take and to refuse.
package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/internal/absence"
)

// PostgresEnv names the environment variable with PostgreSQL's address, a
// postgres:// URL or a libpq string (PostgreSQL 15 manual, section 34.1.1). Its
// role must be allowed to create schemas in the database.
const PostgresEnv = "KATA_POSTGRES"

// patience bounds every statement: a learner's SQL may not end by itself.
const patience = 5 * time.Second

// DB is an empty database that belongs to one behaviour.
type DB struct {
	Name string  // product and version, such as "SQLite 3.51.2"
	Pool *sql.DB // its connections check foreign keys

	t      testing.TB
	script *Script // the one last applied, nil before
	sent   *[]string
	at     string // set by Blame
}

// Each calls f with an empty SQLite and, where KATA_POSTGRES is set, with an
// empty schema of that PostgreSQL, one after the other on the calling goroutine.
// Both are gone when Each returns; a process that is killed leaves a schema behind
// whose name begins with kata_. An address at which nobody answers skips the
// behaviour after SQLite has had its say.
func Each(t testing.TB, f func(db *DB)) {
	t.Helper()
	lite, err := openSQLite()
	if err != nil {
		t.Fatalf("open SQLite: %v", err)
	}
	with(t, lite, f)
	address := os.Getenv(PostgresEnv)
	if address == "" {
		return
	}
	absence.Recall(t, PostgresEnv)
	postgres, err := openPostgres(address)
	if err != nil {
		why := strings.Join(strings.Fields(err.Error()), " ") // in one line
		absence.Skip(t, PostgresEnv, PostgresEnv+" is set, but PostgreSQL cannot be used: "+why)
	}
	with(t, postgres, f)
}

// opened is an empty database and what removes it.
type opened struct {
	name  string
	pool  *sql.DB
	close func() error
}

func with(t testing.TB, o opened, f func(db *DB)) {
	t.Helper()
	defer func() {
		if err := o.close(); err != nil {
			t.Logf("%s: clean up: %v", o.name, err)
		}
	}()
	f(&DB{Name: o.name, Pool: o.pool, t: t, sent: &[]string{}})
}

// Apply runs the learner's script, statement by statement, on a connection that
// is closed afterwards, as an installer's would be: settings and transactions
// that the script leaves open are gone. A statement that the database does not
// take fails the behaviour, and so does one that is known to work on SQLite alone.
func (db *DB) Apply(s *Script) {
	db.t.Helper()
	db.portable(s)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := db.Pool.Conn(ctx)
	if err != nil {
		db.t.Fatalf("connect to %s: %v", db.Name, err)
	}
	defer func() {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // so that Close ends it
		_ = conn.Close()
	}()
	for _, st := range s.Statements {
		if _, err := conn.ExecContext(ctx, st.Text); err != nil {
			kit.Fail(db.t, kit.Failure{
				Sent: clip(st.Text), Got: db.Name + ": " + message(err),
				Want: "a script that runs from its first line to its last",
				At:   kit.Line(s.Name, st.where(err)),
			})
		}
	}
	db.script = s
}

// Blame returns the same database for a statement whose failure is to point at
// the learner's table, or at its column unless that is "", and not at the table
// that the statement names.
func (db *DB) Blame(table, column string) *DB {
	blamed := *db
	if db.script != nil {
		blamed.at = db.script.At(table, column)
	}
	return &blamed
}

// place is where the learner is sent after a statement went wrong.
func (db *DB) place(statement string) string {
	if db.at != "" || db.script == nil {
		return db.at
	}
	return db.script.At(subject(statement), "")
}
