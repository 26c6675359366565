package predeclared_test

import (
	"testing"

	"github.com/kata-go/kata/grader/rules/internal/wanted"
	"github.com/kata-go/kata/grader/rules/predeclared"
)

func TestPredeclared(t *testing.T) {
	wanted.Run(t, predeclared.Analyzer, "a")
}
