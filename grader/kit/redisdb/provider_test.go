package redisdb_test

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit/redisdb"
)

// shared makes the environment name a Redis as users have one: the address of
// an embedded instance, by its plain URL.
func shared(t *testing.T) {
	t.Helper()
	t.Setenv(redisdb.Env, redisdb.Start(t).URL())
}

func TestAGivenRedisIsSharedByDatabases(t *testing.T) {
	shared(t)
	var all sync.WaitGroup
	for range 10 {
		s := redisdb.Start(t)
		c := dial(t, s)
		all.Go(func() {
			if answer, err := c.try("INCR k", "FLUSHDB", "INCR k"); err != nil || answer != ":1 +OK :1" {
				t.Errorf("got %q, %v", answer, err)
			}
		})
	}
	all.Wait()
}

func TestAGivenDatabaseIsFreedEmpty(t *testing.T) {
	shared(t)
	for range 20 { // more than there are databases
		t.Run("one", func(t *testing.T) {
			s := redisdb.Start(t)
			want(t, "left behind", len(s.Keys()), 0)
			dial(t, s).ask(t, "SET k 1")
		})
	}
}

func TestAGivenRedisIsKeptFromHarm(t *testing.T) {
	shared(t)
	c := dial(t, redisdb.Start(t))
	for _, command := range []string{"FLUSHALL", "SELECT 3", "SHUTDOWN", "CONFIG GET maxmemory", "SWAPDB 0 1"} {
		if answer := c.ask(t, command); !strings.HasPrefix(answer, "-ERR this command reaches") {
			t.Errorf("%s answered %q", command, answer)
		}
	}
	want(t, "SELECT 0", c.ask(t, "SELECT 0"), "+OK")
}

// skipper records what Start does without a Redis.
type skipper struct {
	testing.TB
	skipped string
}

func (s *skipper) Skipf(format string, args ...any) { s.skipped = format; panic(s) }

func TestNoRedisThereIsASkip(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"redis://", "kata+redis://"} {
		t.Setenv(redisdb.Env, scheme+l.Addr().String())
		_ = l.Close()
		s := &skipper{TB: t}
		func() {
			defer func() { _ = recover() }()
			redisdb.Start(s)
		}()
		if s.skipped == "" {
			t.Errorf("%s: not skipped", scheme)
		}
	}
}
