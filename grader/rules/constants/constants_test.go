package constants_test

import (
	"testing"

	"github.com/kata-go/kata/grader/rules/constants"
	"github.com/kata-go/kata/grader/rules/internal/wanted"
)

func TestConstants(t *testing.T) {
	wanted.Run(t, constants.Analyzer, "a", "b")
}
