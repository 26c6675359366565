package main

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// accounts is every server by the name in X-Kata-Account.
type accounts struct {
	mu  sync.Mutex
	all map[string]*account
}

func newAccounts() *accounts { return &accounts{all: map[string]*account{}} }

// header names the account.
const header = "X-Kata-Account"

func (a *accounts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.Header.Get(header)
	a.mu.Lock()
	acc := a.all[name]
	if acc == nil {
		acc = &account{databases: map[string]*database{}}
		a.all[name] = acc
	}
	if r.Method == http.MethodDelete && r.URL.Path == "/_kata" {
		delete(a.all, name)
	}
	a.mu.Unlock()
	if r.URL.Path == "/_kata" {
		acc.close()
		return
	}
	acc.ServeHTTP(w, r)
}

// account is one CouchDB.
type account struct {
	mu        sync.Mutex
	databases map[string]*database
}

// close ends the feeds of all databases.
func (a *account) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.databases {
		d.drop()
	}
	clear(a.databases)
}

// ServeHTTP finds what a path names: the server, a database, or what is in one.
func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := read(w, r)
	if err == nil {
		err = a.route(q)
	}
	if err != nil {
		q.fail(err)
	}
}

func (a *account) route(q *request) error {
	first, rest, deep := strings.Cut(strings.TrimPrefix(q.URL.EscapedPath(), "/"), "/")
	name, err := unescape(first)
	if err != nil {
		return err
	}
	if name == "" || strings.HasPrefix(name, "_") {
		return a.server(q, name, rest)
	}
	if !regexp.MustCompile(`^[a-z][a-z0-9_$()+/-]*$`).MatchString(name) {
		return &failure{400, "illegal_database_name", "Name: '" + name + "'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and / are allowed. Must begin with a letter."}
	}
	if !deep || rest == "" {
		return a.whole(q, name)
	}
	d, err := a.database(name)
	if err != nil {
		return err
	}
	return d.route(q, rest)
}

func (a *account) database(name string) (*database, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.databases[name]
	if d == nil {
		return nil, &failure{404, "not_found", "Database does not exist."}
	}
	return d, nil
}

// whole answers what is asked of a database as such.
func (a *account) whole(q *request, name string) error {
	switch q.Method {
	case http.MethodPut:
		return a.create(q, name)
	case http.MethodDelete:
		return a.remove(q, name)
	}
	d, err := a.database(name)
	if err != nil {
		return err
	}
	switch q.Method {
	case http.MethodGet, http.MethodHead:
		return q.answer(200, d.info())
	case http.MethodPost:
		return d.post(q)
	}
	return notAllowed("DELETE,GET,HEAD,POST,PUT")
}

func (a *account) create(q *request, name string) error {
	if err := q.only("q", "n", "partitioned"); err != nil {
		return err
	}
	if q.query.Get("partitioned") == "true" {
		return unsupported("a partitioned database")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.databases[name] != nil {
		return &failure{412, "file_exists", "The database could not be created, the file already exists."}
	}
	a.databases[name] = newDatabase(name)
	return q.answer(201, map[string]any{"ok": true})
}

func (a *account) remove(q *request, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.databases[name]
	if d == nil {
		return &failure{404, "not_found", "Database does not exist."}
	}
	delete(a.databases, name)
	d.drop()
	return q.answer(200, map[string]any{"ok": true})
}
