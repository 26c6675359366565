package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/internal/absence"
	"modernc.org/sqlite"
)

// Live is an empty database for Go code that works on a *sql.DB: several
// connections, real locks, and a record of everything that was asked. It
// belongs to one behaviour. Parameters may be written $1, $2 on both databases.
type Live struct {
	Name     string  // product and version, such as "SQLite 3.51.2"
	Postgres bool    // it is PostgreSQL
	DB       *sql.DB // for the code under test: it is recorded

	t    testing.TB
	own  *sql.DB // the test's, past the record
	wire *wire
}

// Open returns an empty SQLite in a file, so that each connection is one of
// its own: one writes at a time (busy after a second), readers see what was
// committed (sqlite.org/wal.html). It is gone when the behaviour ends.
func Open(t testing.TB) *Live {
	t.Helper()
	dir, err := os.MkdirTemp("", "sqldb-")
	if err != nil {
		t.Fatalf("make a folder for SQLite: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	dsn := "file:" + filepath.ToSlash(filepath.Join(dir, "test.db")) +
		"?_dqs=0&_pragma=journal_mode(wal)&_pragma=synchronous(off)&_pragma=foreign_keys(1)&_pragma=busy_timeout(2000)"
	connector := file{&sqlite.Driver{}, dsn}
	l := newLive(t, &wire{Connector: connector}, sql.OpenDB(connector))
	l.Name = "SQLite " + l.version("SELECT sqlite_version()")
	return l
}

// file makes connections to one database of SQLite.
type file struct {
	driver *sqlite.Driver
	dsn    string
}

func (f file) Connect(context.Context) (driver.Conn, error) { return f.driver.Open(f.dsn) }
func (f file) Driver() driver.Driver                        { return f.driver }

// OpenPostgres returns an empty schema of the PostgreSQL at address, of which
// Postgres is told; it is dropped when the behaviour ends. An address at which
// nobody answers skips the behaviour.
func OpenPostgres(t testing.TB, address string) (l *Live, config *pgx.ConnConfig) {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		absence.Skip(t, PostgresEnv, PostgresEnv+" is no postgres://user:password@host:port/database")
	}
	if err := greet(config); err != nil {
		skipPostgres(t, err)
	}
	schema := fmt.Sprintf("kata_%016x", rand.Uint64())
	config.ConnectTimeout = patience
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["application_name"] = schema
	config.RuntimeParams["statement_timeout"] = fmt.Sprint(patience.Milliseconds())
	own := stdlib.OpenDB(*config)
	own.SetMaxOpenConns(1) // else drop ends its own
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := own.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		_ = own.Close()
		skipPostgres(t, err)
	}
	l = newLive(t, &wire{Connector: stdlib.GetConnector(*config)}, own)
	t.Cleanup(func() { l.drop(schema) }) // before own is closed
	l.Postgres = true
	l.Name, _, _ = strings.Cut("PostgreSQL "+l.version("SHOW server_version"), " (")
	return l, config
}

// skipPostgres says in one line why the server of the environment is of no use.
func skipPostgres(t testing.TB, err error) {
	t.Helper()
	why := strings.Join(strings.Fields(err.Error()), " ")
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		why = refused.Message
	}
	absence.Skip(t, PostgresEnv, PostgresEnv+" is set, but PostgreSQL cannot be used: "+why)
}

// OpenEach calls f with an empty SQLite and, where KATA_POSTGRES is set, with
// an empty schema of that PostgreSQL, one after the other. Like Each it makes one
// behaviour of both.
func OpenEach(t testing.TB, f func(db *Live)) {
	t.Helper()
	f(Open(t))
	if address := os.Getenv(PostgresEnv); address != "" {
		absence.Recall(t, PostgresEnv)
		db, _ := OpenPostgres(t, address)
		f(db)
	}
}

func newLive(t testing.TB, w *wire, own *sql.DB) *Live {
	l := &Live{DB: sql.OpenDB(w), t: t, own: own, wire: w}
	t.Cleanup(func() { _ = errors.Join(l.DB.Close(), l.own.Close()) })
	return l
}

func (l *Live) version(query string) (v string) {
	l.t.Helper()
	if err := l.own.QueryRow(query).Scan(&v); err != nil {
		l.t.Fatalf("ask the database for its version: %v", err)
	}
	return v
}

// drop removes the schema, after it ended the sessions that code left open
// there, whose locks it would wait for.
func (l *Live) drop(schema string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()"
	_, _ = l.own.ExecContext(ctx, end, schema) // DROP says what is wrong
	if _, err := l.own.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
		l.t.Logf("%s: clean up: %v", l.Name, err)
	}
}

// Must runs the test's own statements, unrecorded, each without arguments. It
// ends the test when the database refuses one: a fault of the test.
func (l *Live) Must(statements ...string) {
	l.t.Helper()
	for _, s := range statements {
		if _, err := l.own.Exec(s); err != nil {
			l.t.Fatalf("%s: %s: %v", l.Name, s, err)
		}
	}
}

// Rows returns what a query of the test's own answers, unrecorded: a line per
// row, its values joined by "|", NULL as "NULL".
func (l *Live) Rows(query string, args ...any) []string {
	l.t.Helper()
	rows, err := l.own.Query(query, args...)
	if err != nil {
		l.t.Fatalf("%s: %s: %v", l.Name, query, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		lines = append(lines, l.line(rows))
	}
	if err := rows.Err(); err != nil {
		l.t.Fatalf("%s: %s: %v", l.Name, query, err)
	}
	return lines
}

func (l *Live) line(rows *sql.Rows) string {
	l.t.Helper()
	columns, err := rows.Columns()
	values := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := errors.Join(err, rows.Scan(into...)); err != nil {
		l.t.Fatalf("%s: read a row: %v", l.Name, err)
	}
	var words []string
	for _, v := range values {
		if !v.Valid {
			v.String = "NULL"
		}
		words = append(words, v.String)
	}
	return strings.Join(words, "|")
}

// Calls returns what was asked over DB so far, in the order of the answers.
func (l *Live) Calls() []Call {
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	return slices.Clone(l.wire.calls)
}

// Forget empties the record.
func (l *Live) Forget() {
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	l.wire.calls = nil
}

// Before has f called before each call goes to the database, on the goroutine
// that asks and from several at once: it may wait, to bring two transactions to
// the same point, and its error is answered in the database's place. Nil ends it.
func (l *Live) Before(f func(Call) error) {
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	l.wire.before = f
}

// Busy returns how many connections of DB are in use: more than none after the
// code has returned are rows or transactions that nobody closed.
func (l *Live) Busy() int { return l.DB.Stats().InUse }

// Fail reports f, with the database and the last calls as its note, and the
// line of the last one where f has none.
func (l *Live) Fail(f kit.Failure) {
	l.t.Helper()
	calls := l.Calls()
	if f.At == "" && len(calls) > 0 {
		f.At = calls[len(calls)-1].At
	}
	f.Note = strings.TrimPrefix(f.Note+"\n"+l.Name+" was asked\n"+Tell(calls), "\n")
	kit.Fail(l.t, f)
}

// Tell writes calls as a learner reads them, the last eight at most.
func Tell(calls []Call) string {
	const most = 8
	if len(calls) == 0 {
		return "nothing"
	}
	var lines []string
	if len(calls) > most {
		lines = append(lines, fmt.Sprintf("… and %d before these", len(calls)-most))
		calls = calls[len(calls)-most:]
	}
	for _, c := range calls {
		line := fmt.Sprintf("connection %d: %s", c.Conn, strings.Join(strings.Fields(c.Text), " "))
		if len(c.Args) > 0 {
			line += fmt.Sprintf("  %v", c.Args)
		}
		if c.Err != nil {
			line += "  → " + message(c.Err)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
