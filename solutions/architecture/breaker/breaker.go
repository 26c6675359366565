// Package breaker is the transport of our HTTP clients: it tries again what
// failed, within a budget, and leaves peers alone that are down.
package breaker

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Config says how patient we are with a peer.
type Config struct {
	Attempts int           // how often a call is sent at most
	Backoff  time.Duration // the longest wait before the second time; it doubles
	Budget   int           // how often calls to one peer may be sent again
	Failures int           // in a row, after which a peer is left alone
	Cooldown time.Duration // for how long
}

// ErrOpen is the error of a call to a peer that is left alone.
var ErrOpen = errors.New("the peer is left alone for a while")

type transport struct {
	next http.RoundTripper
	Config

	mu    sync.Mutex
	peers map[string]*peer
}

// New returns a transport that sends what it gets through next.
func New(next http.RoundTripper, c Config) http.RoundTripper {
	return &transport{next: next, Config: c, peers: make(map[string]*peer)}
}

// RoundTrip sends the request, again and again if need be.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	p, longest := t.peer(r.URL.Host), t.Backoff
	for sent := 1; ; sent++ {
		answer, err := t.send(p, r, sent)
		if !failed(answer, err) || err == ErrOpen || sent >= t.Attempts || !repeatable(r) || !p.spend() {
			return answer, err
		}
		discard(answer)
		if err := pause(r.Context(), rand.N(longest+1)); err != nil {
			return nil, err
		}
		longest *= 2
	}
}

// send sends the request once, if the peer's breaker allows it.
func (t *transport) send(p *peer, r *http.Request, n int) (*http.Response, error) {
	period, ok := p.admit()
	if !ok {
		hangUp(r)
		return nil, ErrOpen
	}
	again, err := copyOf(r, n)
	if err != nil {
		p.report(period, unknown)
		return nil, err
	}
	answer, err := t.next.RoundTrip(again)
	switch {
	case errors.Is(r.Context().Err(), context.Canceled):
		p.report(period, unknown)
	case failed(answer, err):
		p.report(period, failure)
	default:
		p.report(period, success)
	}
	return answer, err
}

func (t *transport) peer(host string) *peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.peers[host] == nil {
		t.peers[host] = &peer{Config: t.Config, tenths: 10 * t.Budget}
	}
	return t.peers[host]
}

func failed(answer *http.Response, err error) bool { return err != nil || answer.StatusCode >= 500 }

var idempotent = []string{"", "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}

// repeatable reports whether the request does no harm when it arrives twice,
// and can be sent twice.
func repeatable(r *http.Request) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	return slices.Contains(idempotent, r.Method) || r.Header.Get("Idempotency-Key") != ""
}

// copyOf returns the request as it is sent for the n-th time.
func copyOf(r *http.Request, n int) (*http.Request, error) {
	again := r.Clone(r.Context())
	if n > 1 && r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		again.Body = body
	}
	if end, ok := r.Context().Deadline(); ok {
		again.Header.Set("X-Timeout-Ms", strconv.FormatInt(time.Until(end).Milliseconds(), 10))
	}
	return again, nil
}

// discard closes an answer that nobody gets.
func discard(answer *http.Response) {
	if answer != nil {
		_ = answer.Body.Close()
	}
}

func hangUp(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

// pause waits for d, or returns the context's error when that comes first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
