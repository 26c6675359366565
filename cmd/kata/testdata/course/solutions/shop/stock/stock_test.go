package stock_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/shop/stock"
)

// 1. What is added is counted.
func TestAdd(t *testing.T) { count(t, 3, 3) }

// 2. What is added later is counted too.
func TestAddTwice(t *testing.T) { count(t, 7, 3, 4) }

func count(t *testing.T, want int, added ...int) {
	t.Helper()
	var s stock.Shelf
	for _, n := range added {
		s.Add(n)
	}
	if got := s.Count(); got != want {
		kit.Fail(t, kit.Failure{
			Sent: fmt.Sprintf("Add, for each of %v, then Count()", added),
			Got:  fmt.Sprint(got), Want: fmt.Sprint(want), At: kit.At((*stock.Shelf).Add),
		})
	}
}
