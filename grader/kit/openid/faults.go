package openid

import (
	"context"
	"slices"
	"sync"
)

// Fault is what can go wrong with one request.
type Fault int

const (
	Unavailable Fault = iota + 1 // answered with 503, nothing is done
	Cut                          // the connection ends, nothing is done
	Lost                         // it is done, and the connection ends before the answer
)

// faults is what is set to go wrong.
type faults struct {
	mu    sync.Mutex
	down  bool
	next  map[string][]Fault // by endpoint, the first to be met first
	holds map[string]*hold
}

// hold keeps requests of one endpoint waiting.
type hold struct {
	open    chan struct{}
	arrived chan struct{} // a token for each that waits
}

// Next makes the following requests to an endpoint meet these faults, one each.
func (p *Provider) Next(endpoint string, list ...Fault) {
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = map[string][]Fault{}
	}
	f.next[endpoint] = append(slices.Clone(f.next[endpoint]), list...)
}

// Down cuts every request until Up.
func (p *Provider) Down() {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	p.faults.down = true
}

// Up ends all faults: Down, what Next left, and holds.
func (p *Provider) Up() {
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.holds {
		close(h.open)
	}
	f.down, f.next, f.holds = false, nil, nil
}

// Hold keeps the requests to an endpoint waiting, before anything is done, until
// release. A value comes out of arrived for each one that begins to wait (up to
// 1024 that nobody has received).
func (p *Provider) Hold(endpoint string) (arrived <-chan struct{}, release func()) {
	f := &p.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds == nil {
		f.holds = map[string]*hold{}
	}
	h := f.holds[endpoint]
	if h == nil {
		h = &hold{make(chan struct{}), make(chan struct{}, 1024)}
		f.holds[endpoint] = h
	}
	return h.arrived, func() { f.lift(endpoint, h) }
}

func (f *faults) lift(endpoint string, h *hold) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds[endpoint] == h {
		delete(f.holds, endpoint)
		close(h.open)
	}
}

// meet waits where the endpoint is held and returns the request's fault.
func (f *faults) meet(ctx context.Context, endpoint string) Fault {
	f.mu.Lock()
	h := f.holds[endpoint]
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
	if list := f.next[endpoint]; len(list) > 0 {
		f.next[endpoint] = list[1:]
		return list[0]
	}
	return 0
}
