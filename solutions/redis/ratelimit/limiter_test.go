package ratelimit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// 1. In one window a key gets exactly its limit of calls, however many arrive at once and from however many processes.
func TestLimit(t *testing.T) {
	t.Run("one call after another stops at the limit", func(t *testing.T) {
		o := open(t, 3, 20, false)
		p, key, n := o.process(), o.customer(), o.limit+3
		if allowed := p.run(n, key); allowed != o.limit {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d × Allow(ctx, %q), one after another,\n%s", n, key, o.rule()),
				Got:  fmt.Sprintf("%d allowed", allowed), Want: fmt.Sprintf("%d allowed", o.limit), Note: o.Saw(), At: p.at(-1),
			})
		}
	})
	t.Run("exactly the limit passes when twice as many calls come at once", func(t *testing.T) {
		o := open(t, 9, 24, false)
		crowd, key, n := []*process{o.process(), o.process()}, o.customer(), 2*o.limit
		o.Together(n)
		allowed, err := rush(n, func(i int) (bool, error) {
			d, err := crowd[i%2].call(key)
			return d.Allowed, err
		})
		got := fmt.Sprintf("%d allowed", allowed)
		if err != nil {
			got += ", and\n" + kit.Said(err)
		}
		if allowed != o.limit || err != nil {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d goroutines in 2 processes called Allow(ctx, %q)\nat once, %s", n, key, o.rule()),
				Got:  got, Want: fmt.Sprintf("%d allowed", o.limit), Note: o.Saw(), At: crowd[0].at(1),
			})
		}
	})
	t.Run("the last call goes to one process, wherever another's call falls", testLastCall)
	t.Run("calls spread over a window count together", func(t *testing.T) {
		o := open(t, 3, 9, true)
		p, key := o.process(), o.customer()
		began := o.Now()
		allowed := p.run(1, key)
		for _, part := range []time.Duration{3, 5, 7} { // eighths of the window
			o.until(began.Add(o.window * part / 8))
			allowed += p.run(o.limit, key)
		}
		if allowed != o.limit && !o.overtaken(began) {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("Allow(ctx, %q) once, and %d times each when 3/8, 5/8\nand 7/8 of the window were over, %s", key, o.limit, o.rule()),
				Got:  fmt.Sprintf("%d allowed in one window", allowed), Want: fmt.Sprintf("%d allowed", o.limit), Note: o.Saw(), At: p.at(-1),
			})
		}
	})
}

// testLastCall leaves one call of the limit and lets another process call
// between any two commands of the first one's call. Exactly one may pass.
func testLastCall(t *testing.T) {
	o := open(t, 2, 6, false)
	first, other := o.process(), o.process()
	almost := func() string {
		key := o.customer()
		first.run(o.limit-1, key)
		return key
	}
	var theirs outcome
	var from, to int // the other process's commands
	meanwhile := func(key string) {
		from = len(o.Commands())
		theirs = other.within(hung, key, ample)
		to = len(o.Commands())
	}
	first.between(almost, meanwhile, func(n int, key string, ours outcome) {
		commands := o.Commands()
		f := kit.Failure{
			Sent: fmt.Sprintf("one of %d calls is left. Process A calls Allow(ctx,\n%q); right after its command %d, process B does too", o.limit, key, n),
			Got:  "A: " + ours.String() + "\nB: " + theirs.String(), Want: "one of them allowed, the other refused",
			Note: "Redis saw\n" + told("A", commands[:from]) + told("B", commands[from:to]) + told("A", commands[to:]), At: first.at(n),
		}
		if theirs.late {
			f.Want = "B gets its answer: another process knows nothing of A"
			f.At = theirs.at
		}
		if theirs.late || ours.err != nil || theirs.err != nil || ours.d.Allowed == theirs.d.Allowed {
			kit.Fail(t, f)
		}
	})
}

// told writes the commands of one process in lines.
func told(who string, commands []string) string {
	var b strings.Builder
	for _, c := range commands {
		fmt.Fprintf(&b, "  from %s: %s\n", who, c)
	}
	return b.String()
}

// rush makes n calls at once and returns how many were true and an error of
// one, if any.
func rush(n int, call func(i int) (bool, error)) (yes int, failed error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			ok, err := call(i)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				yes++
			}
			if err != nil {
				failed = err
			}
		})
	}
	all.Wait()
	return yes, failed
}

// 2. Whoever used up the limit is allowed again one window after the first of those calls, also when calls keep coming.
func TestWindow(t *testing.T) {
	t.Run("the window ends although refused calls keep coming", func(t *testing.T) {
		o := open(t, 3, 9, true)
		p, key, first := o.process(), o.customer(), o.Now()
		p.exhaust(key)
		began := o.Now()
		for eighth := range time.Duration(7) {
			o.until(began.Add(o.window * (eighth + 1) / 8))
			p.ask(key)
		}
		if o.overtaken(first) {
			return // one of these calls may have begun a new window
		}
		o.Forget()
		o.until(began.Add(o.window + 3*time.Millisecond))
		began = o.Now()
		if allowed := p.run(o.limit+1, key); allowed != o.limit && !o.overtaken(began) {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("the limit used up, one more Allow(ctx, %q) in each\neighth of the window, and %d when it was over,\n%s", key, o.limit+1, o.rule()),
				Got:  fmt.Sprintf("%d of the last %d allowed", allowed, o.limit+1), Want: fmt.Sprintf("%d allowed: the old window is over, a new one begins", o.limit),
				Note: o.Saw(), At: p.at(-1),
			})
		}
	})
	t.Run("a customer who stays below the limit is never refused", func(t *testing.T) {
		o := open(t, 3, 4, true)
		p, key := o.process(), o.customer()
		pause := (o.window * 9 / 20).Truncate(time.Millisecond) // at most three calls in a window
		for n := 1; n <= o.limit+3; n++ {
			if d := p.ask(key); !d.Allowed {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("Allow(ctx, %q) every %s, %s", key, pause, o.rule()),
					Got:  fmt.Sprintf("call %d was %s", n, word(d)), Want: "allowed: no window ever has more than 3 calls",
					Note: o.Saw(), At: p.at(-1),
				})
			}
			o.Advance(pause)
		}
	})
}

// 3. No counter stays in Redis without an expiry, even if a process dies or the window ends between two commands.
func TestExpiry(t *testing.T) {
	t.Run("calls that pass and calls that are refused leave only keys that expire", func(t *testing.T) {
		o := open(t, 1, 6, false)
		p, key := o.process(), o.customer()
		p.run(o.limit+2, key)
		o.mustExpire(fmt.Sprintf("%d × Allow(ctx, %q), %s", o.limit+2, key, o.rule()), p.at(-1))
	})
	t.Run("a process that dies in its first call leaves only keys that expire", func(t *testing.T) {
		o := open(t, 2, 6, false)
		o.testDeath(func(*process, string) {})
	})
	t.Run("a process that dies in a later call leaves only keys that expire", func(t *testing.T) {
		o := open(t, 2, 6, false)
		o.testDeath(func(p *process, key string) { p.run(1, key) })
	})
	t.Run("a window that ends in the middle of a call leaves only keys that expire", func(t *testing.T) {
		o := open(t, 2, 6, true)
		p := o.process()
		called := func() string {
			key := o.customer()
			p.run(1, key)
			return key
		}
		over := func(string) { o.Advance(o.window + 3*time.Millisecond) }
		p.between(called, over, func(n int, key string, _ outcome) {
			o.mustExpire(fmt.Sprintf("Allow(ctx, %q) twice; the window ended right\nafter command %d of the second call", key, n), p.at(n))
		})
	})
}

// testDeath lets a process die after each of its commands in turn.
func (o *office) testDeath(before func(p *process, key string)) {
	o.t.Helper()
	p := o.process()
	prepare := func() string {
		o.Up()
		key := o.customer()
		before(p, key)
		return key
	}
	p.between(prepare, func(string) { o.Down() }, func(n int, key string, _ outcome) {
		o.mustExpire(fmt.Sprintf("Allow(ctx, %q); the process died right after its\ncommand %d, %s", key, n, o.Commands()[n-1]), p.at(n))
	})
}

// mustExpire fails the behaviour when a key has no expiry.
func (o *office) mustExpire(sent, at string) {
	o.t.Helper()
	for _, k := range o.Keys() {
		if k.Stay {
			kit.Fail(o.t, kit.Failure{
				Sent: sent, Got: fmt.Sprintf("%q stays in Redis for ever", k.Name),
				Want: "every key that the Limiter makes has an expiry from the start", Note: o.Saw(), At: at,
			})
		}
	}
}

// 4. A refused call says to the millisecond how long to wait, by Redis's clock and not by the process's.
func TestWait(t *testing.T) {
	t.Run("the wait is what is left of the window", func(t *testing.T) {
		o := open(t, 2, 6, true)
		p, key := o.process(), o.customer()
		began := span{o.Now(), time.Time{}}
		p.run(1, key)
		began.to = o.Now()
		p.exhaust(key)
		for _, part := range []time.Duration{1, 4, 7} { // tenths of the window
			o.until(began.to.Add(o.window * part / 10))
			o.mustWait(p, key, began)
		}
	})
	t.Run("whoever waits as told is allowed", func(t *testing.T) {
		o := open(t, 2, 6, true)
		p, key, began := o.process(), o.customer(), o.Now()
		p.exhaust(key)
		o.until(began.Add(o.window * time.Duration(1+o.rand.IntN(7)) / 10))
		d := p.ask(key)
		if d.Allowed && o.overtaken(began) {
			return
		}
		f := kit.Failure{
			Sent: fmt.Sprintf("the limit used up, Allow(ctx, %q) some time later,\n%s", key, o.rule()),
			Got:  word(d), Want: "refused, with a RetryAfter within the window", At: p.at(-1),
		}
		if d.Allowed || d.RetryAfter < 0 || d.RetryAfter > o.window {
			kit.Fail(t, f)
		}
		o.Advance(d.RetryAfter.Truncate(time.Millisecond) + 3*time.Millisecond)
		if again := p.ask(key); !again.Allowed {
			f.Got += fmt.Sprintf("\nand 3ms after that time: %s", word(again))
			f.Want = "after RetryAfter the next call is allowed"
			kit.Fail(t, f)
		}
	})
}

// span is what is known of a moment on Redis's clock: it lies between the two.
type span struct{ from, to time.Time }

// mustWait fails the behaviour unless a call is refused with the wait until the
// window that began is over, give or take two milliseconds.
func (o *office) mustWait(p *process, key string, began span) {
	o.t.Helper()
	before := o.Now()
	d := p.ask(key)
	after := o.Now()
	least, longest := began.from.Add(o.window).Sub(after), began.to.Add(o.window).Sub(before)
	if least < 0 {
		return // overtaken
	}
	const rounding = 2 * time.Millisecond
	if !d.Allowed && d.RetryAfter >= least-rounding && d.RetryAfter <= longest+rounding {
		return
	}
	f := kit.Failure{
		Sent: fmt.Sprintf("the limit used up; Allow(ctx, %q) when %s of the\nwindow were over, %s", key, before.Sub(began.to).Round(time.Millisecond), o.rule()),
		Got:  word(d), Want: fmt.Sprintf("refused, RetryAfter %s, give or take 2ms", longest.Round(time.Millisecond)), At: p.at(-1),
	}
	if skew := time.Until(after).Round(time.Second); skew.Abs() > time.Minute {
		f.Note = fmt.Sprintf("Redis's clock shows %s, this process's %s", after.UTC().Format(time.TimeOnly), time.Now().UTC().Format(time.TimeOnly))
	}
	kit.Fail(o.t, f)
}
