// Package load puts a constant load on something, and tells how it was answered.
package load

import (
	"context"
	"math"
	"slices"
	"time"
)

// Plan is how much load, and for how long.
type Plan struct {
	Rate    int           // requests in a second
	For     time.Duration // how long requests are begun
	Timeout time.Duration // of one request, from when it is due
}

// Report is what came of it.
type Report struct {
	Sent   int // requests that were begun
	Failed int // those of them that were not answered, or with an error

	latencies []time.Duration // of the others, ascending
}

// Run sends requests as planned, each when it is due, however long the others
// take, and reports when all have been answered or given up. When ctx ends it
// begins no more, and gives up those that are under way.
func Run(ctx context.Context, plan Plan, send func(context.Context) error) Report {
	start := time.Now()
	n := int(int64(plan.Rate) * int64(plan.For) / int64(time.Second))
	answers := make(chan answer, n)
	var r Report
	for ; r.Sent < n; r.Sent++ {
		due := start.Add(time.Duration(r.Sent) * time.Second / time.Duration(plan.Rate))
		if !wait(ctx, due) {
			break
		}
		go func() { answers <- request(ctx, due, plan.Timeout, send) }()
	}
	for range r.Sent {
		r.add(<-answers)
	}
	slices.Sort(r.latencies)
	return r
}

// wait returns when it is due, or false when ctx ends before.
func wait(ctx context.Context, due time.Time) bool {
	select {
	case <-time.After(time.Until(due)):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// answer is what one request came to.
type answer struct {
	latency time.Duration // from when it was due
	err     error
}

// request sends a request and returns at its timeout at the latest, whether send
// listens to its context or not.
func request(ctx context.Context, due time.Time, timeout time.Duration, send func(context.Context) error) answer {
	ctx, cancel := context.WithDeadline(ctx, due.Add(timeout))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- send(ctx) }()
	select {
	case err := <-done:
		return answer{time.Since(due), err}
	case <-ctx.Done():
		return answer{err: ctx.Err()}
	}
}

func (r *Report) add(a answer) {
	if a.err != nil {
		r.Failed++
		return
	}
	r.latencies = append(r.latencies, a.latency)
}

// Percentile returns the smallest latency that at least p percent of the requests
// without an error did not exceed, for p above 0 and up to 100; 0 if there are
// none. A latency counts from when the request was due.
func (r Report) Percentile(p float64) time.Duration {
	n := len(r.latencies)
	if n == 0 {
		return 0
	}
	rank := int(math.Ceil(p * float64(n) / 100)) // the nearest rank, from 1
	return r.latencies[rank-1]
}
