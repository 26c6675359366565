package limits_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/limits"
)

// gate is an API behind the learner's limits and a real server. Its clock
// stands still until it is moved.
type gate struct {
	*web.Server
	limits.Config
	t       testing.TB
	rand    *rand.Rand
	handler http.Handler // the learner's
	reached atomic.Int64 // requests that came through to the API
	let     atomic.Value // the learner's line that let the last one through, a string
	mu      sync.Mutex
	now     time.Time
	story   []string // what was done, for the learner
}

// peerHeader carries the address that a request seems to come from.
const peerHeader = "X-Kata-Peer"

// open draws a contract; intervals are no whole number of seconds.
func open(t testing.TB) *gate {
	t.Helper()
	r := kit.Rand(t)
	every := time.Duration(1+r.IntN(9))*time.Second + time.Duration(300+r.IntN(400))*time.Millisecond
	return with(t, 3+r.IntN(7), every)
}

func with(t testing.TB, burst int, every time.Duration) *gate {
	t.Helper()
	r := kit.Rand(t)
	g := &gate{t: t, rand: r, now: time.Date(2026, 3, 1+r.IntN(28), r.IntN(24), r.IntN(60), 0, r.IntN(1e9), time.UTC)}
	g.Config = limits.Config{Burst: burst, Every: every, Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}, Now: g.clock}
	api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		g.reached.Add(1)
		if _, ok := w.(*status); !ok { // straight has no time to lose
			g.let.Store(kit.Caller())
		}
	})
	g.handler = limits.New(api, g.Config)
	g.Server = web.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = r.Header.Get(peerHeader)
		r.Header.Del(peerHeader)
		g.handler.ServeHTTP(w, r)
	}))
	return g
}

// clock lets others go first: what a limiter knew before may be old by then.
func (g *gate) clock() time.Time {
	runtime.Gosched()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *gate) wait(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
	g.story = append(g.story, "then "+d.String()+" passed")
}

// address returns one of a client, different for each n.
func (g *gate) address(n int) string { return fmt.Sprintf("203.%d.%d.%d", n>>16, n>>8&255, n&255) }

// peer returns the address with a port that was not used before, as RemoteAddr.
func (g *gate) peer(address string) string {
	port := 1024 + g.rand.IntN(60_000)
	return netip.AddrPortFrom(netip.MustParseAddr(address), uint16(port)).String()
}

// send sends a request from an address, as a client or a proxy of ours does.
// Each of lines is one X-Forwarded-For field.
func (g *gate) send(address string, lines ...string) web.Answer {
	g.t.Helper()
	peer := g.peer(address)
	g.let.Store("")
	a := g.Do("GET", "/", func(r *http.Request) {
		r.Header.Set(peerHeader, peer)
		if len(lines) > 0 {
			r.Header["X-Forwarded-For"] = lines
		}
	})
	a.At = cmp.Or(a.At, g.let.Load().(string), kit.At(limits.New))
	sent := "GET / from " + peer
	for _, l := range lines {
		sent += "\n  X-Forwarded-For: " + l
	}
	a.Sent = fmt.Sprintf("Burst %d, Every %s", g.Burst, g.Every)
	for _, s := range g.story {
		a.Sent += "\n" + s
	}
	a.Sent += "\n" + sent
	return a
}

// passes sends n requests that must all pass.
func (g *gate) passes(n int, why, address string, lines ...string) {
	g.t.Helper()
	for i := range n {
		before := g.reached.Load()
		a := g.send(address, lines...)
		if a.Status != http.StatusOK || g.reached.Load() != before+1 {
			a.Sent += fmt.Sprintf("   (number %d of %d)", i+1, n)
			fail(g.t, a, "200 OK: "+why)
		}
	}
	g.story = append(g.story, several(n)+"GET / from "+strings.Join(append([]string{address}, lines...), " for ")+" passed")
}

// several counts requests of a story.
func several(n int) string {
	if n == 1 {
		return ""
	}
	return strconv.Itoa(n) + " × "
}

// refused sends a request that must not pass, and returns the answer.
func (g *gate) refused(why, address string, lines ...string) web.Answer {
	g.t.Helper()
	a := g.send(address, lines...)
	if a.Status != http.StatusTooManyRequests {
		fail(g.t, a, "429 Too Many Requests: "+why)
	}
	return a
}

// fail tells the answer with the fields that limits are about.
func fail(t testing.TB, a web.Answer, want string) {
	t.Helper()
	got := strings.TrimRight(a.String(), "\n")
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining"} {
		if v := a.Header.Get(name); v != "" {
			got += "\n" + name + ": " + v
		}
	}
	kit.Fail(t, kit.Failure{Sent: a.Sent, Got: got, Want: want, Note: a.Note, At: a.At})
}

// remains fails unless the answer says that so many requests are left.
func (g *gate) remains(a web.Answer, want int) {
	g.t.Helper()
	if a.Header.Get("X-RateLimit-Remaining") != strconv.Itoa(want) {
		fail(g.t, a, "X-RateLimit-Remaining: "+strconv.Itoa(want))
	}
}

// straight sends a request to the handler with no network between, and reports
// whether it passed.
func (g *gate) straight(address string) bool {
	r, err := http.NewRequest("GET", "/", nil)
	if err != nil {
		return false
	}
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(address), 4000).String()
	w := &status{header: http.Header{}}
	g.handler.ServeHTTP(w, r)
	return w.code != http.StatusTooManyRequests
}

// status is a ResponseWriter that keeps the status alone.
type status struct {
	header http.Header
	code   int
}

func (s *status) Header() http.Header         { return s.header }
func (s *status) WriteHeader(code int)        { s.code = code }
func (s *status) Write(p []byte) (int, error) { return len(p), nil }

// heap returns how many bytes are in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
