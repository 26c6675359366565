// Package breaker is the transport of our HTTP clients: it tries again what
// failed, and leaves peers alone that are down.
package breaker

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// Config says how patient we are with a peer.
type Config struct {
	Attempts int           // how often a call is sent at most
	Backoff  time.Duration // the wait before the second time
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

type peer struct {
	failures int
	until    time.Time // it is left alone until then
}

// New returns a transport that sends what it gets through next.
func New(next http.RoundTripper, c Config) http.RoundTripper {
	return &transport{next: next, Config: c, peers: make(map[string]*peer)}
}

// RoundTrip sends the request until it has an answer.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	wait := t.Backoff
	for sent := 1; ; sent++ {
		if !t.allows(r.URL.Host) {
			return nil, ErrOpen
		}
		answer, err := t.next.RoundTrip(r)
		ok := err == nil && answer.StatusCode < 500
		t.note(r.URL.Host, ok)
		if ok || sent == t.Attempts {
			return answer, err
		}
		time.Sleep(wait) // give it some time
		wait *= 2
	}
}

func (t *transport) peer(host string) *peer {
	if t.peers[host] == nil {
		t.peers[host] = new(peer)
	}
	return t.peers[host]
}

// allows reports whether the peer may be called; after the cooldown we try
// again.
func (t *transport) allows(host string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Now().After(t.peer(host).until)
}

// note counts how the peer is doing.
func (t *transport) note(host string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.peer(host)
	if ok {
		p.failures = 0
		return
	}
	p.failures++
	if p.failures >= t.Failures {
		p.failures = 0
		p.until = time.Now().Add(t.Cooldown)
	}
}
