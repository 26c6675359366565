package coroutines_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/coroutines"
)

// scoped is Run or Supervise, or Timeout with a limit that is far away.
type scoped func(ctx context.Context, body func(*coroutines.Scope) error) error

// trial is one call of scoped under watch, in a bubble with a clock of its own.
type trial struct {
	t       *testing.T
	sent    string
	at      string
	free    chan struct{} // closed at the end: whoever waits for it goes on
	result  error
	done    chan struct{} // closed when the call has returned
	started chan struct{} // closed when the body has returned
	told    bool          // the failure has been told
}

// try calls f in a bubble. Whatever waits for the test is let go when f
// returns; a goroutine that then still waits does so for ever.
func try(t *testing.T, at any, sent string, f func(x *trial)) {
	x := &trial{sent: sent, at: kit.At(at)}
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if text := fmt.Sprint(p); x.told || !strings.Contains(text, "deadlock") {
			panic(p)
		}
		x.t = t
		x.at = kit.Stuck()
		x.fail("a goroutine that waits for ever", "when the call has returned, nothing of it is left")
	}()
	synctest.Test(t, func(t *testing.T) {
		x.t, x.free, x.done, x.started = t, make(chan struct{}), make(chan struct{}), make(chan struct{})
		defer close(x.free)
		f(x)
	})
}

// begin calls the function that opens a scope, on a goroutine of its own, and
// returns when nothing moves any more.
func (x *trial) begin(ctx context.Context, open scoped, body func(s *coroutines.Scope) error) {
	go func() {
		defer close(x.done)
		x.result = open(ctx, func(s *coroutines.Scope) error {
			defer close(x.started)
			return body(s)
		})
	}()
	synctest.Wait()
}

// fail ends the behaviour.
func (x *trial) fail(got, want string) {
	x.t.Helper()
	x.told = true
	kit.Fail(x.t, kit.Failure{Sent: x.sent, Got: got, Want: want, At: x.at})
}

// returned reports whether the call has returned once nothing moves any more.
func (x *trial) returned() bool {
	synctest.Wait()
	select {
	case <-x.done:
		return true
	default:
		return false
	}
}

// holds fails the behaviour when the call has returned already.
func (x *trial) holds(running string) {
	x.t.Helper()
	if x.returned() {
		x.fail("it has returned with "+said(x.result), "it waits: "+running+" is still running")
	}
}

// ends fails the behaviour unless the call has returned by now.
func (x *trial) ends() {
	x.t.Helper()
	if !x.returned() {
		x.fail("it still waits", "it returns: everything in the scope has ended")
	}
}

// gives fails the behaviour unless the call has returned an error that is want.
func (x *trial) gives(want error) {
	x.t.Helper()
	x.ends()
	if !errors.Is(x.result, want) || want == nil && x.result != nil {
		x.fail(said(x.result), said(want))
	}
}

func said(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("the error %q", err)
}

// fault is an error of its own, with a drawn text.
func fault(t *testing.T, of string) error { return errors.New(of + ": " + kit.Word(kit.Rand(t), 7)) }

// cancelled reports whether ctx has ended once nothing moves any more.
func cancelled(ctx context.Context) bool {
	synctest.Wait()
	return ctx.Err() != nil
}
