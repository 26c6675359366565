// Package routes is the framework under the shop's pages: rules, views, hooks.
package routes

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
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
type abort struct {
	status int
	allow  string // of a 405: the methods that there are
}

func (a abort) Error() string { return http.StatusText(a.status) }

// Abort returns an error that is answered with status.
func Abort(status int) error { return abort{status: status} }

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
	a.rules = append(a.rules, rule{strings.Split(pattern, "/"), view, methods})
}

// Before adds a hook that runs before views and may answer in their place.
func (a *App) Before(hook func(*http.Request) (*Response, error)) { a.before = append(a.before, hook) }

// After adds a hook that may change an answer.
func (a *App) After(hook func(*http.Request, *Response)) { a.after = append(a.after, hook) }

// OnError answers errors of that status with page.
func (a *App) OnError(status int, page func(*http.Request, error) Response) { a.pages[status] = page }

// ServeHTTP answers one request. Every answer, of whatever origin, takes the
// same way out: through the error pages, then through the after hooks.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	res, err := a.answer(r)
	if err != nil {
		res = a.failed(r, err)
	}
	if res.Header == nil {
		res.Header = http.Header{}
	}
	for _, hook := range slices.Backward(a.after) {
		hook(r, &res)
	}
	maps.Copy(w.Header(), res.Header)
	w.WriteHeader(cmp.Or(res.Status, http.StatusOK))
	_, _ = w.Write([]byte(res.Body))
}

// answer runs the before hooks and, unless one of them answers, the view.
func (a *App) answer(r *http.Request) (Response, error) {
	for _, hook := range a.before {
		res, err := hook(r)
		if err != nil {
			return Response{}, err
		}
		if res != nil {
			return *res, nil
		}
	}
	return a.dispatch(r)
}

// dispatch finds the rule for r and calls its view.
func (a *App) dispatch(r *http.Request) (Response, error) {
	var allowed []string
	for _, rule := range a.rules {
		args, fit := rule.match(r.URL.Path)
		switch {
		case fit == none:
		case !rule.has(r.Method):
			allowed = append(allowed, rule.methods...)
		case fit == lacksSlash:
			return redirect(r), nil
		default:
			return rule.view(r, args)
		}
	}
	if allowed == nil {
		return Response{}, Abort(http.StatusNotFound)
	}
	return Response{}, abort{http.StatusMethodNotAllowed, strings.Join(allowed, ", ")}
}

// redirect sends the client to r's address with a slash. 308, unlike 301,
// forbids the client to turn a POST into a GET (RFC 9110 section 15.4.9).
func redirect(r *http.Request) Response {
	to := r.URL.EscapedPath() + "/"
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return Response{Status: http.StatusPermanentRedirect, Header: http.Header{"Location": {to}}}
}

// failed is the answer to an error.
func (a *App) failed(r *http.Request, err error) Response {
	known := abort{status: http.StatusInternalServerError}
	errors.As(err, &known)
	res := Response{Body: http.StatusText(known.status)}
	if page, ok := a.pages[known.status]; ok {
		res = page(r, err)
	}
	res.Status = cmp.Or(res.Status, known.status)
	if res.Header == nil {
		res.Header = http.Header{}
	}
	if known.allow != "" {
		res.Header.Set("Allow", known.allow)
	}
	return res
}
