package limits_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// 1. A client may send Burst requests at once; the next answers 429 and does not reach the API.
func TestBurst(t *testing.T) {
	t.Run("a burst passes and the next request answers 429", func(t *testing.T) {
		g := open(t)
		g.passes(g.Burst, "the burst is not over", g.address(1))
		g.refused("the burst is over", g.address(1))
	})
	t.Run("what is refused does not reach the API", func(t *testing.T) {
		g := open(t)
		for range g.Burst {
			g.send(g.address(1))
		}
		before := g.reached.Load()
		if a := g.send(g.address(1)); g.reached.Load() != before {
			fail(t, a, "429 Too Many Requests, and an API that hears nothing of it")
		}
	})
	t.Run("a burst may be one request", func(t *testing.T) {
		g := with(t, 1, time.Minute)
		g.passes(1, "the first", g.address(1))
		g.refused("one at once", g.address(1))
	})
}

// 2. With every Every that passes there is one more request, up to Burst of them. A part of an interval counts, and what was refused costs nothing.
func TestRefill(t *testing.T) {
	const moment = 10 * time.Millisecond
	t.Run("one more request passes after each interval", func(t *testing.T) {
		g := with(t, 6+kit.Rand(t).IntN(4), 1700*time.Millisecond)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		g.wait(g.Every - moment)
		g.refused("the interval is not over", c)
		g.wait(2 * moment)
		for range 3 {
			g.passes(1, "an interval has passed", c)
			g.refused("one for each interval", c)
			g.wait(g.Every)
		}
	})
	t.Run("several intervals give several requests", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		n := 2 + g.rand.IntN(g.Burst-2)
		g.wait(time.Duration(n)*g.Every + moment)
		g.passes(n, fmt.Sprintf("%d intervals have passed", n), c)
		g.refused("one for each interval", c)
	})
	t.Run("a long silence gives one burst and no more", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(2, "the burst is not over", c)
		g.wait(time.Duration(50+g.rand.IntN(500)) * g.Every)
		g.passes(g.Burst, "the allowance is whole again", c)
		g.refused("never more than a burst", c)
	})
	t.Run("a part of an interval is not lost", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		g.wait(g.Every*7/5 + moment) // 1.4 intervals
		g.passes(1, "an interval has passed", c)
		g.wait(g.Every * 3 / 5) // 2.0 in all
		g.passes(1, "two intervals have passed since the burst", c)
		g.refused("one for each interval", c)
	})
	t.Run("requests in short intervals lose no part of one", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		for range g.Burst {
			g.passes(1, "the burst is not over", c)
			g.wait(g.Every / 10)
		}
		g.wait(g.Every - time.Duration(g.Burst)*(g.Every/10) + moment)
		g.passes(1, "an interval has passed since the first request", c)
	})
	t.Run("a client that goes on while it is refused is let in again", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		for range 9 {
			g.refused("no interval has passed", c)
			g.wait(g.Every / 10)
		}
		g.wait(g.Every/10 + moment)
		g.passes(1, "an interval has passed; what was refused costs nothing", c)
	})
}

// 3. Each address has its own allowance, whatever port it comes from.
func TestClients(t *testing.T) {
	t.Run("one client's requests are not counted against another's", func(t *testing.T) {
		g := open(t)
		g.passes(g.Burst, "the burst is not over", g.address(1))
		for _, other := range []string{g.address(2), g.address(11), "2001:db8::1", "2001:db8::2"} {
			g.passes(g.Burst, "nobody has called from there", other)
			g.refused("the burst is over", other)
		}
	})
	t.Run("one client's requests take no interval from another", func(t *testing.T) {
		g := open(t)
		quiet, busy := g.address(1), g.address(2)
		g.passes(g.Burst, "the burst is not over", quiet)
		for range 2 * g.Burst {
			g.wait(g.Every/2 + time.Millisecond)
			g.send(busy)
		}
		g.passes(g.Burst, fmt.Sprintf("%d intervals have passed, with requests of\n%s between", g.Burst, busy), quiet)
	})
	t.Run("another port is the same client", func(t *testing.T) {
		g := open(t)
		for _, c := range []string{g.address(3), "2001:db8::3"} {
			g.passes(g.Burst, "the burst is not over", c)
			g.refused("every port of an address counts", c)
		}
	})
}

// 4. Behind trusted proxies the client is the last address that is not one of them. From anybody else X-Forwarded-For means nothing.
func TestForwarded(t *testing.T) {
	t.Run("clients behind a proxy have an allowance each", func(t *testing.T) {
		g := open(t)
		for _, c := range []string{g.address(1), g.address(2), "2001:db8::1"} {
			g.passes(g.Burst, "the proxy was asked by a client with its burst", "10.1.2.3", c)
			g.refused("the burst is over", "10.1.2.3", c)
		}
	})
	t.Run("a client is the same behind any proxy and without one", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst-1, "the burst is not over", "10.1.2.3", c)
		g.passes(1, "the burst is not over", c)
		g.refused("the burst is over, whichever proxy was asked", "fd00::7", c)
	})
	t.Run("behind several proxies the client is the last that is none", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", "10.1.2.3", c+", 10.9.9.9,fd00::1")
		g.refused("the burst of "+c+" is over", "10.1.2.3", c+" , 10.8.8.8")
		g.passes(1, "this is another client", "10.1.2.3", g.address(2)+", 10.9.9.9")
	})
	t.Run("what a client writes in front of its address means nothing", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		for i := range g.Burst {
			g.passes(1, "the burst is not over", "10.1.2.3", g.address(10+i)+", "+c)
		}
		for _, made := range []string{g.address(100), "10.7.7.7", "unknown", "'", ""} {
			g.refused("the proxy has added "+c+", whose burst is over", "10.1.2.3", made+", "+c)
		}
	})
	t.Run("several fields are one list", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", "10.1.2.3", c)
		g.refused("the last field is the proxy's, and it says "+c, "10.1.2.3", g.address(100), c)
	})
	t.Run("X-Forwarded-For of somebody who is no proxy means nothing", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		for _, made := range []string{g.address(100), "10.1.2.3", g.address(100) + ", 10.1.2.3"} {
			g.refused(c+" is no proxy of ours", c, made)
		}
	})
}

// 5. A 429 has Retry-After: the least number of whole seconds after which the next request passes.
func TestRetryAfter(t *testing.T) {
	ask := func(g *gate, c string) {
		g.t.Helper()
		a := g.refused("the burst is over", c)
		seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if err != nil || seconds < 1 {
			fail(g.t, a, "a header with a number of seconds\nRetry-After: …")
		}
		g.story = append(g.story, "GET / was refused with Retry-After: "+strconv.Itoa(seconds))
		g.wait(time.Duration(seconds-1) * time.Second)
		if a := g.send(c); a.Status != http.StatusTooManyRequests {
			fail(g.t, a, fmt.Sprintf("a Retry-After of %d or less: a second before its end\nthe request passes already", seconds-1))
		}
		g.wait(time.Second)
		g.passes(1, "Retry-After is over", c)
	}
	t.Run("after Retry-After a request passes and a second before it does not", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		ask(g, c)
	})
	t.Run("Retry-After counts the part of an interval that has passed", func(t *testing.T) {
		g := with(t, 2, 9500*time.Millisecond)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		g.wait(time.Duration(2+g.rand.IntN(5)) * time.Second)
		ask(g, c)
	})
	t.Run("Retry-After of less than a second is one second", func(t *testing.T) {
		g := with(t, 2, time.Duration(501+kit.Rand(t).IntN(300))*time.Millisecond)
		c := g.address(1)
		g.passes(g.Burst, "the burst is not over", c)
		ask(g, c)
	})
}

// 6. Every answer says in X-RateLimit-Limit how many requests a burst may have, and in X-RateLimit-Remaining how many are left now.
func TestFields(t *testing.T) {
	t.Run("every answer says how many a burst may have", func(t *testing.T) {
		g := open(t)
		for range g.Burst + 2 {
			if a := g.send(g.address(1)); a.Header.Get("X-RateLimit-Limit") != strconv.Itoa(g.Burst) {
				fail(t, a, "X-RateLimit-Limit: "+strconv.Itoa(g.Burst))
			}
		}
	})
	t.Run("every answer says how many are left", func(t *testing.T) {
		g := open(t)
		c := g.address(1)
		for left := g.Burst - 1; left >= 0; left-- {
			g.remains(g.send(c), left)
			g.story = []string{several(g.Burst-left) + "GET / from " + c + " passed"}
		}
		g.remains(g.send(c), 0)
		g.remains(g.send(c), 0)
		g.wait(g.Every * 5 / 2)
		g.remains(g.send(c), 1)
		g.wait(100 * g.Every)
		g.remains(g.send(c), g.Burst-1)
	})
}
