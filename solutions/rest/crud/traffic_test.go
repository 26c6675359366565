package crud_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// patience is how long a test waits for an answer that should need a
// millisecond, before it says that none comes.
const patience = 2 * time.Second

// await reports whether c was closed in time.
func await(c <-chan struct{}, d time.Duration) bool {
	select {
	case <-c:
		return true
	case <-time.After(d):
		return false
	}
}

// flight is a request on its way.
type flight struct {
	sent   string        // as a curl line
	open   func()        // lets the body go, when it is held back
	done   chan struct{} // closed after the answer
	answer web.Answer
	err    error
}

// start sends a request and does not wait for the answer.
func (s *shop) start(method, path string, options ...web.Option) *flight {
	f := &flight{done: make(chan struct{}), open: func() {}}
	r := httptest.NewRequest(method, path, nil)
	for _, o := range options {
		o(r)
	}
	f.sent = web.Curl(r)
	go func() {
		defer close(f.done)
		f.answer, f.err = s.Try(method, path, options...)
	}()
	return f
}

// hold sends a request's header, holds its body back until open is called,
// and returns when the shop has begun to read it.
func (s *shop) hold(method, path, body string) *flight {
	s.t.Helper()
	gate, reading := make(chan struct{}), make(chan struct{})
	begun, opened := sync.OnceFunc(func() { close(reading) }), sync.OnceFunc(func() { close(gate) })
	s.onArrival(func(r *http.Request) { r.Body = reader{r.Body, begun, func() {}} })
	f := s.start(method, path, late(body, gate))
	f.open = opened
	s.t.Cleanup(opened)
	if !await(reading, patience) {
		kit.Fail(s.t, kit.Failure{Sent: f.sent, Got: "the body was not read", Want: "an order that is read and stored", At: kit.Stuck()})
	}
	s.onArrival(func(*http.Request) {})
	return f
}

// finish lets the body go and returns the answer.
func (f *flight) finish(t testing.TB) web.Answer {
	t.Helper()
	f.open()
	if !await(f.done, patience) {
		kit.Fail(t, kit.Failure{Sent: f.sent, Got: "no answer within " + patience.String(), Want: "an answer", At: kit.Stuck()})
	}
	if f.err != nil {
		kit.Fail(t, kit.Failure{Sent: f.sent, Got: "no answer: " + f.err.Error(), Want: "an answer", At: f.answer.At})
	}
	return f.answer
}

// late gives a request an order as its body, whose bytes set out when gate is
// closed; the header sets out at once.
func late(body string, gate <-chan struct{}) web.Option {
	return func(r *http.Request) {
		web.JSON(body)(r)
		from, to := io.Pipe()
		r.Body = from
		go func() {
			<-gate
			_, err := io.WriteString(to, body)
			to.CloseWithError(err)
		}()
	}
}

// reader is a body that tells when it is read.
type reader struct {
	io.ReadCloser
	before, after func()
}

func (r reader) Read(p []byte) (int, error) {
	r.before()
	defer r.after()
	return r.ReadCloser.Read(p)
}

// rush runs f on n goroutines that start together, and returns the first
// error.
func rush(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	start, first := make(chan struct{}), make(chan error, n)
	for i := range n {
		wg.Go(func() {
			<-start
			if err := f(i); err != nil {
				first <- err
			}
		})
	}
	close(start)
	wg.Wait()
	close(first)
	return <-first
}

// counter calls a handler with no network between, which would keep two
// requests from ever being handled in the same hundred nanoseconds: whoever
// has read a body waits there, awake, for a second to have read theirs, and
// both go on together.
type counter struct {
	handler http.Handler
	come    atomic.Int64
	met     atomic.Int64 // how often two went on together
	alone   atomic.Int64 // how often nobody came
}

const (
	fewest   = 40      // rounds of each goroutine, whoever meets
	meetings = 1500    // enough for a fault that one in a hundred brings out
	loneness = 200     // then nobody will come: the handler reads one body at a time, or the machine is busy
	moment   = 1 << 20 // looks for a second, about a millisecond
)

// enough reports whether a crowd may go home after so many rounds.
func (c *counter) enough(rounds int) bool {
	return rounds >= fewest && (c.met.Load() >= meetings || c.deserted())
}

func (c *counter) deserted() bool { return c.alone.Load() >= loneness || runtime.GOMAXPROCS(0) == 1 }

func (c *counter) meet() {
	if c.deserted() {
		return
	}
	ticket := c.come.Add(1)
	second := (ticket + 1) / 2 * 2
	for range moment {
		if c.come.Load() >= second {
			if ticket < second {
				c.met.Add(1)
			}
			return
		}
	}
	c.alone.Add(1)
}

// call sends a request, decodes the answer into v unless it is nil, and
// returns an error in the learner's words when the status is not want.
func (c *counter) call(method, path, body string, want int, v any) (err error) {
	r := httptest.NewRequest(method, path, nil)
	if body != "" {
		web.JSON(body)(r)
		r.Body = reader{r.Body, func() {}, c.meet}
	}
	w := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s\npanicked: %v\n%s", web.Curl(r), p, kit.Owning(string(debug.Stack())))
		}
	}()
	c.handler.ServeHTTP(w, r)
	if w.Code != want {
		return fmt.Errorf("%s\nanswered %d, not %d: %s", web.Curl(r), w.Code, want, strings.TrimSpace(w.Body.String()))
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		return fmt.Errorf("%s\nanswered what is not JSON: %w\n%s", web.Curl(r), err, w.Body)
	}
	return nil
}
