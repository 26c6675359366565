// Package redis keeps values.
package redis

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Put keeps value under key at the server of url.
func Put(ctx context.Context, url, key, value string) error {
	options, err := redis.ParseURL(url)
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer client.Close()
	return client.Set(ctx, key, value, 0).Err()
}
