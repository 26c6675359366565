// Package web lets hidden tests talk to a learner's http.Handler over a real
// loopback connection, and tells a failure as the curl line that was sent and
// the answer that came back. It owns no expectation: tests decide what is right.
package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// Server is a handler under test behind a real HTTP/1.1 server on loopback.
type Server struct {
	URL    string
	Client *http.Client // follows no redirects, gives up after ten seconds
	t      testing.TB
	count  atomic.Int64
	traces sync.Map // request number -> *trace
}

// trace is what the server's side saw of one request.
type trace struct {
	mu    sync.Mutex
	at    string // the learner's line that began the answer, or that panicked
	note  string // a mistake that net/http drops in silence
	panic string // what a handler panicked with
}

// Serve starts h and stops it when the test ends.
func Serve(t testing.TB, h http.Handler) *Server {
	t.Helper()
	s := &Server{t: t}
	hs := httptest.NewServer(s.record(h))
	t.Cleanup(hs.Close)
	s.URL = hs.URL
	s.Client = hs.Client()
	s.Client.Timeout = 10 * time.Second
	s.Client.Transport.(*http.Transport).MaxIdleConnsPerHost = 100 // many clients at once keep their connections
	s.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

// Option changes a request before it is sent.
type Option func(*http.Request)

// Header sets a header field.
func Header(name, value string) Option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// JSON gives the request a body of type application/json.
func JSON(body string) Option { return Body("application/json", body) }

// Body gives the request a body of the given media type; an empty type sends none.
func Body(mediaType, body string) Option {
	return func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		r.ContentLength = int64(len(body))
		if mediaType != "" {
			r.Header.Set("Content-Type", mediaType)
		}
	}
}

// Answer is what came back for one request.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Sent   string // the request as a curl line
	Note   string // what the answer does not show: a second status code, which net/http drops
	At     string // the line of the learner's handler that began the answer, "" when unknown
}

// Do sends a request and returns the answer. A request that gets no answer
// fails the behaviour; so it must be called from the test's goroutine.
func (s *Server) Do(method, path string, options ...Option) Answer {
	s.t.Helper()
	a, err := s.Try(method, path, options...)
	if err != nil {
		kit.Fail(s.t, kit.Failure{Sent: a.Sent, Got: "no answer: " + plain(err), Want: "an HTTP answer", At: a.At})
	}
	return a
}

// Try is Do for any goroutine: it returns the error instead of failing. Sent
// and At are set also when err is not nil.
func (s *Server) Try(method, path string, options ...Option) (Answer, error) {
	req, err := http.NewRequest(method, s.URL+path, nil)
	if err != nil {
		return Answer{Sent: "curl " + path}, err
	}
	for _, o := range options {
		o(req)
	}
	a := Answer{Sent: Curl(req)}
	number, seen := strconv.FormatInt(s.count.Add(1), 10), new(trace)
	s.traces.Store(number, seen)
	defer s.traces.Delete(number)
	req.Header.Set(numberHeader, number)
	res, err := s.Client.Do(req)
	if err != nil {
		return seen.tell(a, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	a.Status, a.Header, a.Body = res.StatusCode, res.Header, string(body)
	return seen.tell(a, err)
}

// Fail fails the behaviour with this answer beside what was wanted.
func (a Answer) Fail(t testing.TB, want string) {
	t.Helper()
	kit.Fail(t, kit.Failure{Sent: a.Sent, Got: a.String(), Want: want, Note: a.Note, At: a.At})
}

// JSON decodes the body into v, a pointer as for json.Unmarshal, and fails the
// behaviour when that cannot be done.
func (a Answer) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		kit.Fail(t, kit.Failure{Sent: a.Sent, Got: a.String(), Want: "JSON as the brief describes it", Note: misread(err), At: a.At})
	}
}

// misread tells a decoding error without the names of a test's types.
func misread(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	if wrong.Field == "" {
		return "the JSON has an unexpected " + wrong.Value
	}
	return "the JSON has an unexpected " + wrong.Value + " as " + wrong.Field
}

// String shows the status line, the header fields that matter and the body.
func (a Answer) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s\n", a.Status, http.StatusText(a.Status))
	for _, name := range shown {
		for _, v := range a.Header.Values(name) {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	body := Lines(strings.TrimRight(a.Body, "\n"))
	if len(body) > 800 {
		body = body[:800] + " … (" + fmt.Sprint(len(a.Body)) + " bytes)"
	}
	return b.String() + body
}

var shown = []string{"Content-Type", "Location", "Allow", "Etag", "Link", "Retry-After", "Www-Authenticate", "Set-Cookie", "Vary", "Deprecation", "Sunset"}

// Curl writes a request as the command that would send it to port 8080, one
// option a line when it is long.
func Curl(r *http.Request) string {
	words := []string{"curl -i"}
	if r.Method == http.MethodHead {
		words[0] += " -I"
	} else if r.Method != http.MethodGet {
		words[0] += " -X " + r.Method
	}
	words[0] += " " + quote(":8080"+r.URL.RequestURI())
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name == numberHeader {
			continue
		}
		for _, value := range r.Header[name] {
			words = append(words, "-H "+quote(name+": "+value))
		}
	}
	if r.GetBody != nil {
		if body, err := r.GetBody(); err == nil {
			text, _ := io.ReadAll(io.LimitReader(body, sentBytes+1))
			words = append(words, "-d "+data(text, r.ContentLength))
		}
	}
	line := strings.Join(words, " ")
	if len(line) > columns {
		line = strings.Join(words, " \\\n  ")
	}
	return line
}

// sentBytes is how many bytes of a body a curl line has at most.
const sentBytes = 400

// data writes a body as a word of a shell's; a longer one with an ellipsis, and a
// comment that tells its size.
func data(body []byte, size int64) string {
	if len(body) <= sentBytes {
		return quote(string(bytes.TrimSpace(body)))
	}
	return quote(strings.ToValidUTF8(string(body[:sentBytes]), "")+"…") + fmt.Sprintf(" # %d bytes in all", size)
}

// quote makes one word of a shell's out of s (POSIX.1-2024, XCU 2.2.2).
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

const numberHeader = "X-Kata-Request"

func (s *Server) record(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, _ := s.traces.Load(r.Header.Get(numberHeader))
		seen, ok := value.(*trace)
		if !ok { // a client that a test made itself
			seen = new(trace)
		}
		r.Header.Del(numberHeader)
		defer seen.panicked()
		h.ServeHTTP(&recorder{ResponseWriter: w, seen: seen}, r)
	})
}

// panicked keeps what a handler panicked with, and lets the server go on as
// it does: it cuts the connection.
func (s *trace) panicked() {
	p := recover()
	if p == nil {
		return
	}
	if p != http.ErrAbortHandler {
		s.mu.Lock()
		s.panic, s.at = fmt.Sprint(p), kit.FirstOwned(string(debug.Stack()))
		s.mu.Unlock()
	}
	panic(http.ErrAbortHandler)
}

// tell adds to an answer what the server's side saw, and puts a panic in the
// place of the error that it led to.
func (s *trace) tell(a Answer, err error) (Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.At, a.Note = s.at, s.note
	if err != nil && s.panic != "" {
		err = errors.New("the handler panicked: " + s.panic)
	}
	return a, err
}

// recorder notes which line of the learner's handler began the answer.
type recorder struct {
	http.ResponseWriter
	seen  *trace
	begun bool // a status was sent; handlers write from one goroutine at a time
}

func (r *recorder) WriteHeader(code int) {
	at := kit.Entry()
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	if r.begun {
		r.seen.note = cmp.Or(r.seen.note, fmt.Sprintf("%s sent a second status, %d, too late: the answer had begun", at, code))
		return
	}
	r.begun = code >= 200
	r.seen.at = cmp.Or(r.seen.at, at)
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(p []byte) (int, error) {
	if !r.begun {
		r.WriteHeader(http.StatusOK)
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap serves http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush keeps handlers working that assert http.Flusher. It begins the answer.
func (r *recorder) Flush() {
	if !r.begun {
		r.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// Hijack is left to http.ResponseController, through Unwrap.

func plain(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "\": "); i >= 0 {
		return text[i+3:]
	}
	return text
}
