// Package cache keeps the answers of a slow database in Redis.
package cache

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrNotFound says that the database has no such key.
var ErrNotFound = errors.New("not found")

// Load asks the database.
type Load func(ctx context.Context, key string) (string, error)

// Cache answers from Redis what it can. Whoever asks for a key that somebody is
// asking for already waits for that answer.
type Cache struct {
	rdb  redis.UniversalClient
	ttl  time.Duration
	load Load

	mu      sync.Mutex
	flights map[string]*flight
}

// flight is a question under way; done is closed when it is answered.
type flight struct {
	done  chan struct{}
	value string
	err   error
}

// New returns a Cache that keeps each answer of load for ttl.
func New(rdb redis.UniversalClient, ttl time.Duration, load Load) *Cache {
	return &Cache{rdb: rdb, ttl: ttl, load: load, flights: map[string]*flight{}}
}

// Get returns the value of key.
func (c *Cache) Get(ctx context.Context, key string) (string, error) {
	c.mu.Lock()
	f, asked := c.flights[key]
	if !asked {
		f = &flight{done: make(chan struct{})}
		c.flights[key] = f
		go c.fly(context.WithoutCancel(ctx), key, f)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// fly answers f for everyone who waits.
func (c *Cache) fly(ctx context.Context, key string, f *flight) {
	f.value, f.err = c.find(ctx, key)
	c.mu.Lock()
	delete(c.flights, key)
	c.mu.Unlock()
	close(f.done)
}

// In Redis a value has a mark before it, so that no value looks like missing.
const (
	missing = "-"
	present = "+"
)

// find asks Redis and then the database. Redis may fail: it is only quicker.
func (c *Cache) find(ctx context.Context, key string) (string, error) {
	kept, err := c.rdb.Get(ctx, "cache:"+key).Result()
	if err == nil && kept == missing {
		return "", ErrNotFound
	}
	if err == nil {
		return kept[len(present):], nil
	}
	value, err := c.load(ctx, key)
	switch {
	case err == nil:
		_ = c.rdb.Set(ctx, "cache:"+key, present+value, c.ttl).Err()
	case errors.Is(err, ErrNotFound):
		_ = c.rdb.Set(ctx, "cache:"+key, missing, c.ttl).Err()
	}
	return value, err
}

// Invalidate forgets key after it was written to the database.
func (c *Cache) Invalidate(ctx context.Context, key string) error {
	return c.rdb.Del(ctx, "cache:"+key).Err()
}
