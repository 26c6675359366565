// Package middleware is Express's idea: handlers in a row, each of which
// answers the request or calls next.
package middleware

import (
	"fmt"
	"net/http"
)

// Next goes on with what is behind a handler; nil says that all is well.
type Next func(err error)

// Handler answers a request or calls next.
type Handler func(w http.ResponseWriter, r *http.Request, next Next)

// ErrorHandler is a Handler for what went wrong before it.
type ErrorHandler func(err error, w http.ResponseWriter, r *http.Request, next Next)

// App is a row of handlers and error handlers.
type App struct{ layers []layer }

// New returns an app without handlers.
func New() *App { return &App{} }

// Use adds handlers for all requests under path; "/" is all there are.
func (a *App) Use(path string, handlers ...Handler) {
	for _, h := range handlers {
		a.layers = append(a.layers, layer{path: path, handle: h})
	}
}

// Route adds handlers for one method and one path.
func (a *App) Route(method, path string, handlers ...Handler) {
	for _, h := range handlers {
		a.layers = append(a.layers, layer{method: method, path: path, handle: h})
	}
}

// Catch adds error handlers.
func (a *App) Catch(handlers ...ErrorHandler) {
	for _, h := range handlers {
		a.layers = append(a.layers, layer{path: "/", catch: h})
	}
}

// ServeHTTP answers 404 or 500 when no handler does.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &answer{ResponseWriter: w}
	a.run(0, out, r, nil, func(err error) {
		if err != nil {
			http.Error(out, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		http.NotFound(out, r)
	})
	out.end()
}

// Handle runs the app's handlers; last is what comes behind them.
func (a *App) Handle(w http.ResponseWriter, r *http.Request, last Next) {
	out, ok := w.(*answer)
	if !ok { // a handler has put its own writer in between
		out = &answer{ResponseWriter: w}
		defer out.end()
	}
	a.run(0, out, r, nil, last)
}

// run goes on from the layer at i with an error or, if err is nil, without.
func (a *App) run(i int, w *answer, r *http.Request, err error, last Next) {
	if err != nil {
		w.fail()
	}
	for ; i < len(a.layers); i++ {
		if inner, ok := a.layers[i].fits(r, err); ok {
			a.call(i, w, inner, r, err, last)
			return
		}
	}
	last(err)
}

// call runs the layer at i with inner, the request as it is in there; what is
// behind it gets r.
func (a *App) call(i int, w *answer, inner, r *http.Request, err error, last Next) {
	called := false
	next := func(err error) {
		if !called {
			called = true
			a.run(i+1, w, r, err, last)
		}
	}
	if p := a.layers[i].try(err, w, inner, next); p != nil {
		a.run(i+1, w, r, p, last)
	}
}

// panicked makes an error of what a panic was called with.
func panicked(value any) error {
	if err, ok := value.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", value)
}
