package sum_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/demo/sum"
)

// 1. Of adds numbers up.
func TestOfAddsNumbersUp(t *testing.T) {
	r := kit.Rand(t)
	a, b := r.IntN(100)+2, r.IntN(100)+2
	t.Run("two numbers", func(t *testing.T) { check(t, a+b, a, b) })
	t.Run("one number", func(t *testing.T) { check(t, a, a) })
}

// 2. Of nothing is nothing.
func TestOfNothingIsNothing(t *testing.T) { check(t, 0) }

func check(t *testing.T, want int, numbers ...int) {
	t.Helper()
	if got := sum.Of(numbers...); got != want {
		kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("Of(%v)", numbers), Got: fmt.Sprint(got), Want: fmt.Sprint(want), At: kit.At(sum.Of)})
	}
}
