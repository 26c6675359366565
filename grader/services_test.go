package grader_test

import (
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
)

// A brief may ask for exactly what the resolver knows.
func TestFrontMatterKnowsEveryService(t *testing.T) {
	known, may := slices.Sorted(slices.Values(services.Names())), slices.Sorted(slices.Values(course.Services()))
	if !slices.Equal(known, may) {
		t.Errorf("services resolves %q, briefs may name %q", known, may)
	}
}
