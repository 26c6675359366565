package crud_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// 1. POST /orders answers 201, a Location and the stored order.
func TestCreate(t *testing.T) {
	t.Run("placing an order answers 201", func(t *testing.T) {
		s := open(t)
		if a := s.post(s.draw()); a.Status != http.StatusCreated {
			a.Fail(t, "201 Created")
		}
	})
	t.Run("the answer is the order that was sent, with its id", func(t *testing.T) {
		s := open(t)
		for range 3 {
			sent, a := s.place(s.draw())
			var got order
			if a.JSON(t, &got); got != sent {
				a.Fail(t, "the order as it was sent, and its id\n"+sent.String())
			}
		}
	})
	t.Run("the Location leads to the order", func(t *testing.T) {
		s := open(t)
		s.placeSome(3)
		sent, a := s.place(s.draw())
		path := s.location(a)
		if path == "" {
			a.Fail(t, "a Location header that leads to the order")
		}
		b := s.Do("GET", path)
		b.Sent = a.Sent + "\n" + b.Sent
		sent.is200(t, b, "at the Location the order that was just placed")
	})
}

// 2. GET /orders/{id} answers 200 and the order; 404 when there is none.
func TestGet(t *testing.T) {
	t.Run("each of many orders is found by its id", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(12 + s.rand.IntN(9))
		s.rand.Shuffle(len(placed), func(i, j int) { placed[i], placed[j] = placed[j], placed[i] })
		for _, o := range placed {
			o.is200(t, s.Do("GET", o.path()), "the order")
		}
	})
	t.Run("looking for an order that never was answers 404", func(t *testing.T) {
		s := open(t)
		s.placeSome(2)
		if a := s.Do("GET", s.stranger().path()); a.Status != http.StatusNotFound {
			a.Fail(t, "404 Not Found: no order ever had this id")
		}
	})
}

// 3. PUT /orders/{id} answers 200 and the replaced order, which keeps its id; 404 when there is none.
func TestReplace(t *testing.T) {
	t.Run("replacing an order answers 200 and the new order", func(t *testing.T) {
		s := open(t)
		for _, old := range s.placeSome(3) {
			o := s.draw().with(old.ID)
			o.is200(t, s.put(o), "the order as it is now")
		}
	})
	t.Run("a replaced order stays replaced", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(4)
		at := s.rand.IntN(len(placed))
		placed[at] = s.draw().with(placed[at].ID)
		a := s.put(placed[at])
		s.holds(placed, a, "every order as it was, but this one replaced")
	})
	t.Run("an id in the body of a PUT decides nothing", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(2)
		o := s.draw().with(placed[1].ID) // the body names the second order, the path the first
		a := s.Do("PUT", placed[0].path(), web.JSON(o.withID()))
		if a.Status/100 == 2 { // refusing is as good as ignoring
			placed[0] = o.with(placed[0].ID)
		}
		s.holds(placed, a, "both orders under the ids that they had")
	})
	t.Run("replacing what is not there answers 404 and creates nothing", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(2)
		a := s.put(s.draw().with(s.stranger().ID))
		if a.Status != http.StatusNotFound {
			a.Fail(t, "404 Not Found: there is no such order")
		}
		s.holds(placed, a, "the orders as before")
	})
}

// 4. DELETE /orders/{id} answers 204 and the order is gone; 404 when there is none.
func TestDelete(t *testing.T) {
	t.Run("a deleted order is gone and the others stay", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(5)
		at := s.rand.IntN(len(placed))
		a := s.Do("DELETE", placed[at].path())
		if a.Status != http.StatusNoContent {
			a.Fail(t, "204 No Content")
		}
		b := s.Do("GET", placed[at].path())
		if b.Status != http.StatusNotFound {
			b.Sent = a.Sent + "\n" + b.Sent
			b.Fail(t, "404 Not Found: the order was deleted before")
		}
		s.holds(slices.Delete(placed, at, at+1), a, "all orders but the deleted one")
	})
	t.Run("deleting what is not there answers 404", func(t *testing.T) {
		s := open(t)
		s.placeSome(2)
		if a := s.Do("DELETE", s.stranger().path()); a.Status != http.StatusNotFound {
			a.Fail(t, "404 Not Found: no order ever had this id")
		}
	})
	t.Run("deleting twice answers 404 the second time", func(t *testing.T) {
		s := open(t)
		o := s.placeSome(3)[1]
		s.Do("DELETE", o.path())
		if a := s.Do("DELETE", o.path()); a.Status != http.StatusNotFound {
			a.Sent = "for the second time\n" + a.Sent
			a.Fail(t, "404 Not Found: the order is gone already")
		}
	})
}

// 5. A body that cannot be read as an order answers 400 and changes nothing.
func TestUnreadable(t *testing.T) {
	unreadable := func(s *shop) []string {
		o := s.draw()
		return []string{
			o.body()[:len(o.body())-1-s.rand.IntN(8)], // cut off on its way
			"",
			o.Item + ", please",
			fmt.Sprintf(`{"item":%q,"quantity":"two"}`, o.Item),
		}
	}
	t.Run("placing an unreadable order answers 400 and stores nothing", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(2)
		for _, body := range unreadable(s) {
			a := s.Do("POST", "/orders", web.JSON(body))
			if a.Status != http.StatusBadRequest {
				a.Fail(t, "400 Bad Request: the body is not an order")
			}
			s.holds(placed, a, "no order more than before: this one was refused")
		}
	})
	t.Run("replacing by an unreadable order answers 400 and leaves the old one", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(2)
		for _, body := range unreadable(s) {
			a := s.Do("PUT", placed[0].path(), web.JSON(body))
			if a.Status != http.StatusBadRequest {
				a.Fail(t, "400 Bad Request: the body is not an order")
			}
			s.holds(placed, a, "the order as it was: its change was refused")
		}
	})
}

// 6. GET /orders answers an array of all orders, oldest first, the same on every call.
func TestList(t *testing.T) {
	t.Run("a shop without orders answers an empty list", func(t *testing.T) {
		s := open(t)
		if a := s.Do("GET", "/orders"); strings.TrimSpace(a.Body) != "[]" || a.Status != http.StatusOK {
			a.Fail(t, "200 and an empty list: []")
		}
	})
	t.Run("many orders come oldest first on every call", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(20 + s.rand.IntN(20))
		for range 5 {
			s.inOrder(placed, fmt.Sprintf("%d orders were placed one after the other", len(placed)))
		}
	})
	t.Run("a replaced order keeps its place", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(6)
		at := s.rand.IntN(len(placed) - 1)
		a := s.put(s.draw().with(placed[at].ID))
		s.inOrder(placed, a.Sent)
	})
	t.Run("a deletion leaves the others in their order", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(8)
		for range 3 {
			at := s.rand.IntN(len(placed) - 2)
			a := s.Do("DELETE", placed[at].path())
			placed = slices.Delete(placed, at, at+1)
			s.inOrder(placed, a.Sent)
		}
	})
}

// inOrder fails unless the list has these orders' ids in this order, after
// what was done.
func (s *shop) inOrder(want []order, done string) {
	s.t.Helper()
	a, got := s.list()
	if g, w := ids(got), ids(want); !slices.Equal(g, w) {
		from := 0
		for from < min(len(g), len(w)) && g[from] == w[from] {
			from++
		}
		kit.Fail(s.t, kit.Failure{
			Sent: done + "\n" + a.Sent,
			Got:  "ids " + window(g, from),
			Want: "ids " + window(w, from) + "\nwhich is how they were placed",
			At:   a.At,
		})
	}
}
