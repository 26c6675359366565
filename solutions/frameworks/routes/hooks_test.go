package routes_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/routes"
)

// 4. Before hooks run for every request in the order in which they were added; one that answers is the last.
func TestBefore(t *testing.T) {
	t.Run("before hooks run as they were added, then the view", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		names := s.watch(3)
		s.ran(s.serve().Do("GET", "/orders"), append(names, "view")...)
	})
	t.Run("a hook that answers is the last, and its answer is sent", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		names := s.watch(2)
		s.app.Before(func(*http.Request) (*routes.Response, error) {
			s.note("login")
			return &routes.Response{Status: 401, Body: "log in first"}, nil
		})
		s.watch(1)
		a := s.serve().Do("GET", "/orders")
		s.ran(a, append(names, "login")...)
		if a.Status != 401 || a.Body != "log in first" {
			a.Fail(t, "the hook's answer: 401, log in first")
		}
	})
	t.Run("before hooks run also for what fits no rule", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		s.route("/teas/")
		names := s.watch(2)
		for _, request := range []string{"GET /nothing", "POST /orders", "GET /teas"} {
			method, path, _ := strings.Cut(request, " ")
			s.trail = nil
			s.ran(s.serve().Do(method, path), names...)
		}
	})
}

// 5. After hooks run on every answer, of whatever origin, the last one added first; what they change is sent.
func TestAfter(t *testing.T) {
	t.Run("the last hook added runs first", func(t *testing.T) {
		s := open(t)
		s.route("/orders")
		for _, mark := range []string{"a", "b", "c"} {
			s.app.After(func(_ *http.Request, res *routes.Response) { res.Body += " " + mark })
		}
		s.answered(s.serve().Do("GET", "/orders"), "GET /orders c b a")
	})
	t.Run("what a hook changes is what is sent", func(t *testing.T) {
		s := open(t)
		s.app.Route("/orders", func(*http.Request, routes.Args) (routes.Response, error) {
			return routes.Response{Status: 201, Header: http.Header{"X-Tea": {"green"}}, Body: "tea"}, nil
		})
		word := kit.Word(s.rand, 6)
		s.app.After(func(_ *http.Request, res *routes.Response) {
			if res.Status == 201 && res.Header.Get("X-Tea") == "green" && res.Body == "tea" {
				*res = routes.Response{Status: 202, Header: http.Header{"X-Tea": {word}}, Body: word}
			}
		})
		if a := s.serve().Do("GET", "/orders"); a.Status != 202 || a.Header.Get("X-Tea") != word || a.Body != word {
			a.Note = "X-Tea: " + a.Header.Get("X-Tea")
			a.Fail(t, "202, X-Tea: "+word+" and the body "+word+", as the hook chose")
		}
	})
	t.Run("every answer passes through the hooks", func(t *testing.T) {
		for _, origin := range origins {
			s := open(t)
			origin.prepare(s)
			s.app.After(func(_ *http.Request, res *routes.Response) {
				res.Header.Set("X-Signed", fmt.Sprintf("%d with %d bytes", res.Status, len(res.Body)))
			})
			method, path, _ := strings.Cut(origin.request, " ")
			a := s.serve().Do(method, path)
			want := fmt.Sprintf("%d with %d bytes", a.Status, len(a.Body))
			if a.Status/100 != origin.status/100 || a.Header.Get("X-Signed") != want {
				a.Note = fmt.Sprintf("X-Signed: %q; %s", a.Header.Get("X-Signed"), origin.about)
				a.Fail(t, fmt.Sprintf("%d and the header that the after hook sets,\nX-Signed: status, \"with\", length of the body", origin.status))
			}
		}
	})
}

// origins are the ways in which an answer comes about.
var origins = []struct {
	about, request string
	status         int
	prepare        func(*site)
}{
	{"no rule fits", "GET /nothing", 404, func(*site) {}},
	{"no rule fits, and there is a page for 404", "GET /nothing", 404, func(s *site) { s.page(404) }},
	{"the method is wrong", "POST /orders", 405, func(s *site) { s.route("/orders") }},
	{"the view failed", "GET /broken", 500, func(s *site) {
		s.app.Route("/broken", func(*http.Request, routes.Args) (routes.Response, error) {
			return routes.Response{}, fmt.Errorf("out of tea")
		})
	}},
	{"a before hook answered", "GET /orders", 418, func(s *site) {
		s.app.Before(func(*http.Request) (*routes.Response, error) { return &routes.Response{Status: 418}, nil })
	}},
	{"a before hook failed", "GET /orders", 403, func(s *site) {
		s.app.Before(func(*http.Request) (*routes.Response, error) { return nil, routes.Abort(403) })
	}},
	{"the slash was missing", "GET /teas", 308, func(s *site) { s.route("/teas/") }},
}
