package total_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/shop/total"
)

// 1. A basket costs the sum of its prices.
func TestSum(t *testing.T) {
	r := kit.Rand(t)
	a, b := r.IntN(100)+2, r.IntN(100)+2
	t.Run("one price is the whole sum", func(t *testing.T) { sum(t, a, total.Basket{a}) })
	t.Run("two prices add up", func(t *testing.T) { sum(t, a+b, total.Basket{a, b}) })
}

// 2. An empty basket costs nothing.
func TestEmpty(t *testing.T) { sum(t, 0, nil) }

// 3. A basket knows its dearest price.
func TestDearest(t *testing.T) {
	if got := total.Dearest(total.Basket{3, 9, 4}); got != 9 {
		fail(t, "Dearest(Basket{3, 9, 4})", got, 9)
	}
}

func sum(t *testing.T, want int, b total.Basket) {
	t.Helper()
	if got := total.Sum(b); got != want {
		fail(t, fmt.Sprintf("Sum(Basket%v)", []int(b)), got, want)
	}
}

func fail(t *testing.T, sent string, got, want int) {
	t.Helper()
	kit.Fail(t, kit.Failure{Sent: sent, Got: fmt.Sprint(got), Want: fmt.Sprint(want), At: kit.At(total.Sum)})
}
