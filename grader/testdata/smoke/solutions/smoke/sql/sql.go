// Package sql counts.
package sql

import (
	"context"
	"database/sql"
)

// Count returns how many rows tea has.
func Count(ctx context.Context, db *sql.DB) (n int, err error) {
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM tea").Scan(&n)
	return n, err
}
