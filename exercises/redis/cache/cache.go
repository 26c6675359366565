// Package cache keeps the answers of a slow database in Redis.
package cache

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrNotFound says that the database has no such key.
var ErrNotFound = errors.New("not found")

// Load asks the database.
type Load func(ctx context.Context, key string) (string, error)

// Cache answers from Redis what it can.
type Cache struct {
	rdb  redis.UniversalClient
	ttl  time.Duration
	load Load
}

// New returns a Cache that keeps each answer of load for ttl.
func New(rdb redis.UniversalClient, ttl time.Duration, load Load) *Cache {
	return &Cache{rdb: rdb, ttl: ttl, load: load}
}

// Get returns the value of key.
func (c *Cache) Get(ctx context.Context, key string) (string, error) {
	value, err := c.rdb.Get(ctx, "cache:"+key).Result()
	if err == nil && value != "" {
		c.rdb.Expire(ctx, "cache:"+key, c.ttl) // popular entries stay
		return value, nil
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", err
	}
	value, err = c.load(ctx, key)
	if err != nil {
		return "", err
	}
	return value, c.rdb.Set(ctx, "cache:"+key, value, c.ttl).Err()
}

// Invalidate forgets key after it was written to the database.
func (c *Cache) Invalidate(ctx context.Context, key string) error {
	c.rdb.Del(ctx, key)
	return nil
}
