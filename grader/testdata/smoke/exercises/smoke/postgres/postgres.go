// Package postgres counts.
package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Count returns how many rows tea has at the server of url.
func Count(ctx context.Context, url string) (n int, err error) {
	_, err = pgx.ParseConfig(url)
	return 0, err
}
