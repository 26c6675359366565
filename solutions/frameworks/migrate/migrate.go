// Package migrate brings a database's tables to where the program expects them.
package migrate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
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

const (
	create = `CREATE TABLE IF NOT EXISTS schema_migrations (
		name TEXT PRIMARY KEY, batch INTEGER NOT NULL, place INTEGER NOT NULL, checksum TEXT NOT NULL)`
	// A write to one row makes whoever comes second wait, in every database.
	lock   = `INSERT INTO schema_migrations (name, batch, place, checksum) VALUES ('', 0, 0, '') ON CONFLICT (name) DO UPDATE SET batch = 0`
	list   = `SELECT name, batch, place, checksum FROM schema_migrations WHERE name <> '' ORDER BY place`
	note   = `INSERT INTO schema_migrations (name, batch, place, checksum) VALUES ($1, $2, $3, $4)`
	forget = `DELETE FROM schema_migrations WHERE name = $1`
)

// record is a migration that has been applied.
type record struct {
	name     string
	batch    int
	place    int
	checksum string
}

// Up applies what has not been applied, as one batch, and returns the names. It
// stops at the first that fails, which leaves nothing of itself.
func (m *Migrator) Up(ctx context.Context) (names []string, err error) {
	batch := 0
	return m.each(ctx, func(tx *sql.Tx, applied []record) (string, error) {
		last := record{}
		if len(applied) > 0 {
			last = applied[len(applied)-1]
		}
		if batch == 0 {
			batch = last.batch + 1
		}
		next, ok := m.pending(applied)
		if !ok {
			return "", nil
		}
		if _, err := tx.ExecContext(ctx, next.Up); err != nil {
			return "", fmt.Errorf("migrate: %s: %w", next.Name, err)
		}
		_, err := tx.ExecContext(ctx, note, next.Name, batch, last.place+1, checksum(next))
		return next.Name, err
	})
}

// Down takes back the last batch, last applied first, and returns the names.
func (m *Migrator) Down(ctx context.Context) (names []string, err error) {
	batch := 0
	return m.each(ctx, func(tx *sql.Tx, applied []record) (string, error) {
		if len(applied) == 0 {
			return "", nil
		}
		last := applied[len(applied)-1]
		if batch == 0 {
			batch = last.batch
		}
		if last.batch != batch {
			return "", nil
		}
		if _, err := tx.ExecContext(ctx, m.find(last.name).Down); err != nil {
			return "", fmt.Errorf("migrate: take back %s: %w", last.name, err)
		}
		_, err := tx.ExecContext(ctx, forget, last.name)
		return last.name, err
	})
}

// each takes steps until one has nothing to do, and returns their names.
func (m *Migrator) each(ctx context.Context, step func(*sql.Tx, []record) (string, error)) (names []string, err error) {
	if _, err := m.db.ExecContext(ctx, create); err != nil {
		return nil, err
	}
	for {
		name, err := m.alone(ctx, step)
		if err != nil || name == "" {
			return names, err
		}
		names = append(names, name)
	}
}

// alone takes one step in a transaction that no other migrator is in.
func (m *Migrator) alone(ctx context.Context, step func(*sql.Tx, []record) (string, error)) (string, error) {
	tx, err := m.db.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, lock); err != nil {
		return "", err
	}
	applied, err := m.applied(ctx, tx)
	if err != nil {
		return "", err
	}
	name, err := step(tx, applied)
	if err != nil {
		return "", err
	}
	return name, tx.Commit()
}

// applied returns what has been applied, and an error if that is not what the
// list says.
func (m *Migrator) applied(ctx context.Context, tx *sql.Tx) (applied []record, err error) {
	rows, err := tx.QueryContext(ctx, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r record
		if err := rows.Scan(&r.name, &r.batch, &r.place, &r.checksum); err != nil {
			return nil, err
		}
		switch found := m.find(r.name); {
		case found == nil:
			return nil, fmt.Errorf("migrate: %s has been applied and is not in the list", r.name)
		case checksum(*found) != r.checksum:
			return nil, fmt.Errorf("migrate: %s was changed after it had been applied", r.name)
		}
		applied = append(applied, r)
	}
	return applied, errors.Join(rows.Err(), rows.Close())
}

func (m *Migrator) find(name string) *Migration {
	for i := range m.list {
		if m.list[i].Name == name {
			return &m.list[i]
		}
	}
	return nil
}

// pending returns the first of the list that has not been applied.
func (m *Migrator) pending(applied []record) (next Migration, ok bool) {
	done := map[string]bool{}
	for _, r := range applied {
		done[r.name] = true
	}
	for _, x := range m.list {
		if !done[x.Name] {
			return x, true
		}
	}
	return next, false
}

func checksum(x Migration) string {
	sum := sha256.Sum256([]byte(x.Up))
	return hex.EncodeToString(sum[:])
}
