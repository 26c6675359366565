// Package injection is a notice board that takes what strangers write for
// text, in statements and in pages, and only takes orders that were meant.
package injection

import (
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"html/template"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// New serves the notes of a database.
func New(db *sql.DB) http.Handler {
	b := &board{db: db, sessions: map[string]session{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.page)
	mux.HandleFunc("POST /login", b.login)
	mux.HandleFunc("POST /notes", b.meant(b.add))
	mux.HandleFunc("POST /notes/{id}/delete", b.meant(b.remove))
	return mux
}

type board struct {
	db       *sql.DB
	mu       sync.Mutex
	sessions map[string]session // by the cookie's value
}

// session is somebody who is logged in; token is in this session's pages alone.
type session struct{ name, token string }

const cookie = "session"

func (b *board) login(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	b.mu.Lock()
	b.sessions[id] = session{r.PostFormValue("name"), rand.Text()}
	b.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (b *board) session(r *http.Request) (session, bool) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return session{}, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.sessions[c.Value]
	return s, ok
}

// meant lets a request through that comes from a page of its session.
func (b *board) meant(next func(http.ResponseWriter, *http.Request, session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, ok := b.session(r)
		if !ok {
			http.Error(w, "log in first", http.StatusUnauthorized)
			return
		}
		if subtle.ConstantTimeCompare([]byte(r.PostFormValue("csrf")), []byte(s.token)) != 1 {
			http.Error(w, "send the form of the page", http.StatusForbidden)
			return
		}
		next(w, r, s)
	}
}

func (b *board) add(w http.ResponseWriter, r *http.Request, s session) {
	_, err := b.db.ExecContext(r.Context(), "INSERT INTO notes (author, text, link) VALUES (?, ?, ?)", s.name, r.PostFormValue("text"), r.PostFormValue("link"))
	if err != nil {
		internal(w, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (b *board) remove(w http.ResponseWriter, r *http.Request, s session) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	var author string
	err := b.db.QueryRowContext(r.Context(), "SELECT author FROM notes WHERE id = ?", id).Scan(&author)
	switch {
	case err == sql.ErrNoRows:
		http.NotFound(w, r)
		return
	case err != nil:
		internal(w, err)
		return
	case author != s.name:
		http.Error(w, "this note is somebody else's", http.StatusForbidden)
		return
	}
	if _, err := b.db.ExecContext(r.Context(), "DELETE FROM notes WHERE id = ?", id); err != nil {
		internal(w, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

type note struct {
	ID                 int64
	Author, Text, Link string
}

// orders are what sort may be. A column's name cannot be an argument.
var orders = map[string]string{"": "id", "id": "id", "author": "author, id"}

var wildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (b *board) search(r *http.Request, q, order string) (list []note, err error) {
	rows, err := b.db.QueryContext(r.Context(), `SELECT id, author, text, link FROM notes WHERE text LIKE ? ESCAPE '\' ORDER BY `+order, "%"+wildcards.Replace(q)+"%")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n note
		if err := rows.Scan(&n.ID, &n.Author, &n.Text, &n.Link); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

func (b *board) page(w http.ResponseWriter, r *http.Request) {
	order, ok := orders[r.FormValue("sort")]
	if !ok {
		http.Error(w, "sort by id or author", http.StatusBadRequest)
		return
	}
	notes, err := b.search(r, r.FormValue("q"), order)
	if err != nil {
		internal(w, err)
		return
	}
	s, _ := b.session(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, map[string]any{"Query": r.FormValue("q"), "Token": s.token, "Notes": notes}) // the reader has gone
}

// page escapes each value for the place where it stands; of a link it lets no
// scheme through but http, https and mailto.
var page = template.Must(template.New("").Parse(`<!doctype html><title>Notes</title>
<form action="/"><input name="q" value="{{.Query}}"><button>Search</button></form>
{{if .Token}}<form method="post" action="/notes"><input type="hidden" name="csrf" value="{{.Token}}">
<input name="text"><input name="link"><button>Leave a note</button></form>
{{else}}<form method="post" action="/login"><input name="name"><button>Log in</button></form>
{{end}}<ul>
{{range .Notes}}<li class="note" id="note-{{.ID}}"><b class="author">{{.Author}}</b> <span class="text">{{.Text}}</span>{{if .Link}} <a href="{{.Link}}">more</a>{{end}}</li>
{{end}}</ul>
`))

func internal(w http.ResponseWriter, err error) {
	log.Printf("notes: %v", err)
	http.Error(w, "the fault is ours", http.StatusInternalServerError)
}
