package bubble

import (
	"runtime"
	"strings"
	"time"
)

// Goroutine is one that the test has started and looks at from outside. It
// needs no bubble.
type Goroutine struct {
	id   string
	done chan struct{}
}

// Go runs f on a goroutine of its own.
func Go(f func()) *Goroutine {
	id := make(chan string)
	g := &Goroutine{done: make(chan struct{})}
	go func() {
		defer close(g.done)
		id <- header.FindStringSubmatch(stack(false))[1]
		f()
	}()
	g.id = <-id
	return g
}

// Done is closed when f has returned.
func (g *Goroutine) Done() <-chan struct{} { return g.done }

// Settle returns when f has returned, which it reports, or when its goroutine
// waits for somebody else: for a lock, a channel. It gives up after a second on
// one that neither ends nor waits.
func (g *Goroutine) Settle() (ended bool) {
	for began := time.Now(); time.Since(began) < time.Second; runtime.Gosched() {
		select {
		case <-g.done:
			return true
		default:
		}
		if g.waits() {
			return false
		}
	}
	return false
}

// waits reports whether the goroutine is parked for another goroutine's sake.
func (g *Goroutine) waits() bool {
	for _, t := range everything() {
		rest, ok := strings.CutPrefix(t, "goroutine "+g.id+" [")
		if !ok {
			continue
		}
		for _, reason := range []string{"chan ", "select", "sync.", "semacquire"} {
			if strings.HasPrefix(rest, reason) {
				return true
			}
		}
	}
	return false
}
