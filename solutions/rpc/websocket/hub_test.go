package websocket_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	hub "github.com/kata-go/kata/solutions/rpc/websocket"
)

var background = context.Background

// soon is a context that gives up after an hour and a half: at once on a fake
// clock, and never where kit.Within watches.
func soon() context.Context {
	ctx, cancel := context.WithTimeout(background(), 90*time.Minute)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// 1. What a client sends, and what is given to Publish, reaches every client as a text message, the same messages in the same order for all, also for 200 of them.
func TestMessages(t *testing.T) {
	t.Run("200 clients get the same messages in the same order", func(t *testing.T) {
		bubble.Run(t, "200 clients connect; some of them write at once", func(t *testing.T) {
			const crowd, writers, each = 200, 5, 4
			c := open(t, calm())
			defer c.end()
			word := kit.Word(kit.Rand(t), 5)
			fans := make([]*fan, crowd)
			got := make([][]string, crowd)
			for i := range fans {
				fans[i] = c.join()
			}
			synctest.Wait()
			var all sync.WaitGroup
			for i, f := range fans {
				all.Go(func() { got[i] = f.take(writers * each) })
				if i < writers {
					all.Go(func() {
						for n := range each {
							_ = f.Write(background(), websocket.MessageText, fmt.Appendf(nil, "%s from %d: %d", word, i, n))
						}
					})
				}
			}
			all.Wait()
			if n := c.Len(); n != crowd {
				c.fail("200 clients are connected", fmt.Sprintf("Len() = %d", n), "200")
			}
			want := slices.Sorted(slices.Values(got[0]))
			for i := range got {
				if !slices.Equal(got[i], got[0]) || len(slices.Compact(want)) != writers*each || strings.Contains(strings.Join(got[i], ""), "(") {
					c.fail("200 clients are connected; 5 of them send 4 messages each, at once", fmt.Sprintf("one got %d:  %.300q\nanother got %.300q", len(got[0]), got[0], got[i]), "all 20, the same order for all")
				}
			}
		})
	})
	t.Run("what is published reaches the clients that are there", func(t *testing.T) {
		bubble.Run(t, "a client connects; Publish", func(t *testing.T) {
			c := open(t, calm())
			defer c.end()
			text := kit.Word(kit.Rand(t), 9) + " ⚽"
			feeds := []<-chan string{c.join().feed(), c.join().feed()}
			synctest.Wait()
			c.Publish(text)
			for _, feed := range feeds {
				if got := first(feed); got != text {
					c.fail(fmt.Sprintf("Publish(%q)", text), got, text+", as a text message")
				}
			}
		})
	})
}

// 2. A client that does not read delays neither Publish nor anybody else. When more than Queue messages wait for it, it counts no more and is closed with 1008.
func TestSlow(t *testing.T) {
	t.Run("a client that does not read delays nobody", func(t *testing.T) {
		slow(t, 0, func(c *chat, f *fan, queue int) string {
			if n := c.Len(); n != 2 {
				return fmt.Sprintf("Len() = %d\x002: no more than Queue wait for it", n)
			}
			for i := range queue {
				if got := f.next(soon()); got != fmt.Sprint("goal ", i) {
					return fmt.Sprintf("message %d: %s\x00goal %d", i, got, i)
				}
			}
			return ""
		})
	})
	t.Run("a client for which more than Queue messages wait is closed with 1008", func(t *testing.T) {
		slow(t, 2, func(c *chat, f *fan, queue int) string {
			if n := c.Len(); n != 1 {
				return fmt.Sprintf("Len() = %d\x001: the slow one counts no more", n)
			}
			got := f.take(queue + 3)
			if last := got[len(got)-1]; last != "(closed with 1008)" {
				return "after some messages: " + last + "\x00after some messages: (closed with 1008)"
			}
			return ""
		})
	})
}

// slow has one client stop reading and publishes as many messages as may wait
// for it, and some. This is no bubble: who waits for a lock would stop its
// clock.
// then returns "got\x00want" for a failure.
func slow(t *testing.T, more int, then func(c *chat, f *fan, queue int) string) {
	t.Helper()
	queue := 3 + kit.Rand(t).IntN(5)
	c := open(t, hub.Options{Queue: queue, Ping: time.Hour})
	defer c.end()
	var f, healthy *fan
	kit.Within(t, 10*time.Second, "two clients connect", func() {
		f, healthy = c.join(), c.join()
		for c.Len() < 2 {
			time.Sleep(time.Millisecond) // the handler has accepted before it counts
		}
	})
	defer f.CloseNow()
	defer healthy.CloseNow()
	kit.Within(t, 5*time.Second, fmt.Sprintf("Queue %d; one of two clients does not read;\n%d × Publish, and each time the other one reads", queue, queue+more), func() {
		for i := range queue + more {
			c.Publish(fmt.Sprint("goal ", i))
			if got := healthy.next(soon()); got != fmt.Sprint("goal ", i) {
				c.fail("one client does not read, another does", "the other got "+got, fmt.Sprint("goal ", i))
			}
		}
	})
	var told string
	kit.Within(t, 10*time.Second, fmt.Sprintf("Queue %d; a client that did not read %d messages\nreads again", queue, queue+more), func() { told = then(c, f, queue) })
	if got, want, wrong := strings.Cut(told, "\x00"); wrong {
		c.fail(fmt.Sprintf("Queue %d; a client does not read %d messages, another does;\nthen it reads again", queue, queue+more), got, want)
	}
}

// 3. A client that says goodbye, or whose connection breaks, is forgotten at once, and a little later nothing of it is running any more.
func TestGone(t *testing.T) {
	leaves := func(t *testing.T, sent string, leave func(f *fan)) {
		bubble.Run(t, sent, func(t *testing.T) {
			c := open(t, calm())
			defer c.end()
			n := 3 + kit.Rand(t).IntN(20)
			stays := c.join().feed()
			before := running()
			for range n {
				f := c.join()
				leave(f)
			}
			synctest.Wait()
			if got := c.Len(); got != 1 {
				c.fail(fmt.Sprintf("%d clients connect; %d of them %s", n+1, n, sent), fmt.Sprintf("Len() = %d", got), "1")
			}
			c.Publish("kick-off")
			if got := first(stays); got != "kick-off" {
				c.fail("Publish after others have gone", got, "kick-off")
			}
			time.Sleep(3 * time.Hour) // three pings
			if after := running(); len(after) > len(before) {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("%d clients connect; %d of them %s;\nthree intervals of Ping pass", n+1, n, sent), Got: fmt.Sprintf("%d goroutines of the hub are still there", len(after)),
					Want: fmt.Sprintf("%d, as before they came", len(before)), At: bubble.Line(after),
				})
			}
		})
	}
	t.Run("a client that says goodbye is forgotten", func(t *testing.T) {
		leaves(t, "say goodbye with 1000", func(f *fan) { _ = f.Close(websocket.StatusNormalClosure, "") })
	})
	t.Run("a client that closes its page is forgotten", func(t *testing.T) {
		leaves(t, "say goodbye with 1001", func(f *fan) { _ = f.Close(websocket.StatusGoingAway, "") })
	})
	t.Run("a client whose connection breaks is forgotten", func(t *testing.T) {
		leaves(t, "lose their connections", func(f *fan) { _ = f.raw.Close() })
	})
}

// running returns the traces of the goroutines that the hub has in this bubble.
func running() []string {
	return slices.DeleteFunc(bubble.Others(), func(trace string) bool { return bubble.Line([]string{trace}) == "" })
}

// 4. Every client is sent a ping each Ping. One that has not answered when the next would be due is forgotten; who answers may be silent for hours.
func TestPing(t *testing.T) {
	t.Run("a client that answers pings may be silent for hours", func(t *testing.T) {
		bubble.Run(t, "a client connects and only listens", func(t *testing.T) {
			o := calm()
			o.Ping = time.Duration(10+kit.Rand(t).IntN(50)) * time.Second
			c := open(t, o)
			defer c.end()
			f := c.join()
			f.listen()
			time.Sleep(100*o.Ping + time.Second)
			synctest.Wait()
			if n, pings := c.Len(), f.pings.Load(); n != 1 || pings < 98 || pings > 102 {
				c.fail(fmt.Sprintf("a client listens for 100 × %s", o.Ping), fmt.Sprintf("Len() = %d after %d pings", n, pings), "1 after 100 pings, one each time")
			}
		})
	})
	t.Run("a client that does not answer is forgotten before the second ping is over", func(t *testing.T) {
		bubble.Run(t, "a client's network is gone without a word", func(t *testing.T) {
			o := calm()
			o.Ping = time.Duration(10+kit.Rand(t).IntN(50)) * time.Second
			c := open(t, o)
			defer c.end()
			f, well := c.join(), c.join()
			well.listen()
			f.mute()
			time.Sleep(2*o.Ping + 11*time.Second) // and the two handshakes of a goodbye
			synctest.Wait()
			if n := c.Len(); n != 1 {
				c.fail(fmt.Sprintf("of two clients one answers no ping for 2 × %s", o.Ping), fmt.Sprintf("Len() = %d", n), "1")
			}
		})
	})
}

// mute takes what comes and never answers, as a network does that swallows.
func (f *fan) mute() {
	go func() {
		buf := make([]byte, 512)
		for {
			if _, err := f.raw.Read(buf); err != nil {
				return
			}
		}
	}()
}

// 5. A page of another origin than the hub's own host and Origins is refused with 403 before it is a WebSocket. Clients that send no origin are let in.
func TestOrigin(t *testing.T) {
	visit := func(t *testing.T, origins []string, want int) {
		bubble.Run(t, "pages connect", func(t *testing.T) {
			o := calm()
			o.Origins = []string{"app.fans.example"}
			c := open(t, o)
			defer c.end()
			for _, origin := range origins {
				_, res, err := c.try(background(), origin)
				if res == nil || res.StatusCode != want {
					c.fail(fmt.Sprintf("Origins [app.fans.example]; a client connects to\nstadium.example with Origin %q", origin), refusal(res, err), fmt.Sprint(want, " ", http.StatusText(want)))
				}
			}
		})
	}
	t.Run("pages of other origins are refused", func(t *testing.T) {
		word := kit.Word(kit.Rand(t), 7)
		visit(t, []string{"https://" + word + ".example", "https://stadium.example." + word + ".example", "https://" + word + "stadium.example", "https://app.fans.example.evil.example", "null"}, http.StatusForbidden)
	})
	t.Run("its own pages, those of Origins and clients without an origin are let in", func(t *testing.T) {
		visit(t, []string{"https://stadium.example", "https://app.fans.example", ""}, http.StatusSwitchingProtocols)
	})
}

// 6. A message that is not text closes its sender with 1003, and nobody else gets it. Close closes everybody with 1001, returns when they have gone, and lets nobody in after that.
func TestClose(t *testing.T) {
	t.Run("a message that is not text closes its sender", func(t *testing.T) {
		bubble.Run(t, "a client sends a picture", func(t *testing.T) {
			c := open(t, calm())
			defer c.end()
			f := c.join()
			own, other := f.feed(), c.join().feed()
			synctest.Wait()
			_ = f.Write(background(), websocket.MessageBinary, []byte{0xff, 0xd8})
			if got := first(own); got != "(closed with 1003)" {
				c.fail("a client sends a binary message", "the sender: "+got, "(closed with 1003)")
			}
			synctest.Wait()
			c.Publish("text")
			if got := first(other); got != "text" {
				c.fail("a client sends a binary message; Publish(\"text\")", "another client: "+got, "text")
			}
		})
	})
	t.Run("Close closes everybody with 1001 and waits for them", func(t *testing.T) {
		bubble.Run(t, "clients are connected; Close", func(t *testing.T) {
			c := open(t, calm())
			defer c.end()
			n := 2 + kit.Rand(t).IntN(10)
			goodbyes := make([]string, n)
			var all sync.WaitGroup
			for i := range n {
				f := c.join()
				all.Go(func() { goodbyes[i] = f.next(soon()) })
			}
			synctest.Wait()
			c.Close()
			left := c.Len()
			all.Wait()
			for _, got := range goodbyes {
				if got != "(closed with 1001)" || left != 0 {
					c.fail(fmt.Sprintf("%d clients are connected; Close()", n), fmt.Sprintf("a client: %s; Len() = %d", got, left), "(closed with 1001); Len() = 0")
				}
			}
		})
	})
	t.Run("nobody is let in after Close", func(t *testing.T) {
		bubble.Run(t, "Close; a client connects", func(t *testing.T) {
			c := open(t, calm())
			defer c.end()
			c.Close()
			f, res, err := c.try(background(), "")
			if err == nil {
				ctx, cancel := context.WithTimeout(background(), time.Minute)
				defer cancel()
				got := f.next(ctx)
				if ctx.Err() != nil {
					got = "nothing more within a minute"
				}
				if !strings.HasPrefix(got, "(closed with") {
					c.fail("Close(); a client connects", refusal(res, err)+",\nthen "+got, "no connection, or one that is closed at once")
				}
			}
			synctest.Wait()
			if n := c.Len(); n != 0 {
				c.fail("Close(); a client connects", fmt.Sprintf("Len() = %d", n), "0")
			}
			if got := c.log.panicked(); got != "" {
				c.fail("Close(); a client connects", got, "no connection, or one that is closed at once")
			}
		})
	})
}
