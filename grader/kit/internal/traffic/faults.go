package traffic

import (
	"sync"
	"sync/atomic"
	"time"
)

// Faults is what is set to go wrong. Use NewFaults.
type Faults struct {
	mu      sync.Mutex
	down    bool
	changed chan struct{} // closed when down changes
	armed   *trap
	gate    *gate
}

// NewFaults returns faults of which none is set.
func NewFaults() *Faults { return &Faults{changed: make(chan struct{})} }

// Down makes the server unreachable: a front closes its connections when
// Changed says so, and lets no new ones live.
func (f *Faults) Down() { f.turn(true) }

// Up ends Down.
func (f *Faults) Up() { f.turn(false) }

func (f *Faults) turn(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down == down {
		return
	}
	f.down = down
	close(f.changed)
	f.changed = make(chan struct{})
}

// IsDown reports whether the server is unreachable, and returns a channel that
// is closed when that changes.
func (f *Faults) IsDown() (down bool, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.down, f.changed
}

// trap runs f after the n-th operation from now.
type trap struct {
	left   int
	f      func()
	sprung atomic.Bool
}

// After runs do once, when the server has executed the n-th operation from now
// (n counts from 1) and before its client gets the answer. The returned function
// calls the plan off and reports whether do was run.
func (f *Faults) After(n int, do func()) (sprung func() bool) {
	t := &trap{left: n, f: do}
	f.mu.Lock()
	f.armed = t
	f.mu.Unlock()
	return func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.armed == t {
			f.armed = nil
		}
		return t.sprung.Load()
	}
}

// Executed is told of each operation that the server has executed, before its
// answer goes to the client; it returns when the answer may go. Whether there
// still is a client to go to, IsDown says.
func (f *Faults) Executed() {
	f.step()
	f.gather()
}

func (f *Faults) step() {
	f.mu.Lock()
	t := f.armed
	if t != nil {
		t.left--
	}
	if t == nil || t.left > 0 {
		f.mu.Unlock()
		return
	}
	f.armed = nil
	t.sprung.Store(true)
	f.mu.Unlock()
	t.f()
}

// gate holds answers back until enough clients wait for one.
type gate struct {
	left int
	open chan struct{}
	idle *time.Timer
}

// hush is how long after the last arrival a gate opens that is not full:
// clients that wait for one another would fill it never.
const hush = 100 * time.Millisecond

// Together makes the next n operations wait for one another: the server executes
// all n before any client reads an answer. When fewer than n come and a tenth of
// a second passes without another, it waits no longer.
func (f *Faults) Together(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gate = &gate{left: n, open: make(chan struct{})}
}

func (f *Faults) gather() {
	f.mu.Lock()
	g, changed := f.gate, f.changed
	if g == nil {
		f.mu.Unlock()
		return
	}
	if g.idle == nil {
		g.idle = time.AfterFunc(hush, func() { f.lift(g) })
	} else {
		g.idle.Reset(hush)
	}
	g.left--
	full := g.left == 0
	f.mu.Unlock()
	if full {
		f.lift(g)
	}
	select {
	case <-g.open:
	case <-changed:
	}
}

// lift opens g, once.
func (f *Faults) lift(g *gate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gate == g {
		f.gate = nil
		g.idle.Stop()
		close(g.open)
	}
}
