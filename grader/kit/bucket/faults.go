package bucket

import (
	"context"
	"slices"
	"sync"
)

// Fault is what can go wrong with one request.
type Fault int

const (
	SlowDown Fault = iota + 1 // answered with 503 SlowDown, nothing is done
	Cut                       // the connection ends, nothing is done; clients repeat some requests by themselves
	Lost                      // it is done, and the connection ends before the answer
	Torn                      // the connection ends in the middle of the answer's body
)

type faults struct {
	mu    sync.Mutex
	down  bool
	next  map[string][]Fault // by operation, the first to be met first
	holds map[string]*hold
}

// hold keeps requests of one operation waiting.
type hold struct{ open, arrived chan struct{} }

// Next makes the following requests of an operation ("GetObject", "PutObject",
// "UploadPart", …) meet these faults, one each.
func (s *Server) Next(operation string, list ...Fault) {
	f := &s.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = map[string][]Fault{}
	}
	f.next[operation] = append(slices.Clone(f.next[operation]), list...)
}

// Down cuts every request until Up.
func (s *Server) Down() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.down = true
}

// Up ends all faults: Down, what Next left, and holds.
func (s *Server) Up() {
	f := &s.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.holds {
		close(h.open)
	}
	f.down, f.next, f.holds = false, nil, nil
}

// Hold keeps the requests of an operation waiting, before anything is done and
// before their body is read, until release. A value comes out of arrived for
// each one that begins to wait (up to 1024 that nobody has received).
func (s *Server) Hold(operation string) (arrived <-chan struct{}, release func()) {
	f := &s.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds == nil {
		f.holds = map[string]*hold{}
	}
	h := f.holds[operation]
	if h == nil {
		h = &hold{make(chan struct{}), make(chan struct{}, 1024)}
		f.holds[operation] = h
	}
	return h.arrived, func() { f.lift(operation, h) }
}

func (f *faults) lift(operation string, h *hold) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds[operation] == h {
		delete(f.holds, operation)
		close(h.open)
	}
}

// meet waits where the operation is held and returns the request's fault.
func (f *faults) meet(ctx context.Context, operation string) Fault {
	f.mu.Lock()
	h := f.holds[operation]
	f.mu.Unlock()
	if h != nil {
		select {
		case h.arrived <- struct{}{}:
		default:
		}
		select {
		case <-h.open:
		case <-ctx.Done(): // the client has gone
			return Cut
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return Cut
	}
	if list := f.next[operation]; len(list) > 0 {
		f.next[operation] = list[1:]
		return list[0]
	}
	return 0
}
