package bubble_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit/bubble"
)

func TestTheClockIsFake(t *testing.T) {
	var took time.Duration
	bubble.Run(t, "sleep", func(t *testing.T) {
		began := time.Now()
		time.Sleep(time.Hour)
		took = time.Since(began)
	})
	if took != time.Hour {
		t.Errorf("slept %v, want 1h", took)
	}
}

func TestOthersSeesWhoIsLeft(t *testing.T) {
	var before, after, never []string
	bubble.Run(t, "leave", func(t *testing.T) {
		gate := make(chan struct{})
		never = bubble.Others()
		go func() { <-gate }()
		before = bubble.Others()
		close(gate)
		after = bubble.Others()
	})
	if len(never) != 0 || len(before) != 1 || len(after) != 0 {
		t.Errorf("got %d, %d and %d others, want 0, 1 and 0", len(never), len(before), len(after))
	}
	if !strings.Contains(strings.Join(before, ""), "TestOthersSeesWhoIsLeft") {
		t.Errorf("the trace does not tell who it is: %s", before)
	}
}

func TestWhoStaysBehindIsNoFailureByItself(t *testing.T) {
	bubble.Run(t, "leave for ever", func(t *testing.T) {
		never := make(chan struct{})
		go func() { <-never }()
		if n := len(bubble.Others()); n != 1 {
			t.Errorf("got %d others, want 1", n)
		}
	})
}

func TestSettle(t *testing.T) {
	if !bubble.Go(func() {}).Settle() {
		t.Error("a function that returns was not seen to end")
	}
	var mu sync.Mutex
	mu.Lock()
	g := bubble.Go(func() { mu.Lock(); defer mu.Unlock() })
	if g.Settle() {
		t.Error("a function that waits for a lock was seen to end")
	}
	mu.Unlock()
	<-g.Done()
	if !g.Settle() {
		t.Error("it was not seen to end after all")
	}
}
