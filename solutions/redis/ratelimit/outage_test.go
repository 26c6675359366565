package ratelimit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/redisdb"
)

// 5. One customer's calls never count against another's, whatever characters a key has.
func TestKeys(t *testing.T) {
	t.Run("keys that look alike belong to different customers", func(t *testing.T) {
		o := open(t, 1, 1, false)
		p := o.process()
		var before []string
		for _, key := range alike(o.rand.Perm, o.customer()) {
			if d := p.ask(key); !d.Allowed {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("Allow(ctx, %+q), for the first time,\n%s", key, o.rule()), Got: word(d), Want: "allowed",
					Note: "the call counts together with one of " + o.twin(p, key, before), At: p.at(-1),
				})
			}
			before = append(before, key)
		}
	})
	t.Run("a customer named like an entry in Redis shares nothing with it", func(t *testing.T) {
		o := open(t, 1, 3, false)
		p, key := o.process(), o.customer()
		p.run(o.limit, key)
		entries := o.Keys()
		for _, name := range namesakes(key, entries) {
			d, err := p.call(name)
			if err == nil && d.Allowed {
				continue
			}
			var made string
			for _, e := range entries {
				made += fmt.Sprintf("\n  %q", e.Name)
			}
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d × Allow(ctx, %q), then of another customer\nAllow(ctx, %q), %s", o.limit, key, name, o.rule()),
				Got:  "of the other customer:\n" + outcome{d: d, err: err}.String(), Want: "allowed: nobody has called with this key", At: p.at(-1),
				Note: fmt.Sprintf("the calls of %q made in Redis%s", key, made),
			})
		}
	})
}

// alike returns keys, in an order drawn by perm, that tidying, joining,
// shortening or encoding might take for one another.
func alike(perm func(int) []int, key string) []string {
	swap := func(to string) string { return strings.Replace(key, ":", to, 1) }
	long := strings.Repeat("long", 100)
	keys := []string{
		key, strings.ToUpper(key), key + " ", " " + key, key + ":", ":" + key, key + "\n", key + "\x00", key + "*", key + "?",
		swap("::"), swap("_"), swap("-"), swap("/"), swap(" "), swap("%3A"), swap("%3a"), swap(`\:`), swap("."), "{" + key + "}", "{}" + key,
		"", " ", ":", "::", "*", "caf\u00e9", "cafe\u0301", "\xff", "\xfe", "\ufffd", long + "a", long + "b",
	}
	shuffled := make([]string, len(keys))
	for i, at := range perm(len(keys)) {
		shuffled[i] = keys[at]
	}
	return shuffled
}

// twin returns, quoted, the key of before whose call makes that of key refused.
func (o *office) twin(p *process, key string, before []string) string {
	for _, other := range before {
		o.Do("FLUSHDB")
		if _, err := p.call(other); err != nil {
			continue
		}
		if d, err := p.call(key); err == nil && !d.Allowed {
			return fmt.Sprintf("%+.60q", other)
		}
	}
	return "one of the keys before it"
}

// namesakes returns keys of other customers that would share an entry with key
// if the Limiter made entries for them as it did for key: once one entry's name
// is one made for them in another's place, and once it is their key as it is.
func namesakes(key string, entries []redisdb.Key) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
		for _, pattern := range entries {
			before, after, ok := strings.Cut(pattern.Name, key)
			if !ok || len(e.Name) < len(before)+len(after) {
				continue
			}
			if inner, ok := strings.CutPrefix(e.Name, before); ok && strings.HasSuffix(inner, after) {
				names = append(names, strings.TrimSuffix(inner, after))
			}
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == key })
}

// 6. When Redis is down, loading or silent, Allow returns an error, at the latest at the caller's deadline: letting through or not is the caller's choice.
func TestOutage(t *testing.T) {
	t.Run("Redis that is down is an error", func(t *testing.T) {
		o := open(t, 1, 9, false)
		p, key := o.process(), o.customer()
		p.run(1, key)
		o.Down()
		p.mustErr(key, ample, "Redis closed its connections and takes no new ones")
	})
	t.Run("Redis that is still loading is an error", func(t *testing.T) {
		o := open(t, 1, 9, false)
		p, key := o.process(), o.customer()
		p.run(1, key)
		const text = "LOADING Redis is loading the dataset in memory"
		o.Refuse(text)
		p.mustErr(key, ample, "Redis answered every command with\n-"+text)
	})
	t.Run("a connection that breaks in the middle of a call is an error", func(t *testing.T) {
		o := open(t, 2, 9, false)
		p := o.process()
		prepare := func() string {
			o.Up()
			return o.customer()
		}
		p.between(prepare, func(string) { o.Down() }, func(n int, key string, call outcome) {
			if call.err == nil {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("Allow(ctx, %q); the connection broke before the\nanswer to its command %d", key, n),
					Got:  word(call.d) + ", no error", Want: "an error", Note: o.Saw(), At: p.at(n),
				})
			}
		})
	})
	t.Run("Redis that falls silent is an error at the caller's deadline", func(t *testing.T) {
		o := open(t, 1, 9, false)
		p, key := o.process(), o.customer()
		p.run(1, key)
		o.Mute()
		p.mustErr(key, 25*time.Millisecond, "Redis took the command and did not answer")
	})
	t.Run("a call that hangs does not hold up another", func(t *testing.T) {
		o := open(t, 1, 9, false)
		p := o.process()
		hanging, key := o.customer(), o.customer()
		p.run(1, key)
		o.Mute()
		p.Forget()
		patient := make(chan error, 1)
		go func() {
			_, err := p.call(hanging)
			patient <- err
		}()
		o.await(1)
		p.mustErr(key, 25*time.Millisecond, "Redis does not answer, and another customer's call\nwith a deadline of 10s waits for it")
		o.Up()
		<-patient
	})
}

// await returns when n commands have reached Redis, or after a while.
func (o *office) await(n int) {
	for until := time.Now().Add(hung); len(o.Commands()) < n && time.Now().Before(until); {
		<-time.After(time.Millisecond)
	}
}

// mustErr fails the behaviour unless Allow returns an error by its deadline, or
// not long after it: the machine may be busy.
func (p *process) mustErr(key string, deadline time.Duration, plight string) {
	p.t.Helper()
	p.lines.forget()
	f := kit.Failure{
		Sent: fmt.Sprintf("Allow(ctx, %q) with a deadline of %s.\n%s", key, deadline, plight),
		Want: "an error, at the latest at the deadline",
	}
	switch call := p.within(min(deadline, hung)+hung, key, deadline); {
	case call.late:
		f.Got, f.At = fmt.Sprintf("no answer until %s after it", hung), call.at
	case call.err == nil:
		f.Got, f.At = word(call.d)+", no error", p.at(-1)
	default:
		return
	}
	kit.Fail(p.t, f)
}

// 7. A decision costs one round trip.
func TestRoundTrips(t *testing.T) {
	t.Run("a call that passes costs one round trip", func(t *testing.T) {
		o := open(t, 2, 9, false)
		p := o.process()
		p.exhaust(o.customer()) // whatever has to be loaded is
		key := o.customer()
		p.mustCostOne(key)
		p.mustCostOne(key)
	})
	t.Run("a call that is refused costs one round trip", func(t *testing.T) {
		o := open(t, 2, 9, false)
		p, key := o.process(), o.customer()
		p.exhaust(key)
		p.mustCostOne(key)
	})
}

// mustCostOne fails the behaviour when a call takes more than one round trip.
func (p *process) mustCostOne(key string) {
	p.t.Helper()
	p.Forget()
	p.lines.forget()
	d := p.ask(key)
	if n := p.RoundTrips(); n > 1 {
		kit.Fail(p.t, kit.Failure{
			Sent: fmt.Sprintf("Allow(ctx, %q), %s:\n%s", key, p.rule(), word(d)),
			Got:  fmt.Sprintf("%d round trips to Redis", n), Want: "1 round trip", Note: p.Saw(), At: p.at(2),
		})
	}
}
