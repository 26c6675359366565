package graphql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	library "github.com/kata-go/kata/solutions/rpc/graphql"
)

// page is a client of the catalogue, and the store behind it.
type page struct {
	*web.Server
	t       *testing.T
	mu      sync.Mutex
	calls   []string
	at      string
	books   []library.Book
	authors map[string]library.Author
	ratings map[string]float64
	broken  map[string]error // by the name of a call
}

// open makes a library of n books by a third as many authors. Book 1 has no
// rating.
func open(t *testing.T, n int) *page {
	p := &page{t: t, authors: map[string]library.Author{}, ratings: map[string]float64{}, broken: map[string]error{}}
	r := kit.Rand(t)
	for i := range n {
		id, by := fmt.Sprint("b", i), fmt.Sprint("a", i/3)
		p.books = append(p.books, library.Book{ID: id, Title: kit.Word(r, 8), AuthorID: by})
		if p.authors[by].ID == "" {
			p.authors[by] = library.Author{ID: by, Name: kit.Word(r, 6)}
		}
		if i != 1 {
			p.ratings[id] = float64(r.IntN(50)) / 10
		}
	}
	p.Server = web.Serve(t, library.New(store{p}))
	return p
}

type store struct{ p *page }

func (s store) enter(name string, args any) error {
	at := kit.Caller()
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.calls, s.p.at = append(s.p.calls, fmt.Sprint(name, " ", args)), at
	return s.p.broken[name]
}

// Books implements library.Store.
func (s store) Books(_ context.Context, n int) ([]library.Book, error) {
	return slices.Clone(s.p.books[:min(max(n, 0), len(s.p.books))]), s.enter("Books", n)
}

// BooksBy implements library.Store.
func (s store) BooksBy(_ context.Context, author string) (list []library.Book, err error) {
	for _, b := range s.p.books {
		if b.AuthorID == author {
			list = append(list, b)
		}
	}
	return list, s.enter("BooksBy", author)
}

// Authors implements library.Store.
func (s store) Authors(_ context.Context, ids []string) (map[string]library.Author, error) {
	if err := s.enter("Authors", ids); err != nil {
		return nil, err
	}
	return pick(s.p.authors, ids), nil
}

// Ratings implements library.Store.
func (s store) Ratings(_ context.Context, ids []string) (map[string]float64, error) {
	if err := s.enter("Ratings", ids); err != nil {
		return nil, err
	}
	return pick(s.p.ratings, ids), nil
}

func pick[V any](all map[string]V, ids []string) map[string]V {
	some := map[string]V{}
	for _, id := range ids {
		if v, ok := all[id]; ok {
			some[id] = v
		}
	}
	return some
}

// result is a response of section 7.1 of the GraphQL specification.
type result struct {
	Data   any
	Errors []struct {
		Message string
		Path    []any
	}
}

// ask sends a query.
func (p *page) ask(query string, variables map[string]any) (web.Answer, result) {
	p.t.Helper()
	request := map[string]any{"query": query}
	if variables != nil {
		request["variables"] = variables
	}
	body, _ := json.Marshal(request)
	a := p.Do("POST", "/", web.JSON(string(body)))
	var r result
	a.JSON(p.t, &r)
	return a, r
}

// answered fails the behaviour unless the query is answered by this data and by
// errors at these paths alone.
func (p *page) answered(query string, variables map[string]any, data any, paths ...string) web.Answer {
	p.t.Helper()
	a, r := p.ask(query, variables)
	got := []string{}
	for _, e := range r.Errors {
		path, _ := json.Marshal(e.Path)
		got = append(got, string(path))
	}
	slices.Sort(got)
	slices.Sort(paths)
	if text(r.Data) != text(data) || !slices.Equal(got, paths) && len(got)+len(paths) > 0 {
		want := web.Lines(`{"data":` + text(data) + "}")
		if len(want) > 600 {
			want = want[:600] + " …"
		}
		p.fail(a, a.String(), want+"\nand "+told(paths))
	}
	return a
}

// told says which errors there must be.
func told(paths []string) string {
	if len(paths) == 0 {
		return "no errors"
	}
	return "errors with the paths\n" + strings.Join(paths, "\n")
}

func text(v any) string {
	b, _ := json.Marshal(v)
	var plain any
	_ = json.Unmarshal(b, &plain)
	b, _ = json.Marshal(plain)
	return string(b)
}

func (p *page) fail(a web.Answer, got, want string) {
	p.t.Helper()
	at := p.at
	if at == "" {
		at = kit.At(library.New)
	}
	kit.Fail(p.t, kit.Failure{Sent: a.Sent, Got: got, Want: want, At: at})
}

// cost fails the behaviour when the store was called more often, by name.
func (p *page) cost(a web.Answer, want map[string]int) {
	p.t.Helper()
	got := map[string]int{}
	for _, call := range p.calls {
		name, _, _ := strings.Cut(call, " ")
		got[name]++
	}
	for name, n := range got {
		if n > want[name] {
			p.fail(a, "the store saw "+text(got), "at most "+text(want))
		}
	}
}

type object = map[string]any

var errSecret = errors.New("dial db-7.internal:5432: refused")
