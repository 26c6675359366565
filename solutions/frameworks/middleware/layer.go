package middleware

import (
	"cmp"
	"net/http"
	"strings"
)

// layer is one handler or error handler, and what it is for.
type layer struct {
	method string // "" for Use and Catch
	path   string
	handle Handler
	catch  ErrorHandler // in place of handle
}

// fits reports whether the layer is for a request in this state, and returns
// the request as the layer sees it.
func (l layer) fits(r *http.Request, err error) (*http.Request, bool) {
	switch {
	case (l.catch != nil) != (err != nil):
		return nil, false
	case l.method != "":
		return r, l.method == r.Method && l.path == r.URL.Path
	}
	prefix := strings.TrimSuffix(l.path, "/")
	rest, ok := strings.CutPrefix(r.URL.Path, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return nil, false
	}
	inner, u := *r, *r.URL
	u.Path, u.RawPath = cmp.Or(rest, "/"), strings.TrimPrefix(u.RawPath, prefix)
	inner.URL = &u
	return &inner, true
}

// try runs the layer and returns what it panicked with.
func (l layer) try(err error, w http.ResponseWriter, r *http.Request, next Next) (failed error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			failed = panicked(p)
		}
	}()
	if l.catch != nil {
		l.catch(err, w, r, next)
	} else {
		l.handle(w, r, next)
	}
	return nil
}

// answer knows whether it has begun, and sends nothing more once it has failed.
type answer struct {
	http.ResponseWriter
	begun, failed bool
}

// fail is told of every error: one that comes after the beginning is the end.
func (a *answer) fail() { a.failed = a.failed || a.begun }

// end cuts the connection of an answer that failed.
func (a *answer) end() {
	if a.failed {
		panic(http.ErrAbortHandler)
	}
}

func (a *answer) WriteHeader(status int) {
	if !a.failed {
		a.begun = true
		a.ResponseWriter.WriteHeader(status)
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.failed {
		return 0, http.ErrAbortHandler
	}
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find what the server's writer can do.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush is for handlers that assert http.Flusher; it begins the answer.
func (a *answer) Flush() {
	a.begun = true
	_ = http.NewResponseController(a.ResponseWriter).Flush()
}
