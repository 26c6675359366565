// Package bubble runs hidden tests on a fake clock (testing/synctest) and looks
// at goroutines: which ones a bubble still holds, and where each one stands.
//
// It turns what synctest answers with a panic, a bubble in which nothing can
// go on, into a failure that a learner can read. It knows no exercise.
package bubble

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/kata-go/kata/grader/kit"
)

// Run runs f in a bubble: time stands still while anybody can go on, and jumps
// when everybody waits. When all wait for what never comes, the behaviour
// fails; sent says what the test was doing. Goroutines that f leaves behind are
// no failure by themselves: that is what Others is for.
//
// A goroutine that waits for a sync.Mutex keeps the clock from moving, so f
// should not make two calls meet in code that may hold a lock while it waits.
func Run(t *testing.T, sent string, f func(t *testing.T)) {
	t.Helper()
	if end, number := inside(t, sent, f); end != nil {
		kit.Fail(t, kit.Failure{Sent: sent, Got: "everybody waits, and nothing will come", Want: "an end", At: Line(inBubble(number, everything())), Note: fmt.Sprint(end)})
	}
}

// inside runs f in a bubble. It returns what synctest panics with where f did
// not end, and the bubble's number. The failure is Run's to report: what a
// deferred function logs, testing would place in this file, as nobody's words.
func inside(t *testing.T, sent string, f func(t *testing.T)) (end any, number string) {
	var ended bool
	defer func() {
		if p := recover(); !ended {
			end = p
		} // else f ended, and left goroutines behind or did not
	}()
	synctest.Test(t, func(t *testing.T) {
		number = own()
		defer func() { ended = true }()
		defer keep(t, sent)
		f(t)
	})
	return nil, number
}

// keep turns a panic of f into a failure, which the harness cannot do from
// outside the bubble.
func keep(t *testing.T, sent string) {
	p := recover()
	if p == nil {
		return
	}
	trace := stack(false)
	kit.Fail(t, kit.Failure{Sent: sent, Got: fmt.Sprintf("panic: %v", p), Want: "no panic", At: kit.FirstOwned(trace), Note: kit.Owning(trace)})
}

// ours are the goroutines that synctest itself keeps in a bubble.
var ours = regexp.MustCompile(`(?m)^(internal/synctest\.Run|testing\.testingSynctestTest|testing/synctest\.testingSynctestTest)\(`)

// Others waits until everybody in the caller's bubble waits, and returns the
// traces of all goroutines of the bubble but the caller's.
func Others() []string {
	synctest.Wait()
	var others []string
	for _, trace := range inBubble(own(), everything()) {
		if !ours.MatchString(trace) {
			others = append(others, trace)
		}
	}
	return others
}

// Line returns the innermost line of code under test in the traces, as
// "file:line", or the line that started such a goroutine, or "".
func Line(traces []string) string {
	for _, t := range traces {
		if at := kit.FirstOwned(t); at != "" {
			return at
		}
		if at := birthplace(t); at != "" {
			return at
		}
	}
	return ""
}

var created = regexp.MustCompile(`(?m)^created by (\S+) in goroutine \d+\n\t(\S+:\d+)`)

// birthplace returns the line of code under test that started the goroutine.
func birthplace(trace string) string {
	m := created.FindStringSubmatch(trace)
	if m == nil || !kit.Owned(m[1]) {
		return ""
	}
	return m[2][strings.LastIndexByte(m[2], '/')+1:]
}

var header = regexp.MustCompile(`^goroutine (\d+) [^\n]*?(?:synctest bubble (\d+))?\]:`)

// own returns the number of the caller's bubble, or "".
func own() string {
	m := header.FindStringSubmatch(stack(false))
	if m == nil {
		return ""
	}
	return m[2]
}

// inBubble returns the traces of a bubble's goroutines without the caller's,
// which comes first.
func inBubble(number string, traces []string) []string {
	var in []string
	for _, t := range traces[1:] {
		if m := header.FindStringSubmatch(t); m != nil && number != "" && m[2] == number {
			in = append(in, t)
		}
	}
	return in
}

// everything returns the traces of all goroutines, the caller's first.
func everything() []string {
	return strings.Split(strings.TrimSpace(stack(true)), "\n\n")
}

// stack returns the trace of the caller's goroutine, or of all.
func stack(all bool) string {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, all)
		if n < len(buf) {
			return string(buf[:n])
		}
		buf = make([]byte, 2*len(buf))
	}
}
