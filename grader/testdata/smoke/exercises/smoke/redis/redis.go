// Package redis keeps values.
package redis

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Put keeps value under key at the server of url.
func Put(ctx context.Context, url, key, value string) error {
	_, err := redis.ParseURL(url)
	return err
}
