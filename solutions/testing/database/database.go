// Package database is a club's list of members: an HTTP API and the table
// behind it.
package database

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// PageSize is how many members a page has at most. It changes whenever the
// design does.
const PageSize = 5

// Member is one member of the club.
type Member struct {
	ID    int64  `json:"id"` // given by the database, never given again
	Email string `json:"email"`
	Name  string `json:"name"`
}

// Page is a part of the list of members.
type Page struct {
	Members []Member `json:"members"` // those who joined first come first
	More    bool     `json:"more"`    // there is another page
}

// New returns the API of the members in db, which has the table of Schema. All
// that it knows is in there: any number of them may work on one database, and
// each sees at once what another did.
//
//	POST /members         {"email", "name"}  201 and the Member; 409 when the address is taken
//	GET  /members/{id}                       200 and the Member; 404
//	PUT  /members/{id}    {"name"}           200 and the Member with his new name; 404
//	GET  /members?page=2                     200 and a Page, the first one without a number;
//	                                         one behind the last has no members
//	POST /members/import  [{"email", "name"}, …]
//	                                         201 and {"imported": n}; when one of the addresses is taken,
//	                                         or is in the list twice, 409, and nobody is stored
//
// What cannot be read answers 400, and 500 says that the database failed. The text of an error is for people and may
// change. A request has given its connection back when it is answered.
func New(db *sql.DB) http.Handler {
	a := api{&store{db: db}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /members", a.create)
	mux.HandleFunc("GET /members", a.list)
	mux.HandleFunc("GET /members/{id}", a.show)
	mux.HandleFunc("PUT /members/{id}", a.rename)
	mux.HandleFunc("POST /members/import", a.importAll)
	return mux
}

type api struct{ store *store }

func (a api) create(w http.ResponseWriter, r *http.Request) {
	var m Member
	if read(w, r, &m) {
		m, err := a.store.add(r.Context(), m)
		reply(w, http.StatusCreated, m, err)
	}
}

func (a api) show(w http.ResponseWriter, r *http.Request) {
	m, err := a.store.get(r.Context(), number(r.PathValue("id")))
	reply(w, http.StatusOK, m, err)
}

func (a api) rename(w http.ResponseWriter, r *http.Request) {
	var m Member
	if read(w, r, &m) {
		m, err := a.store.rename(r.Context(), number(r.PathValue("id")), m.Name)
		reply(w, http.StatusOK, m, err)
	}
}

func (a api) list(w http.ResponseWriter, r *http.Request) {
	page, err := a.store.page(r.Context(), max(number(r.FormValue("page")), 1))
	reply(w, http.StatusOK, page, err)
}

func (a api) importAll(w http.ResponseWriter, r *http.Request) {
	var list []Member
	if read(w, r, &list) {
		err := a.store.addAll(r.Context(), list)
		reply(w, http.StatusCreated, map[string]int{"imported": len(list)}, err)
	}
}

// number returns 0 for what is no number.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// read reads the body into v. When it returns false, it has answered.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	err := json.NewDecoder(r.Body).Decode(v)
	if err != nil {
		http.Error(w, "cannot read that: "+err.Error(), http.StatusBadRequest)
	}
	return err == nil
}

// reply answers with v, or with what went wrong.
func reply(w http.ResponseWriter, status int, v any, err error) {
	switch {
	case errors.Is(err, errTaken):
		http.Error(w, err.Error(), http.StatusConflict)
	case errors.Is(err, sql.ErrNoRows):
		http.Error(w, "there is no such member", http.StatusNotFound)
	case err != nil:
		http.Error(w, "something went wrong", http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
}
