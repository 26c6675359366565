package foreign_test

import (
	"testing"

	"github.com/kata-go/kata/grader/rules/foreign"
	"github.com/kata-go/kata/grader/rules/internal/wanted"
)

func TestForeign(t *testing.T) {
	wanted.Run(t, foreign.New("mine"), "mine", "dots", "guess")
}
