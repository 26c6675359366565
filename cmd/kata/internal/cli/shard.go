package cli

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// shard is a part of a verify: number of a count, from 1.
type shard struct{ number, count int }

// parseShard reads "2/5"; "" is the whole.
func parseShard(s string) (shard, error) {
	if s == "" {
		return shard{1, 1}, nil
	}
	var h shard
	var rest string
	n, _ := fmt.Sscanf(s+" .", "%d/%d %s", &h.number, &h.count, &rest)
	if n != 3 || rest != "." || h.count < 1 || h.number < 1 || h.number > h.count {
		return h, usage("kata verify --shard 1/4 for the first of four parts", "--shard is %q; it is a number, a slash and how many parts there are", s)
	}
	return h, nil
}

// of returns the shard's exercises, in course order. Every shard of the same
// exercises and times computes the same parts: the longest first, each to the
// part that has the least so far.
func (h shard) of(exercises []*course.Exercise, seconds map[string]float64) []*course.Exercise {
	order := slices.Clone(exercises)
	slices.SortStableFunc(order, func(a, b *course.Exercise) int {
		return cmp.Compare(weight(b, seconds), weight(a, seconds))
	})
	load := make([]float64, h.count)
	mine := map[*course.Exercise]bool{}
	for _, e := range order {
		part := slices.Index(load, slices.Min(load))
		load[part] += weight(e, seconds)
		mine[e] = part == h.number-1
	}
	return slices.DeleteFunc(slices.Clone(exercises), func(e *course.Exercise) bool { return !mine[e] })
}

// usual is the weight, in seconds, of an exercise that nobody has timed.
const usual = 1

// weight is what an exercise took in the run that the times come from.
func weight(e *course.Exercise, seconds map[string]float64) float64 {
	return cmp.Or(seconds[e.ID()], usual)
}

// times reads how long exercises took from a run's JSON; "" is none.
func (a *app) times(name string) (map[string]float64, error) {
	if name == "" {
		return nil, nil
	}
	d, err := a.recorded(name)
	if err != nil {
		return nil, err
	}
	seconds := map[string]float64{}
	for _, r := range d.Exercises {
		if r.Status != verdict.Unstarted {
			seconds[r.Exercise] = r.Seconds
		}
	}
	return seconds, nil
}
