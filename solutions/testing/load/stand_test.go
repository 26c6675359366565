package load_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/testing/load"
)

// answer is what the service does with one request.
type answer struct {
	after time.Duration // from when it came
	err   error
	deaf  bool // does not listen to the request's context
}

// stand is a plan, a service, and what was seen of a run. Its clock is a fake one.
type stand struct {
	t     *testing.T
	rand  *rand.Rand
	ctx   context.Context
	plan  load.Plan
	story string // what the service does, for failures

	as       func(i int, at time.Duration) answer // of the ith request, when it comes then
	mu       sync.Mutex
	began    []time.Duration // since the start
	ended    map[int]time.Duration
	report   load.Report
	returned time.Duration
}

// run draws a plan of a hundred requests and calls f on a fake clock.
func run(t *testing.T, f func(s *stand)) {
	r := kit.Rand(t)
	plan := load.Plan{Rate: 20, For: 5 * time.Second, Timeout: time.Duration(8+r.IntN(3)) * time.Second}
	if r.IntN(2) == 0 {
		plan.Rate, plan.For = 25, 4*time.Second
	}
	bubble.Run(t, fmt.Sprintf("Run of %d requests a second for %s", plan.Rate, plan.For), func(t *testing.T) {
		f(&stand{t: t, rand: r, ctx: context.Background(), plan: plan, ended: map[int]time.Duration{}})
	})
}

// planned returns how many requests the plan has.
func (s *stand) planned() int { return s.plan.Rate * int(s.plan.For/time.Second) }

// apart has the requests, a hundred again, come so far from each other that one
// is answered before the next is due.
func (s *stand) apart() { s.plan.Rate, s.plan.For = 1, 100*time.Second }

// due returns when a request is due, since the start.
func (s *stand) due(i int) time.Duration {
	return time.Duration(i) * time.Second / time.Duration(s.plan.Rate)
}

// answers makes the run. The service answers the ith request that comes as told.
func (s *stand) answers(as func(i int, at time.Duration) answer) {
	s.as = as
	start, over := time.Now(), make(chan struct{})
	s.report = load.Run(s.ctx, s.plan, func(ctx context.Context) error {
		at := time.Since(start)
		s.mu.Lock()
		i := len(s.began)
		s.began = append(s.began, at)
		s.mu.Unlock()
		if i >= s.planned() {
			return nil
		}
		return s.answer(ctx, i, as(i, at), start, over)
	})
	s.returned = time.Since(start)
	close(over) // whoever still waits may go
	synctest.Wait()
}

// answer waits as long as it is to take, unless the request is given up.
func (s *stand) answer(ctx context.Context, i int, a answer, start time.Time, over chan struct{}) error {
	gone := ctx.Done()
	if a.deaf {
		gone = nil
	}
	select {
	case <-time.After(a.after):
		return a.err
	case <-over:
		return nil
	case <-gone:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[i] = time.Since(start)
	return ctx.Err()
}

// good returns the latencies of the requests that get an answer in time and
// without an error, when they come as planned, ascending.
func (s *stand) good() (all []time.Duration) {
	for i := range s.planned() {
		if a := s.as(i, s.due(i)); a.err == nil && a.after < s.plan.Timeout {
			all = append(all, a.after)
		}
	}
	slices.Sort(all)
	return all
}

func (s *stand) fail(got, want string) {
	s.t.Helper()
	kit.Fail(s.t, kit.Failure{
		Sent: fmt.Sprintf("Run with Rate %d, For %s, Timeout %s\n%s", s.plan.Rate, s.plan.For, s.plan.Timeout, s.story),
		Got:  got, Want: want, At: kit.At(load.Run),
	})
}
