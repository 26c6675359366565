package middleware_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/frameworks/middleware"
)

// row is an app under test whose handlers note on a trail that they ran. It
// keeps in words how it was put together, for failures.
type row struct {
	t      *testing.T
	app    *middleware.App
	built  []string
	mu     sync.Mutex
	trail  []string
	server *web.Server
	busy   sync.WaitGroup // requests that handlers have not ended yet
	outer  *row           // whose trail this row's handlers note on, if it is mounted
}

func open(t *testing.T) *row { return &row{t: t, app: middleware.New()} }

// step is what a handler does, and how a failure tells it.
type step struct {
	does string
	run  func(w http.ResponseWriter, r *http.Request, next middleware.Next)
}

var passes = step{"next(nil)", func(_ http.ResponseWriter, _ *http.Request, next middleware.Next) { next(nil) }}

func answers(status int, text string) step {
	return step{fmt.Sprintf("answers %d %s", status, text), func(w http.ResponseWriter, _ *http.Request, _ middleware.Next) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}}
}

func fails(err error) step {
	return step{fmt.Sprintf("next(error %q)", err), func(_ http.ResponseWriter, _ *http.Request, next middleware.Next) { next(err) }}
}

func panics(value any) step {
	what := fmt.Sprintf("panics with %q", fmt.Sprint(value))
	if err, ok := value.(error); ok {
		what = fmt.Sprintf("panics with the error %q", err)
	}
	return step{what, func(http.ResponseWriter, *http.Request, middleware.Next) { panic(value) }}
}

// tells answers with the path that the handler sees.
var tells = step{"answers with r.URL.Path and its query", func(w http.ResponseWriter, r *http.Request, _ middleware.Next) {
	_, _ = fmt.Fprintf(w, "%s?%s", r.URL.Path, r.URL.RawQuery)
}}

// then does both, one after the other.
func (s step) then(other step) step {
	return step{s.does + ", " + other.does, func(w http.ResponseWriter, r *http.Request, next middleware.Next) {
		s.run(w, r, next)
		other.run(w, r, next)
	}}
}

// handler makes a step a handler that notes when it begins and when it ends.
func (s *row) handler(name string, what step) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request, next middleware.Next) {
		s.note(name)
		what.run(w, r, next)
		s.note("end of " + name)
	}
}

func (s *row) use(path, name string, what step) {
	s.built = append(s.built, fmt.Sprintf("Use %s  %s: %s", path, name, what.does))
	s.app.Use(path, s.handler(name, what))
}

// route adds one route whose handlers are steps named by the words of names.
func (s *row) route(method, path, names string, steps ...step) {
	var handlers []middleware.Handler
	for i, name := range strings.Fields(names) {
		handlers = append(handlers, s.handler(name, steps[i]))
		s.built = append(s.built, fmt.Sprintf("Route %s %s  %s: %s", method, path, name, steps[i].does))
	}
	s.app.Route(method, path, handlers...)
}

// catch adds an error handler, which notes the error that it is given.
func (s *row) catch(name string, what step) {
	s.built = append(s.built, fmt.Sprintf("Catch  %s: %s", name, what.does))
	s.app.Catch(func(err error, w http.ResponseWriter, r *http.Request, next middleware.Next) {
		s.note(fmt.Sprintf("%s of %v", name, err))
		what.run(w, r, next)
	})
}

// mount adds another row under path.
func (s *row) mount(path string, inner *row) {
	s.built = append(s.built, "Use "+path+"  an app of")
	for _, line := range inner.built {
		s.built = append(s.built, "  "+line)
	}
	s.app.Use(path, inner.app.Handle)
}

// inside returns a row to be mounted in s.
func (s *row) inside() *row { return &row{t: s.t, app: middleware.New(), outer: s} }

func (s *row) note(what string) {
	if s.outer != nil {
		s.outer.note(what)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trail = append(s.trail, what)
}

// result is what came of one request.
type result struct {
	web.Answer
	row   *row
	err   error
	trail []string
}

// get sends a GET. An answer that is cut off is a result too.
func (s *row) get(path string) result { return s.send("GET", path) }

func (s *row) send(method, path string) result {
	s.t.Helper()
	if s.server == nil {
		s.server = web.Serve(s.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.busy.Add(1)
			defer s.busy.Done()
			s.app.ServeHTTP(w, r)
		}))
	}
	s.mu.Lock()
	s.trail = nil
	s.mu.Unlock()
	a, err := s.server.Try(method, path)
	s.busy.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return result{a, s, err, slices.Clone(s.trail)}
}

// fail tells the row, the request, its answer and the trail.
func (r result) fail(want string) {
	r.row.t.Helper()
	got := r.Answer.String()
	if r.err != nil {
		got = "no whole answer: " + r.err.Error()
		if r.Status != 0 {
			got += "\n" + r.Answer.String()
		}
	}
	kit.Fail(r.row.t, kit.Failure{
		Sent: strings.Join(r.row.built, "\n") + "\n" + r.Sent, Got: got, Want: want,
		Note: strings.TrimPrefix(r.Note+"\nran: "+folded(r.trail), "\n"), At: cmp.Or(r.At, kit.At((*middleware.App).ServeHTTP)),
	})
}

func folded(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	var b strings.Builder
	width := 0
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if width += len(name) + 2; width > 60 {
			b.WriteString("\n")
			width = len(name) + 2
		}
		b.WriteString(name)
	}
	return b.String()
}

// ran fails unless the trail is this one. Only with ends does it tell where
// handlers end.
func (r result) ran(ends bool, want ...string) {
	r.row.t.Helper()
	got := r.trail
	if !ends {
		got = slices.DeleteFunc(slices.Clone(got), func(name string) bool { return strings.HasPrefix(name, "end of ") })
	}
	if !slices.Equal(got, want) {
		r.trail = got
		r.fail("these run: " + folded(want))
	}
}

// is fails unless the request was answered like this.
func (r result) is(status int, body string) {
	r.row.t.Helper()
	if r.err != nil || r.Status != status || r.Body != body {
		r.fail(strings.TrimSpace(fmt.Sprintf("%d %s\n%s", status, http.StatusText(status), body)))
	}
}
