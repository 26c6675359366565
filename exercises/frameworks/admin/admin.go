// Package admin makes pages for the entries of any struct type: a list, and a
// form to add and to change.
package admin

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Site serves the pages of all registered types.
type Site struct{ mux *http.ServeMux }

// New returns a site without types.
func New() *Site { return &Site{mux: http.NewServeMux()} }

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Rows are the entries of one type.
type Rows[T any] struct {
	mu   sync.Mutex
	name string
	rows []T // the id of an entry is its place, from 1
}

// Register adds the pages of T under a name.
func Register[T any](s *Site, name string) *Rows[T] {
	rows := &Rows[T]{name: name}
	s.mux.HandleFunc("GET /"+name+"/{$}", rows.list)
	s.mux.HandleFunc("/"+name+"/{id}", rows.form)
	return rows
}

// Add stores an entry and returns its id.
func (rs *Rows[T]) Add(v T) int {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.rows = append(rs.rows, v)
	return len(rs.rows)
}

// All returns the entries, oldest first.
func (rs *Rows[T]) All() []T {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return append([]T(nil), rs.rows...)
}

func has(f reflect.StructField, word string) bool {
	return strings.Contains(f.Tag.Get("admin"), word)
}

func (rs *Rows[T]) list(w http.ResponseWriter, r *http.Request) {
	t := reflect.TypeFor[T]()
	fmt.Fprint(w, "<table><tr>")
	for i := range t.NumField() {
		if has(t.Field(i), "list") {
			fmt.Fprintf(w, "<th>%s</th>", t.Field(i).Name)
		}
	}
	fmt.Fprint(w, "</tr>")
	for n, row := range rs.All() {
		v := reflect.ValueOf(row)
		if !matches(v, r) {
			continue
		}
		fmt.Fprint(w, "<tr>")
		for i := range t.NumField() {
			if has(t.Field(i), "list") {
				fmt.Fprintf(w, `<td><a href="/%s/%d">%v</a></td>`, rs.name, n+1, v.Field(i).Interface())
			}
		}
		fmt.Fprint(w, "</tr>")
	}
	fmt.Fprint(w, "</table>")
}

func matches(v reflect.Value, r *http.Request) bool {
	for name := range r.URL.Query() {
		if field := v.FieldByName(name); field.IsValid() && field.String() != r.URL.Query().Get(name) {
			return false
		}
	}
	return true
}

func (rs *Rows[T]) form(w http.ResponseWriter, r *http.Request) {
	var row T
	id, _ := strconv.Atoi(r.PathValue("id"))
	if r.PathValue("id") != "new" {
		rows := rs.All()
		if id < 1 || id > len(rows) {
			http.NotFound(w, r)
			return
		}
		row = rows[id-1]
	}
	v := reflect.ValueOf(&row).Elem()
	if r.Method == http.MethodGet {
		rs.show(w, v)
		return
	}
	_ = r.ParseForm()
	for name := range r.PostForm {
		if field := v.FieldByName(name); field.IsValid() {
			set(field, r.PostForm.Get(name))
		}
	}
	if id == 0 {
		rs.Add(row)
	} else {
		rs.mu.Lock()
		rs.rows[id-1] = row
		rs.mu.Unlock()
	}
	http.Redirect(w, r, "/"+rs.name+"/", http.StatusSeeOther)
}

func set(field reflect.Value, text string) {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Int:
		n, _ := strconv.Atoi(text)
		field.SetInt(int64(n))
	case reflect.Float64:
		n, _ := strconv.ParseFloat(text, 64)
		field.SetFloat(n)
	case reflect.Bool:
		field.SetBool(text != "")
	}
}

func (rs *Rows[T]) show(w http.ResponseWriter, v reflect.Value) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<form method="post">`)
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i).Interface()
		switch {
		case has(f, "readonly"):
			fmt.Fprintf(w, "<p>%s: %v</p>", f.Name, value)
		case value == true:
			fmt.Fprintf(w, `<p>%s <input type="checkbox" name="%s" checked></p>`, f.Name, f.Name)
		case value == false:
			fmt.Fprintf(w, `<p>%s <input type="checkbox" name="%s"></p>`, f.Name, f.Name)
		default:
			fmt.Fprintf(w, `<p>%s <input name="%s" value="%v"></p>`, f.Name, f.Name, value)
		}
	}
	fmt.Fprint(w, "<button>Save</button></form>")
}
