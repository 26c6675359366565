// Package redisdb gives hidden tests a Redis of their own: empty at the start,
// seen through a proxy that records every command, counts round trips and
// brings about what goes wrong in production (a dead process, a silent server)
// between any two commands.
//
// It owns the test's side of a Redis, whichever kind it is:
//
//   - an instance of kata's embedded Redis (grader/services/redis), whose clock
//     stands still, far from this process's clock, until Advance moves it;
//   - a database of a real Redis that the environment names. Each test takes one
//     of its numbered databases (1 to 15, under a lock kept in the Redis itself),
//     empties it before and after, and Advance waits for real. Channels, scripts
//     and the server's settings are shared; commands that would reach other
//     databases are answered with an error.
//
// The address comes from KATA_REDIS, which the grader sets: "kata+redis://" and
// the embedded program's control port, or a redis:// or rediss:// URL. Without
// it, as in a plain `go test`, the embedded program is started by `go run`, once
// in a process, and ends with it.
//
// It knows no client library and no exercise.
package redisdb

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/internal/absence"
)

// Server is one test's Redis. Its methods may be called from any goroutine
// while the test runs.
type Server struct {
	t     testing.TB
	db    database
	front *front
}

// Start returns an empty Redis that ends with the test. When the Redis that the
// environment names cannot be had, the behaviour is skipped with the reason.
func Start(t testing.TB) *Server {
	t.Helper()
	absence.Recall(t, Env)
	p, err := find()
	if err != nil {
		absence.Malformed(t, Env, err)
	}
	db, err := p.open(kit.Rand(t))
	if err != nil {
		absence.Skip(t, Env, err.Error())
	}
	t.Cleanup(func() { db.close() })
	f, err := newFront(db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return &Server{t: t, db: db, front: f}
}

// Addr returns the host:port for clients. They find database 0 there and need
// no password.
func (s *Server) Addr() string { return s.front.addr() }

// URL returns Addr as a redis:// URL.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Window draws a time span, in whole milliseconds, that a test can wait for:
// minutes where the clock is moved, about half a second where it passes for
// real.
func (s *Server) Window(r *rand.Rand) time.Duration {
	if s.db.real {
		return time.Duration(500+r.IntN(100)) * time.Millisecond
	}
	return s.Minutes(r)
}

// Minutes draws a span between half a minute and ten minutes, in whole
// milliseconds, for a test that does not wait for its end.
func (s *Server) Minutes(r *rand.Rand) time.Duration {
	return time.Duration(30_000+r.IntN(570_000)) * time.Millisecond
}

// Advance lets d pass on Redis's clock: at once where it can be moved, else by
// waiting.
func (s *Server) Advance(d time.Duration) {
	if err := s.db.advance(d); err != nil {
		s.t.Errorf("advance the clock of Redis: %v", err)
	}
}

// Now returns the time on Redis's clock.
func (s *Server) Now() time.Time {
	var seconds, microseconds int64
	if answer, ok := s.Do("TIME").([]any); ok && len(answer) == 2 {
		_, _ = fmt.Sscan(fmt.Sprintf("%s %s", answer...), &seconds, &microseconds)
	}
	return time.Unix(seconds, microseconds*1000)
}

// Do runs one command in the test's own name: past the proxy, unrecorded and
// untouched by faults. The answer is a string, an int64, nil or a []any.
func (s *Server) Do(words ...string) any {
	answer, err := s.db.own.do(words...)
	if err != nil {
		s.t.Errorf("ask Redis: %s: %v", show(words), err)
	}
	return answer
}

// Key is an entry of the database.
type Key struct {
	Name string
	TTL  time.Duration // what is left until it expires, in milliseconds
	Stay bool          // neither it nor, of a hash, each of its fields has an expiry
}

// Keys returns all entries of the database, by name.
func (s *Server) Keys() []Key {
	names, _ := s.Do("KEYS", "*").([]any)
	var keys []Key
	for _, n := range names {
		name := n.(string)
		ttl, _ := s.Do("PTTL", name).(int64)
		if ttl != -2 { // expired since
			stay := ttl == -1 && !s.fieldsExpire(name)
			keys = append(keys, Key{name, time.Duration(max(ttl, 0)) * time.Millisecond, stay})
		}
	}
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Compare(a.Name, b.Name) })
	return keys
}

// fieldsExpire reports whether key is a hash whose fields all have an expiry of
// their own (Redis 7.4).
func (s *Server) fieldsExpire(key string) bool {
	fields, _ := s.db.own.do("HKEYS", key) // an error for other types
	names, _ := fields.([]any)
	words := []string{"HPTTL", key, "FIELDS", strconv.Itoa(len(names))}
	for _, n := range names {
		words = append(words, n.(string))
	}
	answer, err := s.db.own.do(words...) // an error for older servers
	left, _ := answer.([]any)
	return err == nil && len(left) > 0 && !slices.Contains(left, any(int64(-1)))
}
