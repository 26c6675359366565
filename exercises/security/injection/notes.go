// Package injection is the intranet's notice board.
package injection

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
)

type board struct{ db *sql.DB }

// New serves the notes of a database.
func New(db *sql.DB) http.Handler {
	b := &board{db}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.page)
	mux.HandleFunc("POST /login", b.login)
	mux.HandleFunc("POST /notes", b.add)
	mux.HandleFunc("/notes/{id}/delete", b.remove)
	return mux
}

// user is who is logged in, "" for nobody.
func user(r *http.Request) string {
	c, err := r.Cookie("session")
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(c.Value, "+", " ")
}

func (b *board) login(w http.ResponseWriter, r *http.Request) {
	name := strings.ReplaceAll(r.FormValue("name"), " ", "+")
	http.SetCookie(w, &http.Cookie{Name: "session", Value: name, Path: "/"})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

const head = `<!doctype html><title>Notes</title>
<form action="/"><input name="q" value="%s"><button>Search</button></form>
`

const form = `<form method="post" action="/notes"><input type="hidden" name="csrf" value="%s">
<input name="text"><input name="link"><button>Leave a note</button></form>
`

const loginForm = `<form method="post" action="/login"><input name="name"><button>Log in</button></form>
`

func (b *board) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q := r.FormValue("q")
	fmt.Fprintf(w, head, q)
	if name := user(r); name != "" {
		fmt.Fprintf(w, form, "secret") // the gateway checks it one day
	} else {
		fmt.Fprint(w, loginForm)
	}
	sort := r.FormValue("sort")
	if sort == "" {
		sort = "id"
	}
	rows, err := b.db.Query("SELECT id, author, text, link FROM notes WHERE text LIKE '%" + q + "%' ORDER BY " + sort)
	if err != nil {
		fmt.Fprint(w, err)
		return
	}
	defer rows.Close()
	fmt.Fprint(w, "<ul>\n")
	for rows.Next() {
		var id, author, text, link string
		if err := rows.Scan(&id, &author, &text, &link); err != nil {
			fmt.Fprint(w, err)
			return
		}
		fmt.Fprintf(w, `<li class="note" id="note-%s"><b class="author">%s</b> <span class="text">%s</span>`, id, author, clean(text))
		if link != "" {
			fmt.Fprintf(w, ` <a href="%s">more</a>`, link)
		}
		fmt.Fprint(w, "</li>\n")
	}
	fmt.Fprint(w, "</ul>\n")
}

// clean makes a text safe.
func clean(text string) string {
	return strings.NewReplacer("<script>", "", "</script>", "").Replace(text)
}

func (b *board) add(w http.ResponseWriter, r *http.Request) {
	name, text := user(r), r.FormValue("text")
	if name == "" {
		http.Error(w, "log in first", http.StatusUnauthorized)
		return
	}
	statement := fmt.Sprintf("INSERT INTO notes (author, text, link) VALUES ('%s', '%s', '%s')", name, text, r.FormValue("link"))
	if _, err := b.db.Exec(statement); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// remove is a link, so that it works in mails as well.
func (b *board) remove(w http.ResponseWriter, r *http.Request) {
	if _, err := b.db.Exec("DELETE FROM notes WHERE id = " + r.PathValue("id")); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
