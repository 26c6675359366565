package injection_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/security/injection"
	"golang.org/x/net/html"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// board is the learner's, over an SQLite database of its own, behind a server.
type board struct {
	*web.Server
	t    testing.TB
	rand *rand.Rand
	db   *sql.DB
	word string // stands in a table that is none of the readers' business
}

// note is a row of the table.
type note struct {
	id                 int
	author, text, link string
}

func (n note) String() string { return fmt.Sprintf("%d %q %q %q", n.id, n.author, n.text, n.link) }

func open(t testing.TB) *board {
	t.Helper()
	r := kit.Rand(t)
	db, err := sql.Open("sqlite", fmt.Sprintf("file:/board-%x?vfs=memdb&_pragma=busy_timeout(5000)", rand.Uint64()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxIdleConns(4) // the database lives as long as a connection to it
	b := &board{t: t, rand: r, db: db, word: "secret" + kit.Word(r, 8)}
	b.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, author TEXT, text TEXT, link TEXT)")
	b.exec("CREATE TABLE salaries (word TEXT)")
	b.exec("INSERT INTO salaries VALUES (?)", b.word)
	b.Server = web.Serve(t, injection.New(db))
	return b
}

func (b *board) exec(statement string, values ...any) {
	b.t.Helper()
	if _, err := b.db.Exec(statement, values...); err != nil {
		b.t.Fatal(err)
	}
}

// put stores a note past the learner's code.
func (b *board) put(n note) {
	b.t.Helper()
	b.exec("INSERT INTO notes VALUES (?, ?, ?, ?)", n.id, n.author, n.text, n.link)
}

// rows returns the notes as they are stored, by id.
func (b *board) rows() (list []note) {
	b.t.Helper()
	rows, err := b.db.Query("SELECT id, author, text, link FROM notes ORDER BY id")
	if err != nil {
		kit.Fail(b.t, kit.Failure{Sent: "SELECT … FROM notes", Got: err.Error(), Want: "the table with its notes", Note: "a statement of an earlier request has changed it", At: kit.At(injection.New)})
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n note
		if err := rows.Scan(&n.id, &n.author, &n.text, &n.link); err != nil {
			b.t.Fatal(err)
		}
		list = append(list, n)
	}
	return list
}

// holds fails unless exactly these notes are stored after what a did.
func (b *board) holds(a web.Answer, want ...note) {
	b.t.Helper()
	if got := b.rows(); !slices.Equal(got, want) {
		kit.Fail(b.t, kit.Failure{Sent: a.Sent, Got: head(a) + "\n\nthe table then holds\n" + lines(got), Want: "a table that holds\n" + lines(want), At: a.At})
	}
}

// head is an answer's status and fields.
func head(a web.Answer) string {
	a.Body = ""
	return strings.TrimSpace(a.String())
}

func lines[T any](list []T) string {
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, "%v\n", x)
	}
	if len(list) == 0 {
		return "nothing"
	}
	return b.String()
}

// visitor is somebody's browser.
type visitor struct {
	b       *board
	cookies []string
}

// login logs in with a name, which must work.
func (b *board) login(name string, options ...web.Option) (*visitor, web.Answer) {
	b.t.Helper()
	a := b.Do("POST", "/login", append(options, fields("name", name))...)
	v := &visitor{b: b}
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		v.cookies = append(v.cookies, c.Name+"="+c.Value)
	}
	if a.Status != http.StatusSeeOther || len(v.cookies) == 0 {
		a.Fail(b.t, "303 See Other with a session's cookie")
	}
	return v, a
}

// fields is a form's body of names and values.
func fields(pairs ...string) web.Option {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return web.Body("application/x-www-form-urlencoded", form.Encode())
}

func (v *visitor) do(method, path string, options ...web.Option) web.Answer {
	v.b.t.Helper()
	if len(v.cookies) > 0 {
		options = append(options, web.Header("Cookie", strings.Join(v.cookies, "; ")))
	}
	return v.b.Do(method, path, options...)
}

// token returns the csrf field of the visitor's page.
func (v *visitor) token() string {
	v.b.t.Helper()
	a := v.do("GET", "/")
	value, ok := parse(v.b.t, a).input("csrf")
	if !ok || value == "" {
		a.Fail(v.b.t, "a page with a value in input[name=csrf]: somebody is logged in")
	}
	return value
}

// post sends a form with the token of the visitor's page.
func (v *visitor) post(path string, pairs ...string) web.Answer {
	v.b.t.Helper()
	return v.do("POST", path, fields(append(pairs, "csrf", v.token())...))
}

// page is a page as a browser reads it.
type page struct{ root *html.Node }

func parse(t testing.TB, a web.Answer) page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(a.Body))
	if a.Status != http.StatusOK || err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		a.Fail(t, "200 OK and a page of text/html")
	}
	return page{root}
}

// elements returns all elements in order.
func (p page) elements() (list []*html.Node) {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode {
			list = append(list, n)
		}
	}
	return list
}

// skeleton is the page without what is written in it: its elements and the
// names of their attributes.
func (p page) skeleton() []string {
	var list []string
	for _, n := range p.elements() {
		line := n.Data
		for _, a := range n.Attr {
			line += " " + a.Key
		}
		list = append(list, line)
	}
	return list
}

func (p page) input(name string) (value string, ok bool) {
	for _, n := range p.elements() {
		if n.Data == "input" && attribute(n, "name") == name {
			return attribute(n, "value"), true
		}
	}
	return "", false
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// shown is a note as it is on the page.
type shown struct{ author, text, link string }

func (s shown) String() string { return fmt.Sprintf("%q %q %q", s.author, s.text, s.link) }

func (p page) notes() (list []shown) {
	for _, n := range p.elements() {
		if !hasClass(n, "note") {
			continue
		}
		var s shown
		for d := range n.Descendants() {
			switch {
			case d.Type != html.ElementNode:
			case hasClass(d, "author"):
				s.author = words(d)
			case hasClass(d, "text"):
				s.text = words(d)
			case d.Data == "a":
				s.link = attribute(d, "href")
			}
		}
		list = append(list, s)
	}
	return list
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(n, "class")), class)
}

// words is the text in an element.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
