// Package ratelimit limits how often each customer may call the API. Every
// process asks the same Redis.
package ratelimit

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Limiter allows each key a number of calls per window. A window begins with
// the first call after the one before has ended.
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

// count counts a call and returns how many there are in the window, and how
// many milliseconds of it are left. Redis runs a script as one step, so no
// process sees, or dies in, the middle of it.
var count = redis.NewScript(`
local calls = redis.call('INCR', KEYS[1])
if calls == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return {calls, redis.call('PTTL', KEYS[1])}
`)

// Allow counts a call of key and decides whether it may go ahead. An error
// means that Redis made no decision.
func (l *Limiter) Allow(ctx context.Context, key string) (Decision, error) {
	answer, err := count.Run(ctx, l.rdb, []string{"ratelimit:" + key}, l.window.Milliseconds()).Int64Slice()
	if err != nil {
		return Decision{}, fmt.Errorf("count a call of %q: %w", key, err)
	}
	calls, left := answer[0], time.Duration(answer[1])*time.Millisecond
	if calls > int64(l.limit) {
		return Decision{RetryAfter: left}, nil
	}
	return Decision{Allowed: true}, nil
}
