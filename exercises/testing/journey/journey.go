// Package journey is a workshop's web site: visitors apply for a place with a
// form, and look at what they sent.
package journey

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"strings"
	"sync"
)

// Application is what a visitor sent.
type Application struct{ Name, Wish string }

// New returns a site of its own to which nobody has applied yet.
//
//	GET  /apply              200 and the form
//	POST /apply              a redirect to the application's page, which the visitor's browser
//	                         follows; 422 and the form, with a message and with what was typed,
//	                         when the name or the wish is empty, and then nothing is stored
//	GET  /applications       200 and the page that lists this visitor's applications, and no
//	                         other's: one <li> for each, with its name and its wish, in the
//	                         order in which they were sent
//	GET  /applications/{id}  200 and the application's page, for the visitor who sent it, as often
//	                         as he looks; 404 for everybody else
//
// A visitor is a browser with its cookies. The form has text fields, "name" and
// "wish", and hidden ones, whatever their names, which are sent back as they are: a
// POST without them, or with those of another visitor, answers 403 and stores
// nothing. The same form sent twice, hidden fields and all, is stored once, and
// answered with the same page. What a visitor typed is shown as he typed it.
//
// Every page is whole: it ends with </html>. It answers 500 when it is not.
func New() http.Handler {
	s := &site{visitors: map[string]*visitor{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /apply", s.form)
	mux.HandleFunc("POST /apply", s.apply)
	mux.HandleFunc("GET /applications", s.list)
	mux.HandleFunc("GET /applications/{id}", s.show)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		mux.ServeHTTP(w, r)
	})
}

// site is all visitors, by the value of their cookie.
type site struct {
	mu       sync.Mutex
	visitors map[string]*visitor
}

// visitor is one browser. What it sent is kept by the token of the form.
type visitor struct {
	tokens map[string]bool
	order  []string
	sent   map[string]Application
}

// cookie is the name of the cookie that tells visitors apart.
const cookie = "visit"

// visitor returns who asks; a browser without a cookie gets one.
func (s *site) visitor(w http.ResponseWriter, r *http.Request) *visitor {
	if c, err := r.Cookie(cookie); err == nil && s.visitors[c.Value] != nil {
		return s.visitors[c.Value]
	}
	id := rand.Text()
	s.visitors[id] = &visitor{tokens: map[string]bool{}, sent: map[string]Application{}}
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return s.visitors[id]
}

func (s *site) form(w http.ResponseWriter, r *http.Request) {
	v, token := s.visitor(w, r), rand.Text()
	v.tokens[token] = true
	page(w, http.StatusOK, formPage, form{Token: token})
}

func (s *site) apply(w http.ResponseWriter, r *http.Request) {
	v, token := s.visitor(w, r), r.PostFormValue("token")
	if !v.tokens[token] {
		http.Error(w, "this form is not yours", http.StatusForbidden)
		return
	}
	a := Application{r.PostFormValue("name"), r.PostFormValue("wish")}
	if a.Name == "" || a.Wish == "" {
		page(w, http.StatusUnprocessableEntity, formPage, form{token, a, "Please say who you are and what you wish to learn."})
		return
	}
	if _, again := v.sent[token]; !again {
		v.sent[token] = a
		v.order = append(v.order, token)
	}
	http.Redirect(w, r, "/applications/"+token, http.StatusSeeOther)
}

func (s *site) list(w http.ResponseWriter, r *http.Request) {
	v := s.visitor(w, r)
	var all []Application
	for _, token := range v.order {
		all = append(all, v.sent[token])
	}
	page(w, http.StatusOK, listPage, all)
}

func (s *site) show(w http.ResponseWriter, r *http.Request) {
	a, ok := s.visitor(w, r).sent[r.PathValue("id")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	page(w, http.StatusOK, showPage, a)
}

// form is what the form's page shows.
type form struct {
	Token string
	Application
	Message string
}

var (
	formPage = parse("<!doctype html><html><body><h1>Apply</h1><p>{{.Message}}</p><form method='post' action='/apply'><input type=\"hidden\" name=\"token\" value=\"{{.Token}}\"><input type=\"text\" name=\"name\" value=\"{{.Name}}\"><input type=\"text\" name=\"wish\" value=\"{{.Wish}}\"><button>Send</button></form></body></html>")
	listPage = parse("<!doctype html><html><body><h1>Your applications</h1><ul>{{range .}}<li>{{.Name}}: {{.Wish}}</li>{{end}}</ul></body></html>")
	showPage = parse("<!doctype html><html><body><h1>Thank you, {{.Name}}</h1><p>You wish to learn: {{.Wish}}</p></body></html>")
)

// parse returns the template of a page.
func parse(page string) *template.Template {
	return template.Must(template.New("page").Parse(page))
}

// page answers with a whole page, or with 500.
func page(w http.ResponseWriter, status int, t *template.Template, data any) {
	var whole strings.Builder
	if err := t.Execute(&whole, data); err != nil {
		http.Error(w, "something went wrong", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(whole.String()))
}
