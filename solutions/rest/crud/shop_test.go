package crud_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/crud"
)

// shop is a new shop behind a real server, and what a customer's program does
// with it. It pins no more than it must, so that one broken behaviour does not
// hide the others: that placing succeeds and gives an id, that lists are JSON.
type shop struct {
	*web.Server
	t       testing.TB
	rand    *rand.Rand
	handler http.Handler                        // the learner's own, with no server before it
	arrival atomic.Pointer[func(*http.Request)] // called with each request before the handler
}

func open(t testing.TB) *shop {
	t.Helper()
	s := &shop{t: t, rand: kit.Rand(t), handler: crud.New()}
	s.onArrival(func(*http.Request) {})
	s.Server = web.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*s.arrival.Load())(r)
		s.handler.ServeHTTP(w, r)
	}))
	return s
}

func (s *shop) onArrival(f func(*http.Request)) { s.arrival.Store(&f) }

// id is an order's id as JSON: a number or a string, as the shop likes.
type id string

// UnmarshalJSON keeps the id as it stands.
func (i *id) UnmarshalJSON(b []byte) error {
	switch {
	case b[0] == '{' || b[0] == '[':
		return fmt.Errorf("an id is a string or a number, not %s", b)
	case string(b) == "null" || string(b) == `""`:
		b = nil
	}
	*i = id(b)
	return nil
}

// order is an order as a customer's program reads it.
type order struct {
	ID       id     `json:"id"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// UnmarshalJSON takes the members under their very names, as programs do that
// are not written in Go: names are compared letter by letter (RFC 8259,
// section 8.3).
func (o *order) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	for name, into := range map[string]any{"id": &o.ID, "item": &o.Item, "quantity": &o.Quantity} {
		if value, ok := members[name]; ok {
			if err := json.Unmarshal(value, into); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func (o order) with(i id) order { o.ID = i; return o }

// path returns where the order is found.
func (o order) path() string {
	text := string(o.ID)
	_ = json.Unmarshal([]byte(o.ID), &text) // a string loses its quotes, a number stays
	return "/orders/" + url.PathEscape(text)
}

// body returns the order as it is sent, without an id.
func (o order) body() string {
	return `{"item":"` + o.Item + `","quantity":` + strconv.Itoa(o.Quantity) + `}` // no item has a quote or a backslash
}

func (o order) withID() string { return `{"id":` + string(o.ID) + `,` + o.body()[1:] }

func (o order) String() string {
	o.Item = short(o.Item, 24)
	if o.ID == "" {
		return o.body()
	}
	return o.withID()
}

// draw returns an order that is not placed yet.
func (s *shop) draw() order {
	goods := []string{"tea", "rye bread", "butter", "olives", "salt"}
	item := goods[s.rand.IntN(len(goods))] + " " + kit.Word(s.rand, 3)
	return order{Item: item, Quantity: 1 + s.rand.IntN(900)}
}

func (s *shop) post(o order) web.Answer { return s.Do("POST", "/orders", web.JSON(o.body())) }

func (s *shop) put(o order) web.Answer { return s.Do("PUT", o.path(), web.JSON(o.body())) }

// place places o and returns it with the id that it was given.
func (s *shop) place(o order) (order, web.Answer) {
	s.t.Helper()
	a := s.post(o)
	return o.with(s.given(a)), a
}

func (s *shop) placeSome(n int) []order {
	s.t.Helper()
	placed := make([]order, n)
	for i := range placed {
		placed[i], _ = s.place(s.draw())
	}
	return placed
}

// given returns the id that a POST's answer gives.
func (s *shop) given(a web.Answer) id {
	s.t.Helper()
	const want = "201 Created and the stored order with its id"
	if a.Status/100 != 2 {
		a.Fail(s.t, want)
	}
	var got order
	if a.JSON(s.t, &got); got.ID == "" {
		a.Fail(s.t, want)
	}
	return got.ID
}

// stranger returns an order of another shop, whose id this shop, with fewer
// than nine orders, has never given.
func (s *shop) stranger() order {
	s.t.Helper()
	other := open(s.t).placeSome(9)
	return other[len(other)-1]
}

func (s *shop) list() (web.Answer, []order) {
	s.t.Helper()
	var all []order
	a := s.Do("GET", "/orders")
	if a.Status/100 != 2 {
		a.Fail(s.t, "200 and the list of all orders")
	}
	a.JSON(s.t, &all)
	return a, all
}

// is200 fails unless a is 200 with exactly this order.
func (o order) is200(t testing.TB, a web.Answer, words string) {
	t.Helper()
	want := "200 and " + words + "\n" + o.String()
	if a.Status != http.StatusOK {
		a.Fail(t, want)
	}
	var got order
	if a.JSON(t, &got); got != o {
		a.Fail(t, want)
	}
}

// holds fails unless the shop has exactly these orders, in any order, after
// what a did.
func (s *shop) holds(want []order, a web.Answer, words string) {
	s.t.Helper()
	b, got := s.list()
	if missing, extra := differ(want, got); missing+extra != "" {
		kit.Fail(s.t, kit.Failure{
			Sent: a.Sent + "\n" + b.Sent,
			Got:  a.String() + "\nthen the list has " + fmt.Sprint(len(got)) + " orders" + missing + extra,
			Want: words,
			Note: a.Note,
			At:   a.At,
		})
	}
}

// differ tells in words what got lacks of want and has beyond it.
func differ(want, got []order) (missing, extra string) {
	for _, o := range want {
		if !slices.Contains(got, o) {
			missing = "\nmissing  " + o.String()
			break
		}
	}
	for i, o := range got {
		if !slices.Contains(want, o) || slices.Contains(got[:i], o) {
			extra = "\ntoo many " + o.String()
			break
		}
	}
	return missing, extra
}

// location returns the path that the answer's Location leads to, or "".
func (s *shop) location(a web.Answer) string {
	base, err := url.Parse(s.URL + "/orders")
	text := a.Header.Get("Location")
	if err != nil || text == "" {
		return ""
	}
	u, err := base.Parse(text) // a Location may be relative (RFC 9110 section 10.2.2)
	if err != nil || u.Host != base.Host {
		return ""
	}
	return u.RequestURI()
}

func ids(orders []order) []id {
	all := make([]id, len(orders))
	for i, o := range orders {
		all[i] = o.ID
	}
	return all
}

// window shows the ids around place at.
func window(all []id, at int) string {
	from := min(max(0, at-2), len(all))
	var b strings.Builder
	if from > 0 {
		b.WriteString("… ")
	}
	for _, i := range all[from:min(from+8, len(all))] {
		b.WriteString(string(i) + " ")
	}
	if from+8 < len(all) {
		b.WriteString("…")
	}
	if len(all) == 0 {
		b.WriteString("none")
	}
	return strings.TrimSpace(b.String())
}
