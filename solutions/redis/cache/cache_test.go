package cache_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/redisdb"
	"github.com/kata-go/kata/solutions/redis/cache"
)

// shop is a Redis and a database that counts its questions.
type shop struct {
	*redisdb.Server
	t   testing.TB
	ttl time.Duration
	key string

	mu    sync.Mutex
	value string
	err   error
	loads int
	hold  func() // called during each question
}

func open(t testing.TB) *shop {
	t.Helper()
	s := &shop{Server: redisdb.Start(t), t: t}
	r := kit.Rand(t)
	s.ttl, s.key, s.value = s.Window(r), "product:"+kit.Word(r, 6), kit.Word(r, 8)
	return s
}

func (s *shop) load(context.Context, string) (string, error) {
	s.mu.Lock()
	s.loads++
	value, err, hold := s.value, s.err, s.hold
	s.mu.Unlock()
	if hold != nil {
		hold()
	}
	return value, err
}

func (s *shop) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loads
}

func (s *shop) process() *cache.Cache {
	redis.SetLogger(silence{})
	c := redis.NewClient(&redis.Options{Addr: s.Addr(), Protocol: 2, DisableIdentity: true, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, PoolSize: 64, PipelinePoolSize: -1})
	s.t.Cleanup(func() { _ = c.Close() })
	return cache.New(c, s.ttl, s.load)
}

type silence struct{}

// Printf implements go-redis's Logging.
func (silence) Printf(context.Context, string, ...any) {}

// get calls Get and fails the behaviour unless it answers as given and the
// database has been asked that often since the start.
func (s *shop) get(c *cache.Cache, when, value string, want error, loads int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	got, err := c.Get(ctx, s.key)
	right := errors.Is(err, want) && (err != nil || got == value)
	if n := s.asked(); !right || n != loads {
		kit.Fail(s.t, kit.Failure{
			Sent: fmt.Sprintf("Get(ctx, %q)\n%s", s.key, when),
			Got:  ordered(right, told(got, err), "the database was "+asked(n)+" so far"),
			Want: ordered(right, told(value, want), "the database "+asked(loads)+" so far"),
			Note: s.Saw(), At: kit.At((*cache.Cache).Get),
		})
	}
}

// told says what a Get returned; beside an error the value counts for nothing.
func told(value string, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return fmt.Sprintf("%q, no error", value)
}

// ordered begins with what is not as it should be, since lists of results show
// the first line alone.
func ordered(right bool, answer, count string) string {
	if right {
		return count + "\n" + answer
	}
	return answer + "\n" + count
}

// asked says how often the database was.
func asked(n int) string {
	switch n {
	case 0:
		return "not asked"
	case 1:
		return "asked once"
	case 2:
		return "asked twice"
	}
	return fmt.Sprintf("asked %d times", n)
}

// 1. However many ask one process at once for a key that Redis does not have, the database is asked once, and all of them get its answer.
func TestOnce(t *testing.T) {
	t.Run("five hundred who ask at once cost one question", func(t *testing.T) {
		s := open(t)
		c, n := s.process(), 500
		second := make(chan struct{})
		var twice sync.Once
		var came atomic.Int64
		s.hold = func() {
			if s.asked() > 1 {
				twice.Do(func() { close(second) })
			}
			for trips := -1; trips != s.RoundTrips() || came.Load() < int64(n); { // until all have come, and nobody asks any more
				trips = s.RoundTrips()
				select {
				case <-second:
					return
				case <-time.After(200 * time.Millisecond):
				}
			}
		}
		var all sync.WaitGroup
		answers := make(chan string, n)
		for range n {
			all.Go(func() {
				came.Add(1)
				v, err := c.Get(context.Background(), s.key)
				answers <- told(v, err)
			})
		}
		kit.Within(t, 30*time.Second, "500 × Get", all.Wait)
		close(answers)
		want := told(s.value, nil)
		for got := range answers {
			if loads := s.asked(); got != want || loads != 1 {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("%d × Get(ctx, %q) at once", n, s.key),
					Got:  ordered(got == want, got, "the database was "+asked(loads)),
					Want: ordered(got == want, want, "the database asked once"),
					At:   kit.At((*cache.Cache).Get),
				})
			}
		}
		ended, end := context.WithCancel(context.Background())
		end()
		if v, err := c.Get(ended, s.key); err == nil && v != s.value {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("Get(ctx, %q), whose context has ended", s.key), Got: told(v, err),
				Want: fmt.Sprintf("%q, or an error", s.value), At: kit.At((*cache.Cache).Get),
			})
		}
	})
}

// 2. That a key is not in the database is remembered as long as a value is, and is never confused with a value, whatever that value is.
func TestMissing(t *testing.T) {
	t.Run("a key that is not there is asked for once", func(t *testing.T) {
		s := open(t)
		s.ttl, s.value, s.err = time.Hour, "", cache.ErrNotFound
		s.get(s.process(), "of a key that is not there", "", cache.ErrNotFound, 1)
		s.get(s.process(), "again, from another process", "", cache.ErrNotFound, 1)
	})
	t.Run("odd values are values", func(t *testing.T) {
		for _, v := range []string{"", "-", "+", "null", "nil", "\x00", "not found", "NOT_FOUND", "(missing)", "{}"} {
			s := open(t)
			s.ttl, s.value = time.Hour, v
			s.get(s.process(), fmt.Sprintf("while its value in the database is %q", v), v, nil, 1)
			s.get(s.process(), "again, from another process", v, nil, 1)
		}
	})
}

// 3. After Invalidate the next Get asks the database again, in every process.
func TestInvalidate(t *testing.T) {
	t.Run("every process sees what was written", func(t *testing.T) {
		s := open(t)
		s.ttl = time.Hour
		a, b := s.process(), s.process()
		s.get(a, "for the first time", s.value, nil, 1)
		s.get(b, "from another process", s.value, nil, 1)
		s.value += "2"
		if err := a.Invalidate(context.Background(), s.key); err != nil {
			kit.Fail(t, kit.Failure{Sent: "Invalidate", Got: "error: " + err.Error(), Want: "no error", At: kit.At((*cache.Cache).Invalidate)})
		}
		s.get(b, "after another process wrote and called Invalidate", s.value, nil, 2)
		s.get(a, "after that", s.value, nil, 2)
	})
}

// 4. Whatever is kept in Redis ends after the ttl, also when it is read often.
func TestExpiry(t *testing.T) {
	for name, err := range map[string]error{"a value ends after the ttl": nil, "a missing key is asked for again after the ttl": cache.ErrNotFound} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if s.err = err; err != nil {
				s.value = ""
			}
			c := s.process()
			s.get(c, "for the first time", s.value, err, 1)
			s.Advance(s.ttl * 6 / 10)
			_, _ = c.Get(context.Background(), s.key)
			if s.asked() > 1 {
				return // on a real clock the ttl was over: other behaviours say what is kept
			}
			s.Advance(s.ttl*5/10 + time.Millisecond)
			s.get(c, fmt.Sprintf("1.1 ttl after the first, one more between; ttl %s", s.ttl), s.value, err, 2)
		})
	}
}

// 5. When Redis is down, Get answers from the database, and Invalidate returns an error.
func TestDown(t *testing.T) {
	t.Run("pages are shown without Redis", func(t *testing.T) {
		s := open(t)
		c := s.process()
		s.Down()
		s.get(c, "while Redis is down", s.value, nil, 1)
	})
	t.Run("what cannot be invalidated is an error", func(t *testing.T) {
		s := open(t)
		c := s.process()
		s.Down()
		if err := c.Invalidate(context.Background(), s.key); err == nil {
			kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("Invalidate(ctx, %q) while Redis is down", s.key), Got: "no error", Want: "an error: the old value may still be there", At: kit.At((*cache.Cache).Invalidate)})
		}
	})
}

// 6. An error of the database reaches the caller and is not kept.
func TestError(t *testing.T) {
	t.Run("the next one asks again after an error", func(t *testing.T) {
		s := open(t)
		s.ttl = time.Hour
		broken := errors.New("the database is restarting")
		c, value := s.process(), s.value
		s.err = broken
		s.get(c, "while the database is restarting", "", broken, 1)
		s.err = nil
		s.get(c, "when the database is back", value, nil, 2)
	})
}
