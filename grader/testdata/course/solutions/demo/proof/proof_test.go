package proof_test

import (
	"testing"

	"github.com/kata-go/kata/solutions/demo/proof"
)

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name    string
		numbers []int
		want    int
	}{
		{"two numbers", []int{2, 3}, 5},
		{"nothing", nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := proof.Of(test.numbers...); got != test.want {
				t.Errorf("Of(%v) = %d, want %d", test.numbers, got, test.want)
			}
		})
	}
}
