package routes_test

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/frameworks/routes"
)

// site is an app under test. Its views answer with what they were given, and
// note on the trail that they ran.
type site struct {
	t      *testing.T
	rand   *rand.Rand
	app    *routes.App
	rules  []string // as they were added, for failures
	server *web.Server
	mu     sync.Mutex
	trail  []string
	hooks  int
}

func open(t *testing.T) *site {
	return &site{t: t, rand: kit.Rand(t), app: routes.New()}
}

// serve starts the server once every rule and hook was added.
func (s *site) serve() *web.Server {
	if s.server == nil {
		s.server = web.Serve(s.t, s.app)
	}
	return s.server
}

// route adds a rule whose view tells its method and pattern, its variables,
// and the query and body of the request.
func (s *site) route(pattern string, methods ...string) {
	s.rules = append(s.rules, strings.TrimSpace(pattern+"  "+strings.Join(methods, " ")))
	s.app.Route(pattern, func(r *http.Request, args routes.Args) (routes.Response, error) {
		s.note("view")
		words := r.Method + " " + pattern
		if r.URL.RawQuery != "" {
			words += "?" + r.URL.RawQuery
		}
		for _, name := range slices.Sorted(maps.Keys(args)) {
			words += fmt.Sprintf(" %s=%T(%v)", name, args[name], args[name])
		}
		body, _ := io.ReadAll(r.Body)
		return routes.Response{Body: strings.TrimSpace(words + " " + string(body))}, nil
	}, methods...)
}

// page adds an error page that names the status that it is for.
func (s *site) page(status int) {
	s.app.OnError(status, func(*http.Request, error) routes.Response {
		return routes.Response{Header: http.Header{"X-Page": {"own"}}, Body: fmt.Sprint("page for ", status)}
	})
}

// watch adds before hooks that only note that they ran, and returns their names.
func (s *site) watch(n int) (names []string) {
	for range n {
		s.hooks++
		name := fmt.Sprint("hook ", s.hooks)
		names = append(names, name)
		s.app.Before(func(*http.Request) (*routes.Response, error) {
			s.note(name)
			return nil, nil
		})
	}
	return names
}

func (s *site) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trail = append(s.trail, what)
}

// ran fails unless just these hooks and views ran.
func (s *site) ran(a web.Answer, want ...string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.trail, want) {
		s.fail(a, "ran, one after the other: "+told(s.trail), "ran, one after the other: "+told(want))
	}
}

func told(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func (s *site) fail(a web.Answer, got, want string) {
	s.t.Helper()
	f := kit.Failure{Sent: a.Sent, Got: got, Want: want, Note: a.Note, At: a.At}
	if len(s.rules) > 0 {
		f.Sent = "Route " + strings.Join(s.rules, "\nRoute ") + "\n" + f.Sent
	}
	kit.Fail(s.t, f)
}

// answered fails unless a view answered 200 with this account of its request.
func (s *site) answered(a web.Answer, want string) {
	s.t.Helper()
	if a.Status != http.StatusOK || a.Body != want {
		s.fail(a, a.String(), "200 OK from the view that tells\n"+want)
	}
}

func (s *site) missed(a web.Answer) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Status != http.StatusNotFound || len(s.trail) > 0 {
		s.fail(a, a.String(), "404 Not Found: no rule fits this path")
	}
}

// allows fails unless a is a 405 that names these methods; HEAD and OPTIONS
// may stand beside them.
func (s *site) allows(a web.Answer, want ...string) {
	s.t.Helper()
	var got []string
	for _, line := range a.Header.Values("Allow") {
		for _, method := range strings.Split(line, ",") {
			method = strings.TrimSpace(method)
			if slices.Contains(want, method) || method != "HEAD" && method != "OPTIONS" {
				got = append(got, method)
			}
		}
	}
	slices.Sort(got)
	got = slices.Compact(got)
	slices.Sort(want)
	if a.Status != http.StatusMethodNotAllowed || !slices.Equal(got, want) {
		s.fail(a, a.String(), "405 Method Not Allowed\nAllow: "+strings.Join(want, ", "))
	}
}

// follow sends a request and goes where the answer sends it, as a browser or
// curl -L does.
func (s *site) follow(method, path, body string) web.Answer {
	s.t.Helper()
	var options []web.Option
	if body != "" {
		options = append(options, web.JSON(body))
	}
	a := s.serve().Do(method, path, options...)
	if a.Status/100 != 3 {
		s.fail(a, a.String(), "a redirect to the same address with the slash")
	}
	from, _ := url.Parse(path)
	to, err := from.Parse(a.Header.Get("Location"))
	if err != nil {
		s.fail(a, a.String(), "a Location that is an address")
	}
	note := fmt.Sprintf("redirected with %d to %s", a.Status, a.Header.Get("Location"))
	if a.Status != http.StatusPermanentRedirect && a.Status != http.StatusTemporaryRedirect && method != "GET" {
		method, options = "GET", nil // so browsers read 301, 302 and 303
		note += ",\nwhich browsers and libraries follow with a GET"
	}
	to.Scheme, to.Host = "", ""
	b := s.serve().Do(method, to.String(), options...)
	b.Sent, b.Note, b.At = a.Sent+"\nand on:\n"+b.Sent, note, a.At
	return b
}

// told fails unless the answer has the status and keeps the secret.
func (s *site) told(a web.Answer, status int, secret, about string) {
	s.t.Helper()
	if a.Status != status || strings.Contains(a.Body, secret) || strings.Contains(a.Body, "half an answer") {
		a.Note = about
		s.fail(a, a.String(), fmt.Sprintf("%d %s and a text that tells nothing more", status, http.StatusText(status)))
	}
}

// paged fails unless the error page for status wrote the answer.
func (s *site) paged(a web.Answer, status int, about string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if want := fmt.Sprint("page for ", status); a.Status != status || a.Body != want || a.Header.Get("X-Page") != "own" || len(s.trail) > 0 {
		a.Note = fmt.Sprintf("%s;\nthe page set X-Page: own, and %q came", about, a.Header.Get("X-Page"))
		s.fail(a, a.String(), fmt.Sprintf("%d %s and what its error page wrote:\n%s", status, http.StatusText(status), want))
	}
}
