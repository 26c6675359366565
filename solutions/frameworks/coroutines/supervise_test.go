package coroutines_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kata-go/kata/solutions/frameworks/coroutines"
)

// 3. In Supervise a failed launch disturbs nobody, and errors.Is finds every failure in what it returns. A body that fails cancels all.
func TestSupervise(t *testing.T) {
	t.Run("a failed launch disturbs nobody", func(t *testing.T) {
		try(t, coroutines.Supervise, "Supervise launches two; one fails at once, the other\nworks for an hour", func(x *trial) {
			finished := false
			err := fault(t, "one")
			x.begin(background(), coroutines.Supervise, func(s *scope) error {
				s.Launch(func(context.Context) error { return err })
				s.Launch(func(ctx context.Context) error {
					select {
					case <-ctx.Done():
						return ctx.Err()
					case <-time.After(time.Hour):
						finished = true
						return nil
					}
				})
				return nil
			})
			x.holds("the one that works")
			time.Sleep(time.Hour)
			x.gives(err)
			if !finished {
				x.fail("the one that works was cancelled", "it finishes its hour")
			}
		})
	})
	t.Run("every failure is in what it returns", func(t *testing.T) {
		failures(t, 1, crowd(t))
		for range 20 { // who is there first differs from one to the next
			failures(t, 200, 8)
		}
	})
	t.Run("a supervised body that fails cancels all", func(t *testing.T) {
		err := fault(t, "body")
		try(t, coroutines.Supervise, "Supervise with a body that launches one and fails", func(x *trial) {
			x.begin(background(), coroutines.Supervise, func(s *scope) error {
				s.Launch(func(ctx context.Context) error { return x.untilCancelled(ctx, nil) })
				return err
			})
			x.gives(err)
		})
	})
}

// failures has calls of Supervise at the same time, each of n that fail in the
// same moment, and looks for the errors in what the calls return.
func failures(t *testing.T, calls, n int) {
	t.Helper()
	var faults []error
	for i := range n {
		faults = append(faults, fmt.Errorf("export %d failed", i))
	}
	sent := fmt.Sprintf("Supervise launches %d, and all fail", n)
	if calls > 1 {
		sent = fmt.Sprintf("%d calls of Supervise at once; each launches %d,\nand all fail in the same moment", calls, n)
	}
	try(t, coroutines.Supervise, sent, func(x *trial) {
		results := make(chan error, calls)
		for range calls {
			go func() { results <- coroutines.Supervise(background(), launches(faults)) }()
		}
		for range calls {
			if found := found(<-results, faults); found < n {
				x.fail(fmt.Sprintf("an error in which errors.Is finds %d of the %d failures", found, n), "all of them, in what each call returns")
			}
		}
	})
}

// found counts the faults that are in err.
func found(err error, faults []error) (n int) {
	for _, fault := range faults {
		if errors.Is(err, fault) {
			n++
		}
	}
	return n
}

// launches is a body that launches one for each fault, which fails with it a
// little later, when all have begun.
func launches(faults []error) func(s *scope) error {
	return func(s *scope) error {
		for _, err := range faults {
			s.Launch(func(context.Context) error { time.Sleep(10 * time.Millisecond); return err })
		}
		return nil
	}
}
