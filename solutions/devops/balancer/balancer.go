// Package balancer chooses which backend answers a request.
package balancer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// ErrNone says that there is no healthy backend.
var ErrNone = errors.New("no healthy backend")

// Options say how backends are checked.
type Options struct {
	Interval  time.Duration // between two checks of a backend
	Timeout   time.Duration // of one check
	Fall      int           // failed checks in a row that take a backend out
	Rise      int           // passed checks in a row that bring it back
	SlowStart time.Duration // how long a backend takes to its full share
}

// Balancer spreads requests over backends.
type Balancer struct {
	check   func(ctx context.Context, addr string) error
	options Options

	mu       sync.Mutex // held for as long as it takes to look and to count
	backends map[string]*backend
	leases   int // so far
}

// backend is one server, from the Set that names it to the one that does not.
type backend struct {
	addr   string
	open   int
	last   int // the number of its last lease
	down   bool
	streak int       // checks in a row that speak against its state
	since  time.Time // when it came, or was last healthy again
	busy   bool      // a check is under way
}

// Lease is one request at a backend.
type Lease struct {
	Addr string

	once    sync.Once
	b       *Balancer
	backend *backend
}

// New returns a Balancer without backends. check tells whether the one at addr
// is well.
func New(check func(ctx context.Context, addr string) error, o Options) *Balancer {
	return &Balancer{check: check, options: o, backends: map[string]*backend{}}
}

// Set says which backends there are from now on. Those that were there before
// stay as they are.
func (b *Balancer) Set(addrs ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := map[string]*backend{}
	for _, addr := range addrs {
		next[addr] = b.backends[addr]
		if next[addr] == nil {
			next[addr] = &backend{addr: addr, since: time.Now()}
		}
	}
	b.backends = next
}

// Next leases the backend with the fewest open leases, for its share; of
// several, the one whose last lease is oldest.
func (b *Balancer) Next() (*Lease, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	var best *backend
	var least float64
	for _, x := range b.backends {
		load := float64(x.open+1) / b.share(x, now)
		if !x.down && (best == nil || load < least || load == least && x.last < best.last) {
			best, least = x, load
		}
	}
	return b.lease(best)
}

// share is the part of a full load that a backend may have, from 0, which makes
// any load infinite, to 1.
func (b *Balancer) share(x *backend, now time.Time) float64 {
	age := now.Sub(x.since)
	if age >= b.options.SlowStart {
		return 1
	}
	return float64(age) / float64(b.options.SlowStart)
}

// For leases the backend that key belongs to: the healthy one that has the
// highest number for it (rendezvous hashing). Whoever goes or comes changes
// nobody else's number.
func (b *Balancer) For(key string) (*Lease, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var best *backend
	var highest uint64
	for _, x := range b.backends {
		n := number(x.addr, key)
		if !x.down && (best == nil || n > highest) {
			best, highest = x, n
		}
	}
	return b.lease(best)
}

// number is the same in every process.
func number(addr, key string) uint64 {
	sum := sha256.Sum256([]byte(addr + "\x00" + key))
	return binary.BigEndian.Uint64(sum[:])
}

func (b *Balancer) lease(x *backend) (*Lease, error) {
	if x == nil {
		return nil, ErrNone
	}
	b.leases++
	x.open++
	x.last = b.leases
	return &Lease{Addr: x.addr, b: b, backend: x}, nil
}

// Done ends the lease.
func (l *Lease) Done() {
	l.once.Do(func() {
		l.b.mu.Lock()
		defer l.b.mu.Unlock()
		l.backend.open--
	})
}

// Run checks the backends until ctx ends.
func (b *Balancer) Run(ctx context.Context) {
	var checks sync.WaitGroup
	defer checks.Wait()
	ticker := time.NewTicker(b.options.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			for _, x := range b.idle() {
				checks.Go(func() { b.examine(ctx, x) })
			}
		}
	}
}

// idle returns the backends that are to be checked now, and marks them.
func (b *Balancer) idle() []*backend {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []*backend
	for _, x := range b.backends {
		if !x.busy {
			x.busy = true
			list = append(list, x)
		}
	}
	return list
}

// examine checks one backend and notes what came of it.
func (b *Balancer) examine(ctx context.Context, x *backend) {
	ctx, cancel := context.WithTimeout(ctx, b.options.Timeout)
	defer cancel()
	err := b.check(ctx, x.addr)
	b.mu.Lock()
	defer b.mu.Unlock()
	x.busy = false
	if x.down == (err != nil) {
		x.streak = 0
		return
	}
	x.streak++
	if x.down && x.streak >= b.options.Rise || !x.down && x.streak >= b.options.Fall {
		x.down, x.streak, x.since = !x.down, 0, time.Now()
	}
}
