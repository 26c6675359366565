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
	s.onArrival(func(r *http.Request) { r.Body = reader{r.Body, begun} })
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
	tell func()
}

func (r reader) Read(p []byte) (int, error) {
	r.tell()
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

// straight sends a request to a handler with no network between, which would
// keep two requests from ever being handled in the same hundred nanoseconds.
func straight(h http.Handler, method, path, body string) (a *reply) {
	a = &reply{sent: short(method+" "+path+" "+body, 60), header: http.Header{}}
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		a.err = err
		return a
	}
	r.RequestURI, r.Host, r.RemoteAddr = path, "shop", "127.0.0.1:4000"
	r.Header["Content-Type"] = []string{"application/json"}
	defer func() {
		if p := recover(); p != nil {
			a.err = fmt.Errorf("%s\npanicked: %v\n%s", a.sent, p, kit.Owning(string(debug.Stack())))
		}
	}()
	h.ServeHTTP(a, r)
	return a
}

// reply is the answer to a straight request, and what the handler writes it to.
type reply struct {
	sent   string
	header http.Header
	status int
	body   []byte
	err    error
}

// Header lets others go first, as does WriteHeader: whatever a handler has in
// its hands when it begins to answer may be old by then, also on a machine with
// one processor.
func (a *reply) Header() http.Header {
	runtime.Gosched()
	return a.header
}

func (a *reply) WriteHeader(status int) {
	runtime.Gosched()
	if a.status == 0 {
		a.status = status
	}
}

func (a *reply) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	a.body = append(a.body, p...)
	return len(p), nil
}

// Classes of status codes; that the codes are the right ones is judged elsewhere.
const success, refusal = 2, 4

// into decodes the answer into v, unless that is nil, and returns an error in
// words for the learner when the status is of another class.
func (a *reply) into(class int, v any) error {
	if a.err != nil {
		return a.err
	}
	if a.status/100 != class {
		return fmt.Errorf("%s\nanswered %d, not %dxx: %s", a.sent, a.status, class, short(string(a.body), 60))
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		return fmt.Errorf("%s\nanswered %d and what is not the JSON of the brief:\n%s", a.sent, a.status, short(string(a.body), 60))
	}
	return nil
}

// short cuts what would fill the screen after n bytes.
func short(text string, n int) string {
	text = strings.TrimSpace(text)
	if len(text) > n {
		text = strings.ToValidUTF8(text[:n], "") + " …"
	}
	return text
}
