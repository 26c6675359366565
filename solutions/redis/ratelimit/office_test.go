package ratelimit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/redisdb"
	"github.com/kata-go/kata/solutions/redis/ratelimit"
)

const (
	most  = 12               // commands of one call that a test looks between
	ample = 10 * time.Second // a deadline that no call should need
	hung  = 2 * time.Second  // after which a call counts as one that hangs
)

// office is a Redis and the processes that share it, with one rule for all.
type office struct {
	*redisdb.Server
	t      testing.TB
	rand   *rand.Rand
	limit  int
	window time.Duration
}

// open draws a rule with a limit between low and high. Its window can be waited
// for where brief is true.
func open(t testing.TB, low, high int, brief bool) *office {
	t.Helper()
	o := &office{Server: redisdb.Start(t), t: t, rand: kit.Rand(t)}
	o.limit = low + o.rand.IntN(high-low+1)
	if o.window = o.Minutes(o.rand); brief {
		o.window = o.Window(o.rand)
	}
	return o
}

// rule is for failure messages.
func (o *office) rule() string { return fmt.Sprintf("limit %d per %s", o.limit, o.window) }

// customer draws a key that no call has had.
func (o *office) customer() string { return "cust:" + kit.Word(o.rand, 6) }

// overtaken reports whether a window that began then may be over, although the
// test let less time pass: a real clock goes on while the machine is busy.
func (o *office) overtaken(began time.Time) bool { return !o.Now().Before(began.Add(o.window)) }

// until lets time pass on Redis's clock up to a moment.
func (o *office) until(moment time.Time) {
	if d := moment.Sub(o.Now()); d > 0 {
		o.Advance(d.Truncate(time.Millisecond) + time.Millisecond)
	}
}

// process is one of the office's processes: a client and a Limiter of its own.
type process struct {
	*office
	limiter *ratelimit.Limiter
	lines   lines
}

func (o *office) process() *process {
	quiet()
	client := redis.NewClient(&redis.Options{
		Addr: o.Addr(), Protocol: 2, DisableIdentity: true,
		MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true,
		PoolSize: 64, PipelinePoolSize: -1,
	})
	o.t.Cleanup(func() { _ = client.Close() })
	p := &process{office: o}
	client.AddHook(&p.lines)
	p.limiter = ratelimit.New(client, o.limit, o.window)
	return p
}

// quiet keeps go-redis from writing of connections that the tests break.
var quiet = sync.OnceFunc(func() { redis.SetLogger(silence{}) })

type silence struct{}

// Printf implements go-redis's Logging.
func (silence) Printf(context.Context, string, ...any) {}

// call calls Allow with a deadline that it will not need.
func (p *process) call(key string) (ratelimit.Decision, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ample)
	defer cancel()
	return p.limiter.Allow(ctx, key)
}

// outcome is how a call went.
type outcome struct {
	d    ratelimit.Decision
	err  error
	late bool   // it was not awaited
	at   string // and stood at this line of the learner's
}

// within calls Allow with a deadline and waits for the answer no longer than
// patience.
func (p *process) within(patience time.Duration, key string, deadline time.Duration) outcome {
	came := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		d, err := p.limiter.Allow(ctx, key)
		came <- outcome{d: d, err: err}
	}()
	select {
	case o := <-came:
		return o
	case <-time.After(patience):
		return outcome{late: true, at: kit.Stuck()}
	}
}

func (o outcome) String() string {
	switch {
	case o.late:
		return "no answer yet"
	case o.err != nil:
		return kit.Said(o.err)
	}
	return word(o.d)
}

// ask is call for the test's goroutine: an error fails the behaviour.
func (p *process) ask(key string) ratelimit.Decision {
	p.t.Helper()
	d, err := p.call(key)
	if err != nil {
		kit.Fail(p.t, kit.Failure{
			Sent: fmt.Sprintf("Allow(ctx, %q), %s", key, p.rule()),
			Got:  kit.Said(err), Want: "a decision: Redis is well", Note: p.Saw(), At: p.at(-1),
		})
	}
	return d
}

// run asks n times and returns how many calls were allowed.
func (p *process) run(n int, key string) (allowed int) {
	p.t.Helper()
	for range n {
		if p.ask(key).Allowed {
			allowed++
		}
	}
	return allowed
}

// exhaust uses key's limit up, also that of a Limiter which is too generous.
func (p *process) exhaust(key string) {
	p.t.Helper()
	p.run(2*p.limit+1, key)
}

// between reports, for n = 1, 2 and so on, how a call of key goes when f runs
// right after Redis executed the call's n-th command. It ends with the first n
// that a call does not reach, or when judge has failed the behaviour.
func (p *process) between(key func() string, f func(key string), judge func(n int, key string, call outcome)) {
	p.t.Helper()
	for n := 1; n <= most; n++ {
		k := key()
		p.Forget()
		p.lines.forget()
		sprung := p.After(n, func() { f(k) })
		d, err := p.call(k)
		if !sprung() {
			return
		}
		judge(n, k, outcome{d: d, err: err})
	}
}

// at returns the learner's line that sent the n-th command since forget; -1 is
// the last one. Without commands it is where Allow stands.
func (p *process) at(n int) string {
	p.lines.mu.Lock()
	defer p.lines.mu.Unlock()
	if n < 0 {
		n = len(p.lines.sent) + 1 + n
	}
	if n >= 1 && n <= len(p.lines.sent) {
		return p.lines.sent[n-1]
	}
	return kit.At((*ratelimit.Limiter).Allow)
}

// lines is a hook of go-redis that notes which line of the learner sent each
// command.
type lines struct {
	mu   sync.Mutex
	sent []string
}

func (l *lines) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = nil
}

func (l *lines) note(commands ...redis.Cmder) {
	at := kit.Caller()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range commands {
		if !slices.Contains([]string{"hello", "client", "select", "auth"}, c.Name()) {
			l.sent = append(l.sent, at)
		}
	}
}

// DialHook implements redis.Hook.
func (l *lines) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (l *lines) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, c redis.Cmder) error {
		l.note(c)
		return next(ctx, c)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (l *lines) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, c []redis.Cmder) error {
		l.note(c...)
		return next(ctx, c)
	}
}

// word says a decision in words.
func word(d ratelimit.Decision) string {
	if d.Allowed {
		return "allowed"
	}
	return "refused, RetryAfter " + d.RetryAfter.Round(time.Millisecond).String()
}
