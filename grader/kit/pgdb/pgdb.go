// Package pgdb gives hidden tests of exercises that need PostgreSQL itself an
// empty schema of their own: as a *sql.DB, as a pgx pool, and as an address for
// code that connects by itself. It records what is asked (see sqldb.Live).
//
// The server is the one that KATA_POSTGRES names, which the grader sets. Without
// it, as in a plain `go test`, a PostgreSQL installed on this machine is started,
// once in a process, and ends with it; where there is none, the behaviour is
// skipped. The role of a server that kata started is no superuser: it makes
// tables, types, functions, schemas and databases, and no roles or extensions.
//
// It owns no expectation and knows no exercise.
package pgdb

import (
	"context"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/internal/absence"
	"github.com/kata-go/kata/grader/kit/internal/launch"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

// DB is an empty schema; everything of it is gone when the behaviour ends.
type DB struct {
	*sqldb.Live
	t       testing.TB
	config  *pgx.ConnConfig
	address string
}

// Start returns an empty schema of PostgreSQL, and skips the behaviour where
// there is no server.
func Start(t testing.TB) *DB {
	t.Helper()
	absence.Recall(t, sqldb.PostgresEnv)
	address := os.Getenv(sqldb.PostgresEnv)
	if address == "" {
		var err error
		if address, err = launch.Address("local postgres"); err != nil {
			kit.Skip(t, "needs a PostgreSQL server", "kata doctor --install postgres, or set "+sqldb.PostgresEnv)
		}
	}
	live, config := sqldb.OpenPostgres(t, address)
	return &DB{live, t, config, address}
}

// URL is the address of the schema for code that connects by itself: what it
// asks is not recorded.
func (db *DB) URL() string {
	u, err := url.Parse(db.address)
	if err != nil || u.Scheme == "" {
		return db.address + " search_path=" + db.Schema() + " application_name=" + db.Schema() // a libpq string
	}
	q := u.Query()
	q.Set("search_path", db.Schema())
	q.Set("application_name", db.Schema())
	u.RawQuery = q.Encode()
	return u.String()
}

// Schema is the schema's name, which begins with kata_.
func (db *DB) Schema() string { return db.config.RuntimeParams["search_path"] }

// Pool returns a pgx pool of at most size connections into the schema; it is
// closed with the behaviour. What it asks is not recorded: give it a tracer of
// pgx through change, which may be nil.
func (db *DB) Pool(size int32, change func(*pgxpool.Config)) *pgxpool.Pool {
	db.t.Helper()
	config, err := pgxpool.ParseConfig(db.URL())
	if err != nil {
		db.t.Fatalf("read the address of PostgreSQL: %v", err)
	}
	config.MaxConns = size
	if change != nil {
		change(config)
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		db.t.Fatalf("make a pool: %v", err)
	}
	db.t.Cleanup(func() { go pool.Close() }) // it waits for connections that code did not give back
	return pool
}
