// Package admin makes pages for the entries of any struct type: a list, and a
// form to add and to change.
package admin

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
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
	name   string
	fields []field
	mu     sync.Mutex
	rows   []T // the id of an entry is its place, from 1
}

// Register adds the pages of T under a name.
func Register[T any](s *Site, name string) *Rows[T] {
	rows := &Rows[T]{name: name, fields: fields(reflect.TypeFor[T]())}
	s.mux.HandleFunc("GET /"+name+"/{$}", rows.list)
	s.mux.HandleFunc("GET /"+name+"/{id}", rows.form)
	s.mux.HandleFunc("POST /"+name+"/{id}", rows.save)
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
	return slices.Clone(rs.rows)
}

// find returns the id and the entry that a path names. The entry of "new" is
// empty and has the id 0.
func (rs *Rows[T]) find(r *http.Request) (id int, row T, ok bool) {
	if r.PathValue("id") == "new" {
		return 0, row, true
	}
	rows := rs.All()
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(rows) {
		return 0, row, false
	}
	return id, rows[id-1], true
}

func (rs *Rows[T]) list(w http.ResponseWriter, r *http.Request) {
	p := page{Name: rs.name}
	for _, f := range rs.fields {
		if f.List {
			p.Heads = append(p.Heads, f.Name)
		}
	}
	for i, row := range rs.All() {
		v := reflect.ValueOf(row)
		if rs.matches(v, r) {
			p.Lines = append(p.Lines, line{i + 1, rs.cells(v)})
		}
	}
	show(w, http.StatusOK, "list", p)
}

func (rs *Rows[T]) cells(v reflect.Value) (cells []string) {
	for _, f := range rs.fields {
		if f.List {
			cells = append(cells, f.text(v))
		}
	}
	return cells
}

func (rs *Rows[T]) matches(v reflect.Value, r *http.Request) bool {
	query := r.URL.Query()
	for _, f := range rs.fields {
		if f.Filter && query.Has(f.Name) && !f.is(v, query.Get(f.Name)) {
			return false
		}
	}
	return true
}

func (rs *Rows[T]) form(w http.ResponseWriter, r *http.Request) {
	_, row, ok := rs.find(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	show(w, http.StatusOK, "form", rs.inputs(row))
}

// inputs is the form of an entry.
func (rs *Rows[T]) inputs(row T) (inputs []input) {
	for _, f := range rs.fields {
		inputs = append(inputs, input{field: f, Text: f.text(reflect.ValueOf(row))})
	}
	return inputs
}

// save changes a copy of the entry, field by field, and stores it if all fit.
func (rs *Rows[T]) save(w http.ResponseWriter, r *http.Request) {
	id, row, ok := rs.find(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	inputs, wrong := rs.inputs(row), false
	for i, f := range rs.fields {
		if f.Readonly {
			continue
		}
		inputs[i].Text = f.sent(r)
		inputs[i].Error = f.set(reflect.ValueOf(&row).Elem(), inputs[i].Text)
		wrong = wrong || inputs[i].Error != ""
	}
	if wrong {
		show(w, http.StatusUnprocessableEntity, "form", inputs)
		return
	}
	rs.store(id, row)
	http.Redirect(w, r, "/"+rs.name+"/", http.StatusSeeOther)
}

func (rs *Rows[T]) store(id int, row T) {
	if id == 0 {
		rs.Add(row)
		return
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.rows[id-1] = row
}
