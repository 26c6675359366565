package cli

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]shard{"": {1, 1}, "1/1": {1, 1}, "2/5": {2, 5}} {
		if got, err := parseShard(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"0/2", "3/2", "1", "1/", "/2", "1/2/3", "a/b", "1/2 x", "-1/2"} {
		if got, err := parseShard(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

// Every exercise is in exactly one part, and no part is much longer than
// another.
func TestShardsAreWhole(t *testing.T) {
	var all []*course.Exercise
	seconds := map[string]float64{}
	for i := range 40 {
		e := &course.Exercise{Track: "t", Name: fmt.Sprintf("e%d", i)}
		all = append(all, e)
		if i%3 != 0 {
			seconds[e.ID()] = float64(i%7) + 0.5
		}
	}
	for count := 1; count <= 9; count++ {
		times := map[string]int{}
		var loads []float64
		for number := 1; number <= count; number++ {
			part := shard{number, count}.of(all, seconds)
			load := 0.0
			for _, e := range part {
				times[e.ID()]++
				load += weight(e, seconds)
			}
			loads = append(loads, load)
		}
		for _, e := range all {
			if times[e.ID()] != 1 {
				t.Errorf("%d parts: %s is in %d of them", count, e.ID(), times[e.ID()])
			}
		}
		if gap := slices.Max(loads) - slices.Min(loads); gap > 6.5 {
			t.Errorf("%d parts take %v", count, loads)
		}
	}
}
