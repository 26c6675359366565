// Package typed is FastAPI's idea: the type of a handler's input says what a
// request must look like, to the server and to its documentation.
package typed

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
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
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"openapi": "3.0.3",
			"info":    map[string]any{"title": a.title, "version": "1"},
			"paths":   a.paths,
		})
	})
	return a
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// problem is one mistake in a request.
type problem struct {
	Loc []any  `json:"loc"`
	Msg string `json:"msg"`
}

// Handle answers requests for method and path, such as "/shops/{shop}/orders",
// with what f makes of them.
func Handle[In, Out any](a *API, method, path string, f func(context.Context, In) (Out, error)) {
	a.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		var in In
		if p := read(r, reflect.ValueOf(&in).Elem()); p != nil {
			reply(w, http.StatusUnprocessableEntity, map[string]any{"detail": []*problem{p}})
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

func read(r *http.Request, in reflect.Value) *problem {
	for i := range in.NumField() {
		tag, field := in.Type().Field(i).Tag, in.Field(i)
		text := ""
		if name, ok := tag.Lookup("path"); ok {
			text = r.PathValue(name)
		} else if name, ok := tag.Lookup("query"); ok {
			text = r.URL.Query().Get(name)
		} else if err := json.NewDecoder(r.Body).Decode(field.Addr().Interface()); err != nil {
			return &problem{[]any{"body"}, err.Error()}
		}
		if field.Kind() == reflect.Pointer && text != "" {
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Int:
			n, _ := strconv.ParseInt(text, 10, 64)
			field.SetInt(n)
		case reflect.Float64:
			n, _ := strconv.ParseFloat(text, 64)
			field.SetFloat(n)
		case reflect.Bool:
			field.SetBool(text == "true")
		}
		if p := check(field, tag); p != nil {
			return p
		}
	}
	return nil
}

// check compares a value with the limits in its tag.
func check(v reflect.Value, tag reflect.StructTag) *problem {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if p := check(v.Field(i), v.Type().Field(i).Tag); p != nil {
				p.Loc = append([]any{v.Type().Field(i).Name}, p.Loc...)
				return p
			}
		}
	case reflect.Int:
		if low, ok := limit(tag, "min"); ok && float64(v.Int()) < low {
			return &problem{nil, fmt.Sprint("must be at least ", low)}
		}
		if high, ok := limit(tag, "max"); ok && float64(v.Int()) >= high {
			return &problem{nil, fmt.Sprint("must be at most ", high)}
		}
	case reflect.String:
		if high, ok := limit(tag, "maxLength"); ok && float64(len(v.String())) > high {
			return &problem{nil, fmt.Sprint("must have at most ", high, " characters")}
		}
	}
	return nil
}

func limit(tag reflect.StructTag, name string) (float64, bool) {
	n, err := strconv.ParseFloat(tag.Get(name), 64)
	return n, err == nil
}

// document adds an operation to the OpenAPI document.
func (a *API) document(method, path string, in reflect.Type) {
	operation := map[string]any{"responses": map[string]any{"200": map[string]any{"description": "done"}}}
	var parameters []any
	for i := range in.NumField() {
		field := in.Field(i)
		for _, place := range []string{"path", "query"} {
			if name, ok := field.Tag.Lookup(place); ok {
				parameters = append(parameters, map[string]any{"name": name, "in": place, "required": true, "schema": schema(field.Type)})
			}
		}
		if _, ok := field.Tag.Lookup("body"); ok {
			operation["requestBody"] = map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": schema(field.Type)}}}
		}
	}
	operation["parameters"] = parameters
	a.paths[path] = map[string]any{strings.ToLower(method): operation}
}

func schema(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return schema(t.Elem())
	case reflect.Struct:
		properties := map[string]any{}
		for i := range t.NumField() {
			properties[t.Field(i).Tag.Get("json")] = schema(t.Field(i).Type)
		}
		return map[string]any{"type": "object", "properties": properties}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	}
	return map[string]any{}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
