// Package middleware is Express's idea: handlers in a row, each of which
// answers the request or calls next.
package middleware

import (
	"fmt"
	"net/http"
	"strings"
)

// Next goes on with what is behind a handler; nil says that all is well.
type Next func(err error)

// Handler answers a request or calls next.
type Handler func(w http.ResponseWriter, r *http.Request, next Next)

// ErrorHandler is a Handler for what went wrong before it.
type ErrorHandler func(err error, w http.ResponseWriter, r *http.Request, next Next)

type layer struct {
	method string // "" for Use
	path   string
	handle Handler
}

// App is a row of handlers.
type App struct {
	layers []layer
	catch  []ErrorHandler
}

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
	a.layers = append(a.layers, layer{method, path, func(w http.ResponseWriter, r *http.Request, next Next) {
		for _, h := range handlers {
			goOn := false
			h(w, r, func(err error) { goOn = err == nil })
			if !goOn {
				return
			}
		}
		next(nil)
	}})
}

// Catch adds error handlers.
func (a *App) Catch(handlers ...ErrorHandler) { a.catch = append(a.catch, handlers...) }

// ServeHTTP answers 404 or 500 when no handler does.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			http.Error(w, fmt.Sprint(p), http.StatusInternalServerError)
		}
	}()
	a.Handle(w, r, func(err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.NotFound(w, r)
	})
}

// Handle runs the app's handlers; last is what comes behind them.
func (a *App) Handle(w http.ResponseWriter, r *http.Request, last Next) {
	i := 0 // the next layer to look at
	var next Next
	next = func(err error) {
		if err != nil && len(a.catch) > 0 {
			a.catch[0](err, w, r, last)
			return
		}
		for i < len(a.layers) {
			l := a.layers[i]
			i++
			if l.fits(r) {
				l.handle(w, r, next)
				return
			}
		}
		last(err)
	}
	next(nil)
}

func (l layer) fits(r *http.Request) bool {
	if l.method == "" {
		return strings.HasPrefix(r.URL.Path, l.path)
	}
	return l.method == r.Method && l.path == r.URL.Path
}
