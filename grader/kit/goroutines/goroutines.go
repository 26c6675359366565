// Package goroutines looks at what the goroutines of a test are doing, so that
// a test can wait until some of them can get no further, without a sleep and
// without a hook in the code under test. It reads the runtime's own traces and
// never changes anything.
package goroutines

import (
	"runtime"
	"strings"
	"time"
)

// Count returns how many goroutines other than the caller's have a call of a
// function whose full name contains mark, and how many of those are busy: they
// run, could run, or are in a system call.
func Count(mark string) (all, busy int) {
	for _, trace := range traces()[1:] { // the first is the caller's
		state, calls, _ := strings.Cut(trace, "\n")
		calls, _, _ = strings.Cut(calls, "\ncreated by ")
		if !strings.Contains(calls, mark) {
			continue
		}
		all++
		if active(state) {
			busy++
		}
	}
	return all, busy
}

// Settle waits until done reports true, or until at least n goroutines have a
// call of a function whose full name contains mark and none of them is busy:
// each waits for something. A goroutine that has not begun has no call yet,
// and one that has ended has none any more, so done must tell of the latter.
// Settle reports whether that came to pass before patience ran out.
func Settle(mark string, n int, patience time.Duration, done func() bool) bool {
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		if done() {
			return true
		}
		if all, busy := Count(mark); all >= n && busy == 0 {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

// Gone waits until no goroutine has a call of a function whose full name
// contains mark, and returns how many still have when patience ran out.
func Gone(mark string, patience time.Duration) int {
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		all, _ := Count(mark)
		if all == 0 || time.Now().After(end) {
			return all
		}
	}
}

// traces returns the trace of every goroutine, the caller's first.
func traces() []string {
	for size := 1 << 18; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return strings.Split(string(buf[:n]), "\n\n")
		}
	}
}

// active tells from a trace's first line, such as
//
//	goroutine 18 [chan receive, 2 minutes]:
//
// whether the goroutine is on its way. The words are those of the runtime's
// gStatusStrings; every other word there is the reason of a wait.
func active(header string) bool {
	_, state, _ := strings.Cut(header, "[")
	state, _, _ = strings.Cut(state, "]")
	state, _, _ = strings.Cut(state, ",")
	state, _, _ = strings.Cut(state, " (")
	switch state {
	case "running", "runnable", "syscall", "idle", "copystack", "preempted", "GC assist wait", "GC assist marking":
		return true
	}
	return false
}
