// Package load puts a constant load on something, and tells how it was answered.
package load

import (
	"context"
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

	latencies []time.Duration
}

// Run sends requests at the planned rate and reports.
func Run(ctx context.Context, plan Plan, send func(context.Context) error) Report {
	var r Report
	every := time.Second / time.Duration(plan.Rate)
	for start := time.Now(); time.Since(start) < plan.For; {
		began := time.Now()
		if err := r.request(ctx, plan.Timeout, send); err != nil {
			r.Failed++
		}
		r.latencies = append(r.latencies, time.Since(began))
		r.Sent++
		time.Sleep(every - time.Since(began)) // not faster than planned
	}
	slices.Sort(r.latencies)
	return r
}

func (r *Report) request(ctx context.Context, timeout time.Duration, send func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return send(ctx)
}

// Percentile returns how long p percent of the requests took.
func (r Report) Percentile(p float64) time.Duration {
	n := int(float64(len(r.latencies)) * p / 100)
	if n == 0 {
		return 0
	}
	var sum time.Duration
	for _, l := range r.latencies[:n] {
		sum += l
	}
	return sum / time.Duration(n)
}
