package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/architecture/breaker"
)

// 1. A call that fails is sent again as it was, up to Attempts times in all. Its caller gets the first success, or else what came last, to read as usual.
func TestAgain(t *testing.T) {
	t.Run("a call that fails is sent again until it succeeds", func(t *testing.T) {
		for _, failure := range []reply{{status: 500}, {status: 503}, {status: 599}, {err: errReset}} {
			in(t, breaker.Config{Attempts: 5}, func(n *network) {
				good := 2 + n.rand.IntN(3)
				n.answers(func(s sending) reply {
					if s.number < good {
						return failure
					}
					return reply{status: 201}
				})
				o := n.get()
				n.mustArrive(o, good, "the last time it succeeds")
				if o.status != 201 || o.body != (sending{number: good}).answer() {
					n.fail(o, o.String(), fmt.Sprintf("201 %q", sending{number: good}.answer()))
				}
			})
		}
	})
	t.Run("after Attempts times the caller gets what came last", func(t *testing.T) {
		for attempts, last := range map[int]reply{2: {status: 503}, 3: {err: errReset}, 5: {status: 500}} {
			in(t, breaker.Config{Attempts: attempts}, func(n *network) {
				n.answers(func(s sending) reply {
					if s.number < attempts {
						return reply{status: 500}
					}
					return last
				})
				o := n.get()
				n.mustArrive(o, attempts, "Attempts is the limit")
				want := outcome{status: last.status, body: sending{number: attempts}.answer(), err: last.err}
				if o.status != last.status || !errors.Is(o.err, last.err) || o.err == nil && o.body != want.body {
					n.fail(o, o.String(), want.String())
				}
			})
		}
	})
	t.Run("what a peer answers below 500 is the answer", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 4}, func(n *network) {
			for i, status := range []int{200, 204, 304, 400, 404, 409, 429, 499} {
				n.does(reply{status: status})
				o := n.get()
				n.mustArrive(o, i+1, "this is no failure")
				if o.status != status {
					n.fail(o, o.String(), fmt.Sprint(status))
				}
			}
		})
	})
	t.Run("whatever is sent again is the whole call", sentWhole)
	t.Run("a body that can be read but once is never sent in part", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 4}, func(n *network) {
			n.does(n.failure())
			r := request(context.Background(), "PUT", stock, "rye bread")
			r.GetBody = nil
			o := n.call(r)
			for _, s := range n.arrived(stock) {
				if s.body != "rye bread" {
					n.fail(o, fmt.Sprintf("attempt %d had the body %q", s.number, s.body), "\"rye bread\", however often it is sent; GetBody is nil")
				}
			}
		})
	})
	t.Run("the request itself stays as the caller made it", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 3}, func(n *network) {
			ctx, stop := context.WithTimeout(context.Background(), time.Hour)
			defer stop()
			r := request(ctx, "PUT", stock, "rye bread")
			r.Header.Set("Idempotency-Key", "7")
			before := r.Clone(ctx)
			n.does(n.failure())
			o := n.call(r)
			if got, want := fmt.Sprint(r.Method, r.URL, r.Header), fmt.Sprint(before.Method, before.URL, before.Header); got != want {
				n.fail(o, "afterwards the caller's request is\n"+got, want+"\nas before")
			}
		})
	})
	t.Run("a body that nobody is sent is closed all the same", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.breakDown(failures)
			r := request(context.Background(), "PUT", stock, "rye bread")
			content := &body{Reader: r.Body, n: n}
			r.Body = content
			n.open++
			if o := n.call(r); n.open > 0 {
				n.fail(o, "the body of this request was never closed", "closed, as every RoundTripper does")
			}
		})
	})
	t.Run("no answer stays open that its caller does not get", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 4}, func(n *network) {
			n.does(reply{status: 503})
			if o := n.get(); n.open > 0 {
				n.fail(o, fmt.Sprintf("%d of %d answers' bodies were never closed", n.open, len(n.sent)), "all closed: the caller closes the last")
			}
		})
	})
}

func sentWhole(t *testing.T) {
	in(t, breaker.Config{Attempts: 4}, func(n *network) {
		n.does(n.failure())
		content := fmt.Sprintf(`{"item":"rye bread","cents":%d}`, n.rand.IntN(1000))
		r := request(context.Background(), "PUT", stock, content)
		r.Header.Set("Content-Type", "application/json")
		o := n.call(r)
		o.sent += "\n" + content
		n.mustArrive(o, 4, "it may be sent again")
		for _, s := range n.arrived(stock) {
			if s.body != content || s.method != "PUT" || s.header.Get("Content-Type") != "application/json" {
				n.fail(o, fmt.Sprintf("attempt %d was a %s with Content-Type %q and the body\n%q", s.number, s.method, s.header.Get("Content-Type"), s.body), "the same every time")
			}
		}
	})
}

// 2. Sent again is only what does no harm twice: GET, HEAD, OPTIONS, TRACE, PUT and DELETE, and whatever has an Idempotency-Key.
func TestHarmless(t *testing.T) {
	sends := func(t *testing.T, method, key string, count int, why string) {
		for _, failure := range []reply{{status: 503}, {err: errReset}} {
			in(t, breaker.Config{Attempts: 3}, func(n *network) {
				n.does(failure)
				r := request(context.Background(), method, stock, `{"cents":100}`)
				if method != "POST" && method != "PATCH" && method != "PUT" {
					r = request(context.Background(), method, stock, "")
				}
				header := ""
				if key != "" {
					r.Header.Set("Idempotency-Key", key)
					header = "\nIdempotency-Key: " + key
				}
				o := n.call(r)
				o.sent += header
				n.mustArrive(o, count, why)
			})
		}
	}
	t.Run("what may arrive twice is sent again", func(t *testing.T) {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"} {
			sends(t, method, "", 3, method+" does no harm twice")
		}
	})
	t.Run("what may not arrive twice is sent once", func(t *testing.T) {
		for _, method := range []string{"POST", "PATCH", "CHARGE"} {
			sends(t, method, "", 1, method+" may do its work twice,\nand no answer does not mean that it did none")
		}
	})
	t.Run("anything with an Idempotency-Key is sent again", func(t *testing.T) {
		for _, method := range []string{"POST", "PATCH"} {
			sends(t, method, `"8e03978e-40d5"`, 3, "the peer knows it by its key")
		}
	})
}

// 3. Before it is sent again a call waits for a random time up to Backoff; the next time up to twice that, and so on. Calls that fail together do not come back together.
func TestWaits(t *testing.T) {
	const calls, backoff = 200, 80 * time.Millisecond
	// waits returns how long calls waited before each time that they were sent again.
	waits := func(n *network) (all [3][]time.Duration) {
		n.does(n.failure())
		for range calls {
			before := len(n.sent)
			n.get()
			for i := before + 1; i < len(n.sent) && i-before <= len(all); i++ {
				all[i-before-1] = append(all[i-before-1], n.sent[i].at-n.sent[i-1].at)
			}
		}
		n.story = append(n.story, fmt.Sprintf("%d × GET from %s failed, one after another", calls, stock))
		return all
	}
	c := breaker.Config{Attempts: 4, Backoff: backoff}
	t.Run("no wait is longer than the doubled Backoff allows", func(t *testing.T) {
		in(t, c, func(n *network) {
			for i, all := range waits(n) {
				if limit := backoff << i; len(all) > 0 && slices.Max(all) > limit {
					n.fail(outcome{}, fmt.Sprintf("a wait of %s before attempt %d", slices.Max(all), i+2), "at most "+limit.String())
				}
			}
		})
	})
	t.Run("each wait is longer on average than the one before", func(t *testing.T) {
		in(t, c, func(n *network) {
			all := waits(n)
			for i := range len(all) - 1 {
				if short, long := mean(all[i]), mean(all[i+1]); long < short*13/10 || short == 0 {
					n.fail(outcome{}, fmt.Sprintf("on average %s before attempt %d, %s before the next", short, i+2, long), "a range twice as wide each time")
				}
			}
		})
	})
	t.Run("calls that fail together come back one by one", func(t *testing.T) {
		crowd(t, breaker.Config{Attempts: 2, Backoff: backoff}, func(n *network) {
			n.does(n.failure())
			n.together(calls, n.get)
			o := outcome{sent: fmt.Sprintf("%d × GET from %s at once, all fail at once", calls, stock)}
			n.mustArrive(o, 2*calls, "each is sent twice")
			if most := busiest(n.sent[calls:], backoff/20); most > calls*2/5 {
				n.fail(o, fmt.Sprintf("%d of them came back within the same %s", most, backoff/20), "a few here, a few there: at random times up to "+backoff.String())
			}
		})
	})
}

func mean(all []time.Duration) (m time.Duration) {
	for _, d := range all {
		m += d / time.Duration(len(all))
	}
	return m
}

// busiest returns how many arrivals there are in the busiest span of that length.
func busiest(all []sending, span time.Duration) (most int) {
	for _, first := range all {
		n := 0
		for _, s := range all {
			if s.at >= first.at && s.at <= first.at+span {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// 4. What is sent again comes out of the peer's budget, Budget at first: each time costs one, and a call that succeeds gives back a tenth, up to Budget. When there is less than one, nothing is sent again.
func TestBudget(t *testing.T) {
	t.Run("of many calls that fail together only Budget are sent again", func(t *testing.T) {
		budget := 5 + kit.Rand(t).IntN(9)
		crowd(t, breaker.Config{Attempts: 3, Budget: budget}, func(n *network) {
			n.does(n.failure())
			const calls = 60
			n.together(calls, n.get)
			n.mustArrive(outcome{sent: fmt.Sprintf("%d × GET from %s at once, all fail", calls, stock)}, calls+budget, "once each, and the budget")
		})
	})
	t.Run("the budget is for all calls, however long ago they failed", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 3, Budget: 7}, func(n *network) {
			n.does(n.failure())
			for range 20 {
				n.get()
				time.Sleep(time.Hour)
			}
			n.mustArrive(outcome{sent: fmt.Sprintf("20 × GET from %s, one an hour, all fail", stock)}, 20+7, "once each, and the budget")
		})
	})
	t.Run("ten calls that succeed pay for one that is sent again", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 2, Budget: 9}, func(n *network) {
			n.fails(20)
			n.succeeds(9)
			before := len(n.sent)
			n.fails(1)
			n.mustArrive(outcome{}, before+1, "nine tenths are too little")
			good := 11 * (2 + n.rand.IntN(5))
			n.succeeds(good)
			before = len(n.sent)
			n.fails(20)
			n.mustArrive(outcome{}, before+20+(good+9)/10, fmt.Sprintf("of the last 20, %d again", (good+9)/10))
		})
	})
	t.Run("success saves up no more than Budget", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 2, Budget: 12}, func(n *network) {
			n.succeeds(500 + n.rand.IntN(500))
			before := len(n.sent)
			n.fails(30)
			n.mustArrive(outcome{}, before+30+12, "of the last 30, 12 again")
		})
	})
}

func (n *network) fails(count int)    { n.several(count, n.failure(), "failed") }
func (n *network) succeeds(count int) { n.several(count, reply{status: 200}, "succeeded") }

func (n *network) several(count int, r reply, word string) {
	n.does(r)
	for range count {
		n.get()
	}
	n.then("%d × GET from %s %s", count, stock, word)
}
