// Package routes is the framework under the shop's pages: rules, views, hooks.
package routes

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Args are the variables of a rule: an int for <int:id>, a string for <name>.
type Args map[string]any

// Response is an answer before it is sent. Status 0 stands for 200.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// View answers a request that fits its rule.
type View func(r *http.Request, args Args) (Response, error)

// abort is an error with a status for the client.
type abort struct{ status int }

func (a abort) Error() string { return http.StatusText(a.status) }

// Abort returns an error that is answered with status.
func Abort(status int) error { return abort{status} }

type rule struct {
	pattern string
	view    View
	methods []string
}

// App is a site: its rules, hooks and error pages.
type App struct {
	rules  []rule
	before []func(*http.Request) (*Response, error)
	after  []func(*http.Request, *Response)
	pages  map[int]func(*http.Request, error) Response
}

// New returns an app that answers nothing yet.
func New() *App { return &App{pages: map[int]func(*http.Request, error) Response{}} }

// Route answers requests for pattern with view, for GET if no method is named.
func (a *App) Route(pattern string, view View, methods ...string) {
	if len(methods) == 0 {
		methods = []string{http.MethodGet}
	}
	a.rules = append(a.rules, rule{pattern, view, methods})
}

// Before adds a hook that runs before views and may answer in their place.
func (a *App) Before(hook func(*http.Request) (*Response, error)) { a.before = append(a.before, hook) }

// After adds a hook that may change an answer.
func (a *App) After(hook func(*http.Request, *Response)) { a.after = append(a.after, hook) }

// OnError answers errors of that status with page.
func (a *App) OnError(status int, page func(*http.Request, error) Response) { a.pages[status] = page }

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet // net/http leaves the body out
	}
	for _, rule := range a.rules {
		if rule.pattern == r.URL.Path+"/" {
			http.Redirect(w, r, rule.pattern, http.StatusMovedPermanently)
			return
		}
		args, ok := match(rule.pattern, r.URL.Path)
		if ok && slices.Contains(rule.methods, method) {
			a.run(w, r, rule.view, args)
			return
		}
	}
	http.NotFound(w, r)
}

func (a *App) run(w http.ResponseWriter, r *http.Request, view View, args Args) {
	for _, hook := range a.before {
		if res, err := hook(r); res != nil || err != nil {
			a.send(w, r, *res, err)
			return
		}
	}
	res, err := view(r, args)
	if err == nil {
		if res.Header == nil {
			res.Header = http.Header{}
		}
		for _, hook := range a.after {
			hook(r, &res)
		}
	}
	a.send(w, r, res, err)
}

func (a *App) send(w http.ResponseWriter, r *http.Request, res Response, err error) {
	if err != nil {
		status := http.StatusInternalServerError
		if e, ok := err.(abort); ok {
			status = e.status
		}
		page, ok := a.pages[status]
		if !ok {
			http.Error(w, err.Error(), status)
			return
		}
		res = page(r, err)
	}
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	if res.Status != 0 {
		w.WriteHeader(res.Status)
	}
	_, _ = w.Write([]byte(res.Body))
}

// match compares a path with a pattern, part by part, and reads the variables.
func match(pattern, path string) (Args, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	if strings.HasSuffix(pattern, "/") {
		want = want[:len(want)-1]
	}
	if len(want) != len(got) {
		return nil, false
	}
	args := Args{}
	for i, part := range want {
		name, variable := strings.CutPrefix(strings.TrimSuffix(part, ">"), "<")
		switch {
		case !variable && part != got[i]:
			return nil, false
		case variable && strings.HasPrefix(name, "int:"):
			args[name[len("int:"):]], _ = strconv.Atoi(got[i])
		case variable:
			args[name] = got[i]
		}
	}
	return args, true
}
