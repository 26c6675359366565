// Package limits lets each client of an API send so many requests.
package limits

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is what the contract says, and what we know of the network.
type Config struct {
	Burst   int              // requests at once, at least 1
	Every   time.Duration    // one more in each of these
	Trusted []netip.Prefix   // the addresses of our proxies
	Now     func() time.Time // the clock
}

type limiter struct {
	Config
	next   http.Handler
	mu     sync.Mutex
	tokens map[string]int // what each client has left
	last   time.Time      // when tokens were handed out
}

// New limits the requests that reach next.
func New(next http.Handler, c Config) http.Handler {
	return &limiter{Config: c, next: next, tokens: make(map[string]int), last: c.Now()}
}

func (l *limiter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	left := l.take(client(r))
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(l.Burst))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left))
	if left < 0 {
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	l.next.ServeHTTP(w, r)
}

// take takes one of the client's tokens and returns what is left.
func (l *limiter) take(client string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	if now.Sub(l.last) >= l.Every {
		l.last = now
		for c := range l.tokens { // one more for everybody
			if l.tokens[c] < l.Burst {
				l.tokens[c]++
			}
		}
	}
	left, known := l.tokens[client]
	if !known {
		left = l.Burst
	}
	left--
	l.tokens[client] = left
	return left
}

// client is the address of who sends, also if there is a proxy between.
func client(r *http.Request) string {
	if list := r.Header.Get("X-Forwarded-For"); list != "" {
		first, _, _ := strings.Cut(list, ",")
		return first
	}
	return r.RemoteAddr
}
