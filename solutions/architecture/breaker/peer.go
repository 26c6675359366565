package breaker

import (
	"sync"
	"time"
)

type outcome int

const (
	unknown outcome = iota // the caller left
	success
	failure
)

// peer is what we know of one. It is closed, which means that calls go through,
// or open, and then half open while a probe is under way.
type peer struct {
	Config

	mu       sync.Mutex
	tenths   int // of a call, which may be sent again
	failures int // in a row
	open     bool
	probing  bool
	until    time.Time // when a probe may go, if open
	period   int       // how often it was opened
}

// admit reports whether a call may be sent, and in which period that is.
func (p *peer) admit() (period int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open && (p.probing || time.Now().Before(p.until)) {
		return 0, false
	}
	p.probing = p.open
	return p.period, true
}

// report says how a call ended that was sent in that period. If it is an earlier
// one, that tells nothing of this one. While the peer is open, only the probe is
// of this one.
func (p *peer) report(period int, o outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o == success {
		p.tenths = min(p.tenths+1, 10*p.Budget)
	}
	if period != p.period {
		return
	}
	p.probing = false
	switch o {
	case success:
		p.open, p.failures = false, 0
	case failure:
		p.fail()
	}
}

// fail counts. A probe's failure is one more than enough.
func (p *peer) fail() {
	p.failures++
	if p.failures >= p.Failures {
		p.open, p.until = true, time.Now().Add(p.Cooldown)
		p.period++
	}
}

// spend takes one out of the budget, if there is one.
func (p *peer) spend() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tenths < 10 {
		return false
	}
	p.tenths -= 10
	return true
}
