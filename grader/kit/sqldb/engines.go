package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// openSQLite opens an empty database in this process's memory. It lives as long
// as one connection to it, so one is kept (sqlite.org/c3ref/open.html, vfs=memdb).
func openSQLite() (opened, error) {
	// _dqs=0: "x" is a name and never a string, as in PostgreSQL.
	dsn := fmt.Sprintf("file:/kata-%x?vfs=memdb&_dqs=0&_pragma=foreign_keys(1)&_pragma=busy_timeout(%d)",
		rand.Uint64(), patience.Milliseconds())
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return opened{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	anchor, err := pool.Conn(ctx)
	if err != nil {
		return opened{}, errors.Join(err, pool.Close())
	}
	var version string
	if err := anchor.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return opened{}, errors.Join(err, anchor.Close(), pool.Close())
	}
	return opened{
		name: "SQLite " + version,
		pool: pool,
		close: func() error {
			return errors.Join(anchor.Close(), pool.Close())
		},
	}, nil
}

// openPostgres makes a schema of its own on the server at address; closing
// drops it with all that is in it.
func openPostgres(address string) (opened, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return opened{}, err
	}
	if err := greet(config); err != nil {
		return opened{}, err
	}
	schema := fmt.Sprintf("kata_%016x", rand.Uint64())
	config.ConnectTimeout = patience
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["statement_timeout"] = fmt.Sprint(patience.Milliseconds())
	pool := stdlib.OpenDB(*config)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var version string
	if err := pool.QueryRowContext(ctx, "SHOW server_version").Scan(&version); err != nil {
		return opened{}, errors.Join(err, pool.Close())
	}
	if _, err := pool.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		return opened{}, errors.Join(err, pool.Close())
	}
	version, _, _ = strings.Cut(version, " ")
	return opened{
		name: "PostgreSQL " + version,
		pool: pool,
		close: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			_, err := pool.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE")
			return errors.Join(err, pool.Close())
		},
	}, nil
}
