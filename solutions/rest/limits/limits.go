// Package limits lets each client of an API send a burst of requests, and then
// one more in each interval.
package limits

import (
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is what the contract says, and what is known of the network.
type Config struct {
	Burst   int              // requests at once, at least 1
	Every   time.Duration    // one more in each of these
	Trusted []netip.Prefix   // the addresses of proxies whose X-Forwarded-For is believed
	Now     func() time.Time // the clock
}

// New limits the requests that reach next.
func New(next http.Handler, c Config) http.Handler {
	return &limiter{Config: c, next: next, full: map[netip.Addr]time.Time{}, swept: c.Now()}
}

// limiter is a token bucket for each client, kept as the moment at which it
// will be full again: a request moves that moment by one interval.
type limiter struct {
	Config
	next  http.Handler
	mu    sync.Mutex
	full  map[netip.Addr]time.Time
	swept time.Time
}

func (l *limiter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	left, wait := l.take(l.client(r))
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(l.Burst))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left))
	if wait > 0 {
		seconds := (wait + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	l.next.ServeHTTP(w, r)
}

// take takes one request from the client's allowance and returns how many are
// left. When there is none it takes nothing and returns how long to wait.
func (l *limiter) take(client netip.Addr) (left int, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	l.sweep(now)
	missing := l.Every + max(0, l.full[client].Sub(now)) // until full, after this request
	spare := time.Duration(l.Burst)*l.Every - missing
	if spare < 0 {
		return 0, -spare
	}
	l.full[client] = now.Add(missing)
	return int(spare / l.Every), 0
}

// sweep forgets whose allowance is whole again, not more often than a whole one
// takes to come.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Duration(l.Burst)*l.Every {
		return
	}
	l.swept = now
	for client, full := range l.full {
		if !full.After(now) {
			delete(l.full, client)
		}
	}
}

// client returns who sent the request: the peer or, if that is a trusted proxy,
// the last address in front of it that is none.
func (l *limiter) client(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	client := peer.Addr()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || !l.trusted(client) {
			break
		}
		client = addr
	}
	return client
}

func (l *limiter) trusted(addr netip.Addr) bool {
	return slices.ContainsFunc(l.Trusted, func(p netip.Prefix) bool { return p.Contains(addr) })
}
