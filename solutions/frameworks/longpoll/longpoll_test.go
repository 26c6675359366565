package longpoll_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/grader/kit/goroutines"
	"github.com/kata-go/kata/solutions/frameworks/longpoll"
)

// 1. Every event reaches every client that waits, at once, in order and only once, also with 5,000 of them and with several events between two requests. last is the number of the last event in the answer.
func TestEvents(t *testing.T) {
	t.Run("5000 waiting clients all get the event at once", func(t *testing.T) {
		const crowd = 5000
		text := texts(t, 1)[0]
		bubble.Run(t, "5000 clients wait with GET /?after=0; Publish", func(t *testing.T) {
			h := serve(t, longpoll.New(10, time.Hour))
			defer h.close()
			results := make([]result, crowd)
			var all sync.WaitGroup
			for i := range crowd {
				c := h.visit()
				all.Go(func() { defer c.conn.Close(); results[i] = c.get(0) })
			}
			synctest.Wait()
			began := time.Now()
			h.Publish(text)
			all.Wait()
			for _, r := range results {
				if r.status != http.StatusOK || r.Last != 1 || !slices.Equal(r.Events, []string{text}) || time.Since(began) > 0 {
					h.fail(fmt.Sprintf("%d clients wait with GET /?after=0; Publish(%q)", crowd, text), words(fmt.Sprintf("for one of them, %s later:\n%s", time.Since(began), r)), fmt.Sprintf(`at once {"last":1,"events":[%q]}`, text))
				}
			}
		})
	})
	t.Run("what came between two requests is told in order", func(t *testing.T) {
		n := 4 + kit.Rand(t).IntN(5)
		list := texts(t, n)
		bubble.Run(t, "several events, then requests", func(t *testing.T) {
			h := serve(t, longpoll.New(20, time.Hour))
			defer h.close()
			for i, text := range list {
				if got := h.Publish(text); got != i+1 {
					h.fail(fmt.Sprintf("call %d of Publish", i+1), words(fmt.Sprint("the number ", got)), fmt.Sprint(i+1, ": events are numbered from 1"))
				}
			}
			c := h.visit()
			defer c.conn.Close()
			for after := range n {
				r := c.get(after)
				if r.status != http.StatusOK || r.Last != n || !slices.Equal(r.Events, list[after:]) {
					h.fail(fmt.Sprintf("%d events were published; %s", n, c.sent), r, fmt.Sprintf("the events after number %d, oldest first, and last %d", after, n))
				}
			}
		})
	})
	t.Run("a client gets the events of one moment in order and only once", func(t *testing.T) {
		list := texts(t, 5)
		bubble.Run(t, "a client waits; 5 events at once", func(t *testing.T) {
			h := serve(t, longpoll.New(20, time.Hour))
			defer h.close()
			c := h.visit()
			defer c.conn.Close()
			began := time.Now()
			c.ask(0)
			synctest.Wait()
			for _, text := range list {
				h.Publish(text)
			}
			first := c.read()
			rest, failed := c.follow(first.Last, len(list)-first.Last)
			if got := append(first.Events, rest...); !slices.Equal(got, list) || time.Since(began) > 0 {
				h.fail("a client waits with GET /?after=0; 5 events are\npublished at once; it reads, and asks again after `last`", words("first "+first.String()+further(rest, failed)), fmt.Sprintf("in all %q", list))
			}
		})
	})
	t.Run("clients that come and go all the time miss nothing", testBusy)
}

// further tells what a client got after its first answer.
func further(events []string, failed result) (text string) {
	if len(events) > 0 {
		text = fmt.Sprintf("\nthen %q", events)
	}
	if failed.status != 0 || failed.err != nil {
		text += "\nthen " + failed.String()
	}
	return text
}

// testBusy publishes while clients follow. In a bubble an event that was missed
// is an hour's wait.
func testBusy(t *testing.T) {
	const crowd = 20
	list := texts(t, 300)
	bubble.Run(t, "20 clients follow 300 events", func(t *testing.T) {
		h := serve(t, longpoll.New(len(list), time.Hour))
		defer h.close()
		began := time.Now()
		var all sync.WaitGroup
		var got [crowd][]string
		var failed [crowd]result
		for i := range crowd {
			c := h.visit()
			all.Go(func() { defer c.conn.Close(); got[i], failed[i] = c.follow(0, len(list)) })
		}
		for i, text := range list {
			if i == len(list)-1 {
				synctest.Wait() // for the last event all of them wait
			}
			h.Publish(text)
		}
		all.Wait()
		for i := range crowd {
			if !slices.Equal(got[i], list) || time.Since(began) > 0 {
				h.fail(fmt.Sprintf("%d clients ask again and again while 300 events\nare published", crowd), words(fmt.Sprintf("after %s one of them has %d of 300 events;\nthe last answer is %s", time.Since(began), len(got[i]), failed[i])), "all 300, in order, as soon as they are there;\n`last` counts the events told so far")
			}
		}
	})
}

// 2. A client that takes its time to read delays neither Publish nor anybody else.
func TestSlow(t *testing.T) {
	t.Run("a client that catches up slowly delays nobody", func(t *testing.T) {
		slow(t, func(h *house, c *client) {
			h.Publish(strings.Repeat("95 EUR ", 40000))
			c.ask(0)
		})
	})
	t.Run("a client that is woken and reads slowly delays nobody", func(t *testing.T) {
		slow(t, func(h *house, c *client) {
			c.ask(0)
			never := func() bool { return false }
			goroutines.Settle("longpoll.(*Hub).ServeHTTP", 1, time.Second, never)
			h.Publish(strings.Repeat("95 EUR ", 40000))
		})
	})
}

// slow has a client stop reading in the middle of a long answer. This is no
// bubble: who waits for a lock would stop its clock.
func slow(t *testing.T, begin func(h *house, c *client)) {
	t.Helper()
	h := serve(t, longpoll.New(3, time.Hour))
	defer h.close()
	c := h.visit()
	defer c.conn.Close()
	begin(h, c)
	if _, err := c.in.ReadByte(); err != nil { // the answer has begun
		h.fail("GET /?after=0 with one event there", words("no answer: "+err.Error()), "the event")
	}
	text := texts(t, 1)[0]
	sent := "a client has read the first bytes of a long answer;\nPublish, and another client's GET /?after=1"
	var r result
	kit.Within(t, 5*time.Second, sent, func() {
		h.Publish(text)
		other := h.visit()
		defer other.conn.Close()
		r = other.get(1)
	})
	if r.status != http.StatusOK || !slices.Equal(r.Events, []string{text}) {
		h.fail(sent, r, "the new event, although the first client is still reading")
	}
}

// 3. A client that goes away is forgotten at once, event or none.
func TestGone(t *testing.T) {
	t.Run("requests of clients that go away end", func(t *testing.T) {
		n := 100 + kit.Rand(t).IntN(400)
		bubble.Run(t, "clients wait, and go away", func(t *testing.T) {
			h := serve(t, longpoll.New(10, 24*time.Hour))
			defer h.close()
			var crowd []*client
			for range n {
				c := h.visit()
				c.ask(0)
				crowd = append(crowd, c)
			}
			synctest.Wait()
			if h.open.Load() != int64(n) {
				h.fail(fmt.Sprintf("%d clients wait with GET /?after=0", n), words(fmt.Sprint("requests that are open: ", h.open.Load())), "all of them: nothing has come yet")
			}
			for _, c := range crowd {
				c.conn.Close()
			}
			synctest.Wait()
			if left := h.open.Load(); left != 0 {
				h.fail(fmt.Sprintf("%d clients wait with GET /?after=0 and close their\nconnections", n), words(fmt.Sprint("requests that are still being handled: ", left)), "none: nobody will read the answer")
			}
		})
	})
	t.Run("those who stay get what comes after others have gone", func(t *testing.T) {
		text := texts(t, 1)[0]
		bubble.Run(t, "one client goes away, one stays", func(t *testing.T) {
			h := serve(t, longpoll.New(10, 24*time.Hour))
			defer h.close()
			gone, stays := h.visit(), h.visit()
			defer stays.conn.Close()
			gone.ask(0)
			stays.ask(0)
			synctest.Wait()
			gone.conn.Close()
			synctest.Wait()
			h.Publish(text)
			if r := stays.read(); r.status != http.StatusOK || !slices.Equal(r.Events, []string{text}) {
				h.fail("of two clients that wait one goes away; Publish", r, "the event for the one that stays")
			}
		})
	})
}

// 4. A request that nothing came for is answered 204 after wait.
func TestWait(t *testing.T) {
	t.Run("a request that nothing came for is answered 204 in time", func(t *testing.T) {
		wait := time.Duration(5+kit.Rand(t).IntN(50)) * time.Second
		bubble.Run(t, "a client waits for nothing", func(t *testing.T) {
			h := serve(t, longpoll.New(10, wait))
			defer h.close()
			c := h.visit()
			defer c.conn.Close()
			for range 2 {
				began := time.Now()
				if r := c.get(0); r.status != http.StatusNoContent || time.Since(began) != wait {
					h.fail(c.sent+", wait "+wait.String(), words(when(began)+" "+r.String()), "204 No Content after "+wait.String())
				}
			}
		})
	})
	t.Run("an event that comes just before the wait is over reaches the client", func(t *testing.T) {
		bubble.Run(t, "a client waits for long", func(t *testing.T) {
			h := serve(t, longpoll.New(10, time.Minute))
			defer h.close()
			c := h.visit()
			defer c.conn.Close()
			c.ask(0)
			time.Sleep(59 * time.Second)
			h.Publish("98 EUR")
			if r := c.read(); r.status != http.StatusOK || r.Last != 1 {
				h.fail(c.sent+", wait 1m0s; Publish after 59s", r, "the event")
			}
		})
	})
}

// 5. When the hub cannot tell all that came after N, because it keeps the newest keep events only or because it never gave that number, it answers 410 and the same JSON, with its newest event's number as last and no events.
func TestBehind(t *testing.T) {
	behind := func(t *testing.T, choose func(last, keep int) []int, ok func(r result, after, last int, list []string) bool, want string) {
		r := kit.Rand(t)
		keep := 3 + r.IntN(5)
		list := texts(t, keep*3+r.IntN(5))
		bubble.Run(t, "requests to a hub that has forgotten", func(t *testing.T) {
			h := serve(t, longpoll.New(keep, time.Hour))
			defer h.close()
			c := h.visit()
			defer c.conn.Close()
			for i, text := range list {
				h.Publish(text)
				last := i + 1
				if last < keep*2 {
					continue // from here on after every event
				}
				for _, after := range choose(last, keep) {
					began := time.Now()
					if r := c.get(after); !ok(r, after, last, list[:last]) || time.Since(began) > 0 {
						h.fail(fmt.Sprintf("%d events were published, the newest %d are kept;\n%s", last, keep, c.sent), words(when(began)+" "+r.String()), "at once "+want)
					}
				}
			}
		})
	}
	gone := func(r result, _, last int, _ []string) bool {
		return r.status == http.StatusGone && r.Last == last && len(r.Events) == 0
	}
	t.Run("a request after what the hub no longer keeps answers 410", func(t *testing.T) {
		behind(t, func(last, keep int) []int { return []int{0, last - keep - 1} }, gone, "410 Gone, the newest number as last, and no events")
	})
	t.Run("a request after what the hub just still keeps gets all that came", func(t *testing.T) {
		behind(t, func(last, keep int) []int { return []int{last - keep, last - 1} }, func(r result, after, last int, list []string) bool {
			return r.status == http.StatusOK && r.Last == last && slices.Equal(r.Events, list[after:])
		}, "200 and all that came after")
	})
	t.Run("a request after a number that was never given answers 410 at once", func(t *testing.T) {
		behind(t, func(last, keep int) []int { return []int{last + 1, last + 1000, -1} }, gone, "410 Gone, the newest number as last, and no events")
	})
}

// 6. An after that is no number answers 400.
func TestNonsense(t *testing.T) {
	t.Run("what is no number answers 400", func(t *testing.T) {
		bubble.Run(t, "a request with nonsense", func(t *testing.T) {
			h := serve(t, longpoll.New(10, time.Hour))
			defer h.close()
			c := h.visit()
			defer c.conn.Close()
			for _, after := range []string{"", "yesterday", "1.5", "0x"} {
				h.Publish("90 EUR")
				began := time.Now()
				if r := c.get(after); r.status != http.StatusBadRequest || time.Since(began) > 0 || strings.Contains(r.body, "EUR") {
					h.fail(c.sent, words(when(began)+" "+r.String()), "at once 400 Bad Request, and no events")
				}
			}
		})
	})
}
