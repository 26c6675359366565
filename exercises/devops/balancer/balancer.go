// Package balancer chooses which backend answers a request.
package balancer

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"
)

// ErrNone says that there is no healthy backend.
var ErrNone = errors.New("no healthy backend")

// Options say how backends are checked.
type Options struct {
	Interval  time.Duration // between two checks of a backend
	Timeout   time.Duration // of one check
	Fall      int           // failed checks that take a backend out
	Rise      int           // passed checks that bring it back
	SlowStart time.Duration // how long a backend takes to its full share
}

// Balancer spreads requests over backends.
type Balancer struct {
	check   func(ctx context.Context, addr string) error
	options Options

	mu       sync.Mutex
	backends []*backend
	sessions map[string]*backend // a key stays where it was
}

type backend struct {
	addr           string
	open           int
	failed, passed int
	down           bool
}

// Lease is one request at a backend.
type Lease struct {
	Addr string

	b       *Balancer
	backend *backend
}

// New returns a Balancer without backends. check tells whether the one at addr
// is well.
func New(check func(ctx context.Context, addr string) error, o Options) *Balancer {
	return &Balancer{check: check, options: o, sessions: map[string]*backend{}}
}

// Set says which backends there are from now on.
func (b *Balancer) Set(addrs ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = nil
	for _, addr := range addrs {
		b.backends = append(b.backends, &backend{addr: addr})
	}
}

// Next leases the backend with the fewest open leases.
func (b *Balancer) Next() (*Lease, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var best *backend
	for _, x := range b.backends {
		if !x.down && (best == nil || x.open < best.open) {
			best = x
		}
	}
	if best == nil {
		return nil, ErrNone
	}
	return b.lease(best), nil
}

// For leases the backend that key belongs to.
func (b *Balancer) For(key string) (*Lease, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.backends) == 0 {
		return nil, ErrNone
	}
	x, ok := b.sessions[key]
	if !ok {
		h := fnv.New32a()
		_, _ = h.Write([]byte(key))
		x = b.backends[int(h.Sum32())%len(b.backends)]
		b.sessions[key] = x
	}
	return b.lease(x), nil
}

func (b *Balancer) lease(x *backend) *Lease {
	x.open++
	return &Lease{Addr: x.addr, b: b, backend: x}
}

// Done ends the lease.
func (l *Lease) Done() {
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	l.backend.open--
}

// Run checks the backends until ctx ends.
func (b *Balancer) Run(ctx context.Context) {
	ticker := time.NewTicker(b.options.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			b.checkAll(ctx)
		}
	}
}

func (b *Balancer) checkAll(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, x := range b.backends {
		if err := b.check(ctx, x.addr); err != nil {
			x.failed++
		} else {
			x.passed++
		}
		switch {
		case !x.down && x.failed >= b.options.Fall:
			x.down, x.passed = true, 0
		case x.down && x.passed >= b.options.Rise:
			x.down, x.failed = false, 0
		}
	}
}
