package database

import (
	"context"
	"database/sql"
	"errors"
)

// Schema makes the table of the members. The newsletter reads it, too.
const Schema = `CREATE TABLE members (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	email TEXT NOT NULL UNIQUE,
	name  TEXT NOT NULL
)`

var errTaken = errors.New("somebody has this address already")

// store is the members in a database. sql.ErrNoRows is its error for a member
// that there is not.
type store struct{ db *sql.DB }

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func insert(ctx context.Context, q querier, m Member) (Member, error) {
	err := q.QueryRowContext(ctx, `INSERT INTO members (email, name) VALUES ($1, $2)
		ON CONFLICT (email) DO NOTHING RETURNING id`, m.Email, m.Name).Scan(&m.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return Member{}, errTaken
	}
	return m, err
}

func (s *store) add(ctx context.Context, m Member) (Member, error) {
	return insert(ctx, s.db, m)
}

// addAll stores all members or, when one cannot be, none.
func (s *store) addAll(ctx context.Context, list []Member) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, m := range list {
		if _, err := insert(ctx, tx, m); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s *store) get(ctx context.Context, id int64) (Member, error) {
	m := Member{ID: id}
	err := s.db.QueryRowContext(ctx, `SELECT email, name FROM members WHERE id = $1`, id).Scan(&m.Email, &m.Name)
	return m, err
}

func (s *store) rename(ctx context.Context, id int64, name string) (Member, error) {
	m := Member{ID: id, Name: name}
	err := s.db.QueryRowContext(ctx, `UPDATE members SET name = $1 WHERE id = $2 RETURNING email`, name, id).Scan(&m.Email)
	return m, err
}

// page returns the n-th page, from 1. It asks for one member more than a page
// has, to know whether there is another.
func (s *store) page(ctx context.Context, n int64) (Page, error) {
	page := Page{Members: []Member{}}
	rows, err := s.db.QueryContext(ctx, `SELECT id, email, name FROM members ORDER BY id LIMIT $1 OFFSET $2`,
		PageSize+1, (n-1)*PageSize)
	if err != nil {
		return page, err
	}
	defer rows.Close()
	for rows.Next() {
		if len(page.Members) == PageSize {
			page.More = true
			break
		}
		var m Member
		if err := rows.Scan(&m.ID, &m.Email, &m.Name); err != nil {
			return page, err
		}
		page.Members = append(page.Members, m)
	}
	return page, rows.Err()
}
