package crud_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

const customers = 50

// 7. No two orders ever get the same id, and none is lost, however many are placed at once.
func TestIDs(t *testing.T) {
	t.Run("50 customers who order at once get 50 ids", func(t *testing.T) {
		s := open(t)
		gate, inside := make(chan struct{}), new(atomic.Int64)
		s.onArrival(func(r *http.Request) {
			if r.Method == http.MethodPost && inside.Add(1) == customers {
				close(gate) // every handler has a request's header; now let the bodies come
			}
		})
		placed, answers := make([]order, customers), make([]web.Answer, customers)
		for i := range placed {
			placed[i] = s.draw()
		}
		err := rush(customers, func(i int) (err error) {
			answers[i], err = s.Try("POST", "/orders", late(placed[i].body(), gate))
			return err
		})
		sent := fmt.Sprintf("%d customers at once, each like\n%s", customers, answers[0].Sent)
		if err != nil {
			kit.Fail(t, kit.Failure{Sent: sent, Got: "no answer for one: " + err.Error(), Want: "201 Created for each", At: answers[0].At})
		}
		for i, a := range answers {
			placed[i].ID = s.given(a)
		}
		s.eachItsOwn(placed, sent, answers[0].At)
	})
	t.Run("thousands of orders in one burst are all kept, each under its own id", func(t *testing.T) {
		s := open(t)
		a := s.post(s.draw())
		sent := fmt.Sprintf("%d goroutines, each calling the handler again and again like\n%s", customers, a.Sent)
		c, wishes, placed := &counter{handler: s.handler}, make([]order, customers), make([][]order, customers)
		for i := range wishes {
			wishes[i] = s.draw()
		}
		err := rush(customers, func(i int) error {
			for n := 1; !c.enough(n); n++ {
				o := numbered(wishes[i], n)
				if err := c.call("POST", "/orders", o.body(), a.Status, &o); err != nil {
					return err
				}
				placed[i] = append(placed[i], o)
			}
			return nil
		})
		if err != nil {
			kit.Fail(t, kit.Failure{Sent: sent, Got: err.Error(), Want: "the stored order, every time", At: a.At})
		}
		s.eachItsOwn(slices.Concat(placed...), sent, a.At)
	})
	t.Run("the id of a deleted order is not given to a new one", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(3 + s.rand.IntN(5))
		given := ids(placed)
		for _, gone := range []order{placed[len(placed)-1], placed[0], placed[1]} { // the newest, the oldest, one between
			d := s.Do("DELETE", gone.path())
			o, a := s.place(s.draw())
			if slices.Contains(given, o.ID) {
				a.Sent = d.Sent + "\n" + a.Sent
				a.Fail(t, "an id that no order had before; given were "+window(given, len(given)-1))
			}
			given = append(given, o.ID)
		}
	})
	t.Run("an id that a customer sends with an order decides nothing", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(3)
		for _, wish := range []id{placed[1].ID, s.stranger().ID} { // one that is taken, one that is free
			o := s.draw().with(wish)
			a := s.Do("POST", "/orders", web.JSON(o.withID()))
			if a.Status/100 == 2 { // refusing is as good as ignoring
				placed = append(placed, o.with(s.given(a)))
			}
			s.holds(placed, a, "the orders before untouched, and this one under a new id")
		}
		placed = append(placed, s.placeSome(9)...)
		o, a := s.place(s.draw())
		s.eachItsOwn(append(placed, o), "orders, two of which came with an id in the body, then\n"+a.Sent, a.At)
	})
}

// eachItsOwn fails unless the orders, placed as sent tells, have different
// ids and are all in the list.
func (s *shop) eachItsOwn(placed []order, sent, at string) {
	s.t.Helper()
	count := map[id]int{}
	most := placed[0].ID
	for _, o := range placed {
		count[o.ID]++
		if count[o.ID] > count[most] {
			most = o.ID
		}
	}
	if count[most] > 1 {
		kit.Fail(s.t, kit.Failure{
			Sent: sent, At: at,
			Got:  fmt.Sprintf("ids given: %d; the id %s went to %d orders", len(count), most, count[most]),
			Want: fmt.Sprintf("ids given: %d, one for each order", len(placed)),
		})
	}
	a, all := s.list()
	kept := map[order]bool{}
	for _, o := range all {
		kept[o] = true
	}
	for _, o := range placed {
		if !kept[o] {
			kit.Fail(s.t, kit.Failure{
				Sent: sent + "\nthen\n" + a.Sent, At: at,
				Got:  fmt.Sprintf("%d orders in the list; missing\n%s", len(all), o),
				Want: fmt.Sprintf("all %d orders: each was answered with success", len(placed)),
			})
		}
	}
}

// 8. Requests at the same time neither undo, mix up nor delay one another.
func TestAtTheSameTime(t *testing.T) {
	t.Run("an order that is deleted while its change arrives stays deleted", func(t *testing.T) {
		s := open(t)
		o := s.placeSome(3)[1]
		change := s.hold("PUT", o.path(), s.draw().body())
		deletion := s.start("DELETE", o.path())
		await(deletion.done, patience/4) // a shop that is locked till the change has arrived is judged below
		put, gone := change.finish(t), deletion.finish(t)
		got := s.Do("GET", o.path())
		if got.Status != http.StatusNotFound {
			kit.Fail(t, kit.Failure{
				Sent: put.Sent + "\nwhile its body is on the way\n" + gone.Sent + "\nand after both\n" + got.Sent,
				Got:  fmt.Sprintf("DELETE answered %d, PUT %d, and GET\n%s", gone.Status, put.Status, got),
				Want: "404 Not Found: deleted is deleted",
				At:   put.At,
			})
		}
	})
	t.Run("a customer who sends slowly delays nobody else", func(t *testing.T) {
		s := open(t)
		placed := s.placeSome(3)
		o := placed[1]
		for _, slow := range []struct{ method, path string }{{"POST", "/orders"}, {"PUT", o.path()}} {
			first := s.hold(slow.method, slow.path, s.draw().body())
			for _, second := range []*flight{
				s.start("GET", "/orders"),
				s.start("GET", o.path()),
				s.start("POST", "/orders", web.JSON(s.draw().body())),
				s.start("DELETE", placed[0].path()),
			} {
				if !await(second.done, patience) {
					kit.Fail(t, kit.Failure{
						Sent: first.sent + "\nand while its body is on the way\n" + second.sent,
						Got:  "no answer to the second within " + patience.String(),
						Want: "an answer at once, whatever the first one's network does",
						At:   kit.Stuck(),
					})
				}
			}
			first.finish(t)
		}
	})
	t.Run("50 customers who change, read and delete at once see whole orders", func(t *testing.T) {
		s := open(t)
		r := regulars{counter: counter{handler: s.handler}}
		for range customers * each {
			o, _ := s.place(numbered(s.draw(), 1))
			r.orders = append(r.orders, o)
		}
		r.shared, _ = s.place(numbered(s.draw(), 1))
		sample := s.put(r.orders[0])
		sent := fmt.Sprintf("%d goroutines call the handler at once, each for %d orders of its own and one of all", customers, each)
		if err := rush(customers, r.visit); err != nil {
			kit.Fail(t, kit.Failure{Sent: sent, Got: err.Error(), Want: "a confirmed change stays, and is whole for whoever looks", At: sample.At})
		}
		a, all := s.list()
		all = slices.DeleteFunc(all, func(o order) bool { return o.ID == r.shared.ID })
		if missing, extra := differ(r.left(), all); missing+extra != "" {
			kit.Fail(t, kit.Failure{
				Sent: sent + "\nand after all of them\n" + a.Sent,
				Got:  fmt.Sprintf("%d orders%s%s", len(all), missing, extra),
				Want: fmt.Sprintf("%d orders, each as its customer left it", len(r.left())),
				At:   sample.At,
			})
		}
	})
}

// each is how many orders a regular has.
const each = 4

// regulars are customers who change, read and delete orders of their own, and
// change and read one that they share.
type regulars struct {
	counter
	orders []order // each regular has the next few, and nobody else changes these
	shared order   // everybody changes this one
}

// numbered makes an order's item tell its quantity, so that a mixture of two
// changes shows.
func numbered(o order, n int) order {
	word, _, _ := strings.Cut(o.Item, " no. ")
	o.Item, o.Quantity = fmt.Sprintf("%s no. %d", word, n), n
	return o
}

func whole(o order) bool { return o == numbered(o, o.Quantity) }

// visit is what the regular with that number does.
func (r *regulars) visit(number int) error {
	own := r.orders[number*each : (number+1)*each]
	for n := 2; !r.enough(n); n++ {
		o := &own[n%each]
		*o = numbered(*o, n)
		if err := r.call("PUT", o.path(), o.body(), http.StatusOK, nil); err != nil {
			return err
		}
		shared := numbered(r.shared, n*customers+number)
		if err := r.call("PUT", shared.path(), shared.body(), http.StatusOK, nil); err != nil {
			return err
		}
		if err := r.look(*o); err != nil {
			return err
		}
		if n%8 == 0 {
			if err := r.lookAtAll(*o); err != nil {
				return err
			}
		}
	}
	if err := r.call("DELETE", own[0].path(), "", http.StatusNoContent, nil); err != nil {
		return err
	}
	return r.call("GET", own[0].path(), "", http.StatusNotFound, nil)
}

// look reads the regular's own order and the shared one.
func (r *regulars) look(own order) error {
	var got order
	if err := r.call("GET", own.path(), "", http.StatusOK, &got); err != nil {
		return err
	}
	if got != own {
		return fmt.Errorf("PUT %s  %s\nGET %s  %s", own.path(), own, own.path(), got)
	}
	r.meet()
	if err := r.call("GET", r.shared.path(), "", http.StatusOK, &got); err != nil {
		return err
	}
	if !whole(got) {
		return fmt.Errorf("GET %s  %s\nwhich is half of one change and half of another", r.shared.path(), got)
	}
	return nil
}

func (r *regulars) lookAtAll(own order) error {
	var all []order
	r.meet()
	if err := r.call("GET", "/orders", "", http.StatusOK, &all); err != nil {
		return err
	}
	if !slices.Contains(all, own) {
		return fmt.Errorf("PUT %s  %s\nGET /orders  has no such order", own.path(), own)
	}
	if i := slices.IndexFunc(all, func(o order) bool { return !whole(o) }); i >= 0 {
		return fmt.Errorf("GET /orders  has %s\nwhich is half of one change and half of another", all[i])
	}
	return nil
}

// left returns the orders that are there after every regular's visit.
func (r *regulars) left() []order {
	var left []order
	for i, o := range r.orders {
		if i%each != 0 {
			left = append(left, o)
		}
	}
	return left
}
