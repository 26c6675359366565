// Package migrate brings a database's tables to where the program expects them.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Migration is one step: SQL that takes it, and SQL that takes it back. Each may
// be several statements.
type Migration struct{ Name, Up, Down string }

// Migrator applies migrations in the order of its list.
type Migrator struct {
	db   *sql.DB
	list []Migration
}

// New returns a migrator of the list, which must not change.
func New(db *sql.DB, list []Migration) *Migrator { return &Migrator{db, list} }

// Up applies what has not been applied, as one batch, and returns the names. It
// stops at the first that fails, which leaves nothing of itself.
func (m *Migrator) Up(ctx context.Context) (names []string, err error) {
	_, err = m.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS schema_migrations (id INTEGER PRIMARY KEY, name TEXT)`)
	if err != nil {
		return nil, err
	}
	for i, x := range m.list {
		var n int
		err := m.db.QueryRowContext(ctx, `SELECT count(*) FROM schema_migrations WHERE name = $1`, x.Name).Scan(&n)
		if err != nil {
			return names, err
		}
		if n > 0 {
			continue
		}
		if err := m.run(ctx, x.Up); err != nil {
			return names, err
		}
		_, err = m.db.ExecContext(ctx, `INSERT INTO schema_migrations (id, name) VALUES ($1, $2)`, i, x.Name)
		if err != nil {
			return names, err
		}
		names = append(names, x.Name)
	}
	return names, nil
}

// Down takes back the last batch, last applied first, and returns the names.
func (m *Migrator) Down(ctx context.Context) (names []string, err error) {
	var name string
	err = m.db.QueryRowContext(ctx, `SELECT name FROM schema_migrations ORDER BY id DESC LIMIT 1`).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, x := range m.list {
		if x.Name == name {
			err = m.run(ctx, x.Down)
		}
	}
	if err != nil {
		return nil, err
	}
	_, err = m.db.ExecContext(ctx, `DELETE FROM schema_migrations WHERE name = $1`, name)
	return []string{name}, err
}

// run executes statements one after another.
func (m *Migrator) run(ctx context.Context, statements string) error {
	for _, s := range strings.Split(statements, ";") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if _, err := m.db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
