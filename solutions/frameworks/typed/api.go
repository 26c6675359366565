// Package typed is FastAPI's idea: the type of a handler's input says what a
// request must look like, to the server and to its documentation.
package typed

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
)

// API serves operations and their document.
type API struct {
	title string
	mux   *http.ServeMux
	paths map[string]map[string]any
}

// New returns an API without operations.
func New(title string) *API {
	a := &API{title: title, mux: http.NewServeMux(), paths: map[string]map[string]any{}}
	a.mux.HandleFunc("GET /openapi.json", a.openapi)
	return a
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Handle answers requests for method and path, such as "/shops/{shop}/orders",
// with what f makes of them.
func Handle[In, Out any](a *API, method, path string, f func(context.Context, In) (Out, error)) {
	a.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		var in In
		if problems := read(r, reflect.ValueOf(&in).Elem()); problems != nil {
			reply(w, http.StatusUnprocessableEntity, map[string]any{"detail": problems})
			return
		}
		out, err := f(r.Context(), in)
		if err != nil {
			http.Error(w, "Internal Server Error", http.StatusInternalServerError)
			return
		}
		reply(w, http.StatusOK, out)
	})
	a.document(method, path, reflect.TypeFor[In]())
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone; there is nobody left to tell
}
