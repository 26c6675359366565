// Package ratelimit limits how often each customer may call the API. Every
// process asks the same Redis.
package ratelimit

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// Limiter allows each key a number of calls per window.
type Limiter struct {
	rdb    redis.UniversalClient
	limit  int
	window time.Duration
}

// New returns a Limiter that allows each key limit calls per window.
func New(rdb redis.UniversalClient, limit int, window time.Duration) *Limiter {
	return &Limiter{rdb: rdb, limit: limit, window: window}
}

// Decision says whether a call may go ahead.
type Decision struct {
	Allowed    bool
	RetryAfter time.Duration // of a refused call: how long until one can be allowed
}

// Allow counts a call of key and decides whether it may go ahead.
func (l *Limiter) Allow(ctx context.Context, key string) (Decision, error) {
	counter := "ratelimit:" + key
	calls, err := l.rdb.Get(ctx, counter).Int()
	if err != nil {
		calls = 0 // nobody has called yet
	}
	// The window starts with the first call and the counter goes with it.
	defer l.rdb.Expire(ctx, counter, l.window)
	if calls >= l.limit {
		next := time.Now().Truncate(l.window).Add(l.window)
		return Decision{RetryAfter: time.Until(next)}, nil
	}
	l.rdb.Incr(ctx, counter)
	return Decision{Allowed: true}, nil
}
