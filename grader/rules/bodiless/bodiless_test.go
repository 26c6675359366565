package bodiless_test

import (
	"testing"

	"github.com/kata-go/kata/grader/rules/bodiless"
	"github.com/kata-go/kata/grader/rules/internal/wanted"
)

func TestBodiless(t *testing.T) {
	wanted.Run(t, bodiless.Analyzer, "a")
}
