package proof_test

import (
	"testing"

	"github.com/kata-go/kata/exercises/demo/proof"
)

func TestOf(t *testing.T) {
	if proof.Of(2, 2) < 0 {
		t.Error("negative")
	}
}
