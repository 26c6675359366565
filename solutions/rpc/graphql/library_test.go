package graphql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// 1. books returns the first n books of the store, 10 when nothing is said, and author one author with all books. What is not asked for is not fetched.
func TestQueries(t *testing.T) {
	titles := func(p *page, n int) object {
		list := []object{}
		for _, b := range p.books[:n] {
			list = append(list, object{"id": b.ID, "title": b.Title})
		}
		return object{"books": list}
	}
	t.Run("the first books are returned, as many as were asked for", func(t *testing.T) {
		p := open(t, 40)
		n := 11 + kit.Rand(t).IntN(20)
		p.answered(fmt.Sprintf("{ books(first: %d) { id title } }", n), nil, titles(p, n))
		p.answered("query Page($n: Int!) { books(first: $n) { id title } }", object{"n": 3}, titles(p, 3))
		p.answered("{ books(first: 0) { id title } }", nil, titles(p, 0))
	})
	t.Run("10 books are returned when nothing is said", func(t *testing.T) {
		p := open(t, 40)
		p.answered("{ books { id title } }", nil, titles(p, 10))
	})
	t.Run("an author is returned with all books", func(t *testing.T) {
		p := open(t, 9)
		list := []object{}
		for _, b := range p.books[3:6] {
			list = append(list, object{"title": b.Title, "rating": p.ratings[b.ID], "author": object{"name": p.authors["a1"].Name}})
		}
		p.answered(`{ author(id: "a1") { id name books { title rating author { name } } } }`, nil, object{"author": object{"id": "a1", "name": p.authors["a1"].Name, "books": list}})
	})
	t.Run("what is not asked for is not fetched", func(t *testing.T) {
		p := open(t, 9)
		a := p.answered("{ books(first: 9) { id title } }", nil, titles(p, 9))
		p.cost(a, map[string]int{"Books": 1})
	})
}

// 2. A page of books costs one call for the books, one for all their authors and one for all their ratings, however many books there are. No id is asked for twice.
func TestCost(t *testing.T) {
	t.Run("a page of books costs one call for each kind", func(t *testing.T) {
		n := 30 + kit.Rand(t).IntN(60)
		p := open(t, n)
		a := p.answered(fmt.Sprintf("{ books(first: %d) { title rating author { name } } }", n), nil, p.shelf(n))
		p.cost(a, map[string]int{"Books": 1, "Authors": 1, "Ratings": 1})
		p.answered("{ books(first: 1) { title rating author { name } } }", nil, p.shelf(1))
	})
	t.Run("an author's books cost one call for each kind", func(t *testing.T) {
		p := open(t, 9)
		a, _ := p.ask(`{ author(id: "a1") { books { rating author { name } } } }`, nil)
		p.cost(a, map[string]int{"Authors": 2, "BooksBy": 1, "Ratings": 1})
	})
	t.Run("no id is asked for twice", func(t *testing.T) {
		p := open(t, 30)
		a, _ := p.ask("{ books(first: 30) { author { name } } }", nil)
		ids := map[string]bool{}
		for _, call := range p.calls {
			if list, ok := strings.CutPrefix(call, "Authors "); ok {
				for _, id := range strings.Fields(strings.Trim(list, "[]")) {
					if ids[id] {
						p.fail(a, "the store was asked for the author "+id+" again:\n"+call, "each of the 10 authors asked for once")
					}
					ids[id] = true
				}
			}
		}
	})
}

// shelf is the whole answer for n books.
func (p *page) shelf(n int) object {
	list := []object{}
	for _, b := range p.books[:n] {
		o := object{"title": b.Title, "rating": nil, "author": object{"name": p.authors[b.AuthorID].Name}}
		if rating, ok := p.ratings[b.ID]; ok {
			o["rating"] = rating
		}
		list = append(list, o)
	}
	return object{"books": list}
}

// 3. A field that cannot be had, such as a book's author who was deleted, is null, with an error whose path leads to it, each for itself; all other fields are answered. A book without a rating, and the query's author with an id that nobody has, are null without an error.
func TestPartial(t *testing.T) {
	const query = "{ books(first: 4) { title rating author { name } } }"
	without := func(p *page, field string, only ...int) object {
		o := p.shelf(4)
		for i, b := range o["books"].([]object) {
			if len(only) == 0 || slices.Contains(only, i) {
				b[field] = nil
			}
		}
		return o
	}
	t.Run("ratings that cannot be had are null, each with its path", func(t *testing.T) {
		p := open(t, 4)
		p.broken["Ratings"] = errSecret
		p.answered(query, nil, without(p, "rating"), `["books",0,"rating"]`, `["books",1,"rating"]`, `["books",2,"rating"]`, `["books",3,"rating"]`)
	})
	t.Run("an author that was deleted is null, with the book's path", func(t *testing.T) {
		p := open(t, 4)
		data := without(p, "author", 3)
		delete(p.authors, "a1")
		p.answered(query, nil, data, `["books",3,"author"]`)
	})
	t.Run("a book without a rating is null without an error", func(t *testing.T) {
		p := open(t, 4)
		p.answered(query, nil, p.shelf(4))
	})
	t.Run("an author that does not exist is null without an error", func(t *testing.T) {
		p := open(t, 4)
		p.answered(`{ author(id: "nobody") { name } books(first: 1) { title } }`, nil, object{"author": nil, "books": []object{{"title": p.books[0].Title}}})
	})
}

// 4. The text of a store's error is never told.
func TestSecret(t *testing.T) {
	t.Run("the text of a store's error is never told", func(t *testing.T) {
		for _, call := range []string{"Books", "Authors", "Ratings", "BooksBy"} {
			for _, query := range []string{"{ books { rating author { name } } }", `{ author(id: "a0") { books { title } } }`} {
				p := open(t, 4)
				p.broken[call] = errSecret
				a, r := p.ask(query, nil)
				failed := slices.ContainsFunc(p.calls, func(c string) bool { return strings.HasPrefix(c, call+" ") })
				if strings.Contains(a.Body, "internal:5432") || failed && len(r.Errors) == 0 {
					p.fail(a, a.String(), "an error that does not tell the store's:\n"+errSecret.Error())
				}
			}
		}
	})
}

// 5. A query of more than 6 levels of fields is refused before the store is asked, as is one for more than 100 books or fewer than none.
func TestLimits(t *testing.T) {
	nested := func(levels int) string {
		query := "title"
		for i := levels - 1; i > 0; i-- {
			query = []string{"author", "books"}[i%2] + " { " + query + " }"
			if i%2 == 0 && i == levels-1 {
				query = "author { name }"
			}
		}
		return "{ " + query + " }"
	}
	refused := func(t *testing.T, query string) {
		t.Helper()
		p := open(t, 9)
		a, r := p.ask(query, nil)
		if len(r.Errors) == 0 || len(p.calls) > 0 {
			p.fail(a, fmt.Sprintf("errors: %d; calls of the store: %d", len(r.Errors), len(p.calls)), "an error, and no call of the store")
		}
	}
	t.Run("a query of more than 6 levels is refused", func(t *testing.T) {
		refused(t, nested(7))
		refused(t, nested(8+kit.Rand(t).IntN(20)))
	})
	t.Run("a query of 6 levels is answered", func(t *testing.T) {
		p := open(t, 9)
		if a, r := p.ask(nested(6), nil); len(r.Errors) > 0 {
			a.Fail(t, "no error: 6 levels are not too many")
		}
	})
	t.Run("a page of too many books or fewer than none is refused", func(t *testing.T) {
		refused(t, "{ books(first: 101) { title } }")
		refused(t, "{ books(first: -1) { title } }")
		p := open(t, 9)
		if a, r := p.ask("{ books(first: 100) { title } }", nil); len(r.Errors) > 0 {
			a.Fail(t, "no error: 100 are not too many")
		}
	})
}
