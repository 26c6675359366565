// Package postgres counts.
package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Count returns how many rows tea has at the server of url.
func Count(ctx context.Context, url string) (n int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, "SELECT count(*) FROM tea").Scan(&n)
	return n, err
}
