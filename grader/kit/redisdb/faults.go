package redisdb

import (
	"slices"
	"sync/atomic"
	"time"
)

// mode is how a front treats its clients.
type mode int

const (
	up     mode = iota
	down        // closes connections, the open ones and new ones
	mute        // accepts connections and commands and says nothing
	refuse      // answers every command with an error
)

// faults is what is set to go wrong. The front's lock guards it.
type faults struct {
	mode    mode
	text    string        // of refuse
	changed chan struct{} // closed when mode changes
	armed   *trap
	gate    *gate
}

// Down ends all connections and lets no new ones live, as when Redis stops.
func (s *Server) Down() { s.front.turn(down, "") }

// Mute makes Redis accept connections and commands and never answer. What it is
// sent meanwhile is lost.
func (s *Server) Mute() { s.front.turn(mute, "") }

// Refuse makes Redis answer every command with an error, such as "LOADING Redis
// is loading the dataset in memory".
func (s *Server) Refuse(text string) { s.front.turn(refuse, text) }

// Up ends Down, Mute and Refuse. Connections from before are closed.
func (s *Server) Up() { s.front.turn(up, "") }

// turn sets the mode. Connections live on only from up to mute or refuse.
func (f *front) turn(m mode, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m == f.faults.mode && text == f.faults.text {
		return
	}
	if m == down || f.faults.mode != up {
		for p := range f.pairs {
			p.close()
		}
	}
	f.faults.mode, f.faults.text = m, text
	close(f.faults.changed)
	f.faults.changed = make(chan struct{})
}

// attend waits while Redis is mute. It returns errCut, or the error that Redis
// shall answer each request of burst with, or nothing when they shall be
// executed.
func (f *front) attend(burst []request) (text string, err error) {
	f.mu.Lock()
	m, text, changed := f.faults.mode, f.faults.text, f.faults.changed
	f.mu.Unlock()
	if m == up && f.db.real && slices.ContainsFunc(burst, request.foreign) {
		m, text = refuse, "ERR this command reaches other tests' databases"
	}
	if m != up {
		f.record.add(burst)
	}
	switch m {
	case down:
		return "", errCut
	case mute:
		<-changed
		return "", errCut
	case refuse:
		return text, nil
	}
	return "", nil
}

// trap runs f after the n-th command from now.
type trap struct {
	left   int
	f      func()
	sprung atomic.Bool
}

// After runs f once, when Redis has executed the n-th command from now (n
// counts from 1) and before any client gets its answer or has a further command
// executed on the same connection, also when they came in one pipeline. f may
// let time pass, use the same Redis through another client, or end the
// connection. The returned function calls the plan off and reports whether f
// was run.
func (s *Server) After(n int, f func()) (sprung func() bool) {
	t := &trap{left: n, f: f}
	s.front.mu.Lock()
	s.front.faults.armed = t
	s.front.mu.Unlock()
	return func() bool {
		s.front.mu.Lock()
		defer s.front.mu.Unlock()
		if s.front.faults.armed == t {
			s.front.faults.armed = nil
		}
		return t.sprung.Load()
	}
}

// CutAfter is After with Down: to Redis the client died when its n-th command
// was executed, before it could read the answer. Up lets clients in again.
func (s *Server) CutAfter(n int) (sprung func() bool) { return s.After(n, s.Down) }

// parts cuts a burst into what is sent to the database at once: single commands
// when a trap waits for one of them.
func (f *front) parts(burst []request) [][]request {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults.armed == nil {
		return [][]request{burst}
	}
	var parts [][]request
	for i := range burst {
		parts = append(parts, burst[i:i+1])
	}
	return parts
}

// step counts an executed part towards the trap and springs it.
func (f *front) step(part []request) {
	if len(part) != 1 || part[0].greeting() {
		return
	}
	f.mu.Lock()
	t := f.faults.armed
	if t == nil {
		f.mu.Unlock()
		return
	}
	t.left--
	if t.left > 0 {
		f.mu.Unlock()
		return
	}
	f.faults.armed = nil
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

// Together makes the next n round trips wait for one another: Redis executes
// the commands of all n before any client reads an answer. When fewer than n
// come and a tenth of a second passes without another, it waits no longer.
func (s *Server) Together(n int) {
	g := &gate{left: n, open: make(chan struct{})}
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.faults.gate = g
}

// gather makes a burst that was executed wait at the gate.
func (f *front) gather(burst []request) {
	if counted(burst) == 0 {
		return
	}
	f.mu.Lock()
	g, changed := f.faults.gate, f.faults.changed
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
func (f *front) lift(g *gate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults.gate == g {
		f.faults.gate = nil
		g.idle.Stop()
		close(g.open)
	}
}
