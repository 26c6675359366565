package main

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// series is the values of one quantity, a round each, in the rounds' order.
type series []float64

// median returns the middle value, or the mean of the two in the middle; NaN
// of nothing.
func (s series) median() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// over returns round by round what a is of b; rounds that only one of them has
// are left out.
func (s series) over(b series) series {
	var ratios series
	for i := range min(len(s), len(b)) {
		ratios = append(ratios, s[i]/b[i])
	}
	return ratios
}

// contender is one way to do a job. prepare, which may be nil, is not
// measured; do returns the measured value.
type contender struct {
	prepare func() error
	do      func() (float64, error)
}

// alternate lets each contender do its job once in every round, in their
// order, so that what else the machine does meets all of them. The first
// rounds, as many as warmups, do not count.
func alternate(ctx context.Context, warmups, rounds int, contenders ...contender) ([]series, error) {
	found := make([]series, len(contenders))
	for round := 1 - warmups; round <= rounds; round++ {
		for i, c := range contenders {
			value, err := c.once(ctx)
			if err != nil {
				return nil, fmt.Errorf("round %d of %d: %w", round, rounds, err)
			}
			if round > 0 {
				found[i] = append(found[i], value)
			}
		}
	}
	return found, nil
}

func (c contender) once(ctx context.Context) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if c.prepare != nil {
		if err := c.prepare(); err != nil {
			return 0, err
		}
	}
	return c.do()
}
