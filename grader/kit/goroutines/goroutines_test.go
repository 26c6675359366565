package goroutines_test

import (
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit/goroutines"
)

const patience = 30 * time.Second

func never() bool { return false }

func waitsForLock(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
}

func waitsForValue(c chan struct{}) { <-c }

func spins(begun, stop chan struct{}) {
	close(begun)
	for {
		select {
		case <-stop:
			return
		//lint:ignore SA5004 it spins on purpose
		default:
		}
	}
}

func TestSettle(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	c := make(chan struct{})
	for range 5 {
		go waitsForLock(&mu)
		go waitsForValue(c)
	}
	for _, mark := range []string{"goroutines_test.waitsForLock", "goroutines_test.waitsForValue"} {
		if !goroutines.Settle(mark, 5, patience, never) {
			t.Errorf("%s: still busy", mark)
		}
		if all, busy := goroutines.Count(mark); all != 5 || busy != 0 {
			t.Errorf("Count(%s) = %d, %d, want 5, 0", mark, all, busy)
		}
	}
	mu.Unlock()
	close(c)
	for _, mark := range []string{"goroutines_test.waitsForLock", "goroutines_test.waitsForValue"} {
		if n := goroutines.Gone(mark, patience); n != 0 {
			t.Errorf("%d goroutines are still in %s", n, mark)
		}
	}
}

func TestBusyIsNotSettled(t *testing.T) {
	begun, stop := make(chan struct{}), make(chan struct{})
	defer close(stop)
	go spins(begun, stop)
	<-begun
	const mark = "goroutines_test.spins"
	if goroutines.Settle(mark, 1, time.Millisecond, never) {
		t.Error("a goroutine that spins was taken for one that waits")
	}
	if goroutines.Gone(mark, time.Millisecond) != 1 {
		t.Error("a goroutine that spins was taken for gone")
	}
	if !goroutines.Settle(mark, 1, patience, func() bool { return true }) {
		t.Error("what was done was not seen")
	}
}

func TestTheCallerIsNotCounted(t *testing.T) {
	if all, _ := goroutines.Count("goroutines_test.TestTheCallerIsNotCounted"); all != 0 {
		t.Errorf("Count found %d, want 0", all)
	}
}
