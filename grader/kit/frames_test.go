package kit_test

import (
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// A file is named as the learner sees it from the exercise's folder, whichever
// tree it is built in.
func TestFilesFromTheExercisesFolder(t *testing.T) {
	const module = "github.com/kata-go/kata/"
	for _, c := range []struct{ file, want string }{
		{module + "exercises/rest/crud/orders.go:31", "orders.go:31"},
		{module + "exercises/rest/crud/store/store.go:7", "store/store.go:7"},
		{"/home/ann/exercises/kata/solutions/rest/crud/store/rows/rows.go:7", "store/rows/rows.go:7"},
		{module + "variants/w1/rest/crud/orders.go:31", "orders.go:31"},
		{module + "variants/w1/rest/crud/store/store.go:7", "store/store.go:7"},
		{"/elsewhere/orders.go:31", "orders.go:31"},
	} {
		trace := module + "exercises/rest/crud.(*Store).Create(0x1)\n\t" + c.file + " +0x34"
		if got := kit.FirstOwned(trace); got != c.want {
			t.Errorf("FirstOwned of a call in %s = %q, want %q", c.file, got, c.want)
		}
	}
}
