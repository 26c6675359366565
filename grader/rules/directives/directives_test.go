package directives_test

import (
	"testing"

	"github.com/kata-go/kata/grader/rules/directives"
	"github.com/kata-go/kata/grader/rules/internal/wanted"
)

func TestDirectives(t *testing.T) {
	wanted.Run(t, directives.Analyzer, "a")
}
