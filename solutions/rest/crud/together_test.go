package crud_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
	"github.com/kata-go/kata/solutions/rest/crud"
)

const customers = 50

// 7. No two orders ever get the same id, and none is lost, however many are placed at once.
func TestIDs(t *testing.T) {
	t.Run("customers who order at once get an id each, and every order is kept", func(t *testing.T) {
		orderAtOnce(t)
		orderInBursts(t)
	})
	t.Run("the id of a deleted order is not given to a new one", idsStayTaken)
	t.Run("an id that a customer sends with an order decides nothing", wishesAreNotGranted)
}

// orderAtOnce has all customers' requests reach their handlers before the
// first body does.
func orderAtOnce(t *testing.T) {
	t.Helper()
	s := open(t)
	gate, inside := make(chan struct{}), new(atomic.Int64)
	s.onArrival(func(r *http.Request) {
		if r.Method == http.MethodPost && inside.Add(1) == customers {
			close(gate)
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
	_, all := s.list()
	eachItsOwn(t, placed, all, sent, answers[0].At)
}

// orderInBursts has all customers place many orders as quickly as they can,
// with no network between.
func orderInBursts(t *testing.T) {
	t.Helper()
	const bursts, each = 5, 48
	s := open(t)
	sample := s.post(s.draw())
	sent := fmt.Sprintf("%d goroutines, each calling the handler %d times like\n%s", customers, each, sample.Sent)
	for range bursts {
		h := crud.New()
		placed, answers := make([]order, customers*each), make([]*reply, customers*each)
		for i := range placed {
			placed[i] = s.draw()
		}
		_ = rush(customers, func(customer int) error {
			for n := customer * each; n < (customer+1)*each; n++ {
				answers[n] = straight(h, "POST", "/orders", placed[n].body())
			}
			return nil
		})
		var all []order
		err := straight(h, "GET", "/orders", "").into(success, &all)
		for n, answer := range answers {
			var got order
			err = cmp.Or(answer.into(success, &got), err)
			placed[n].ID = got.ID
		}
		if err != nil {
			kit.Fail(t, kit.Failure{Sent: sent, Got: err.Error(), Want: "the stored order, every time", At: sample.At})
		}
		eachItsOwn(t, placed, all, sent, sample.At)
	}
}

// idsStayTaken deletes the newest order, the oldest and one between, and places
// a new one each time.
func idsStayTaken(t *testing.T) {
	s := open(t)
	placed := s.placeSome(3 + s.rand.IntN(5))
	given := ids(placed)
	for _, gone := range []order{placed[len(placed)-1], placed[0], placed[1]} {
		d := s.Do("DELETE", gone.path())
		o, a := s.place(s.draw())
		if slices.Contains(given, o.ID) {
			a.Sent = d.Sent + "\n" + a.Sent
			a.Fail(t, "an id that no order had before; given were "+window(given, len(given)-1))
		}
		given = append(given, o.ID)
	}
}

// wishesAreNotGranted sends orders with an id that is taken and one that is free.
func wishesAreNotGranted(t *testing.T) {
	s := open(t)
	placed := s.placeSome(3)
	for _, wish := range []id{placed[1].ID, s.stranger().ID} {
		o := s.draw().with(wish)
		a := s.Do("POST", "/orders", web.JSON(o.withID()))
		if a.Status/100 == 2 { // refusing is as good as ignoring
			placed = append(placed, o.with(s.given(a)))
		}
		s.holds(placed, a, "the orders before untouched, and this one under a new id")
	}
	placed = append(placed, s.placeSome(9)...)
	o, a := s.place(s.draw())
	_, all := s.list()
	eachItsOwn(t, append(placed, o), all, "orders, two of which came with an id in the body, then\n"+a.Sent, a.At)
}

// eachItsOwn fails unless the orders, placed as sent tells, have different
// ids and are among all.
func eachItsOwn(t *testing.T, placed, all []order, sent, at string) {
	t.Helper()
	count := map[id]int{}
	most := placed[0].ID
	for _, o := range placed {
		count[o.ID]++
		if count[o.ID] > count[most] {
			most = o.ID
		}
	}
	if count[most] > 1 {
		kit.Fail(t, kit.Failure{
			Sent: sent, At: at,
			Got:  fmt.Sprintf("ids given: %d; the id %s went to %d orders", len(count), most, count[most]),
			Want: fmt.Sprintf("ids given: %d, one for each order", len(placed)),
		})
	}
	kept := map[order]bool{}
	for _, o := range all {
		kept[o] = true
	}
	for _, o := range placed {
		if !kept[o] {
			kit.Fail(t, kit.Failure{
				Sent: sent + "\nthen\ncurl -i ':8080/orders'", At: at,
				Got:  fmt.Sprintf("%d orders in the list; missing\n%s", len(all), o),
				Want: fmt.Sprintf("all %d orders: each was answered with success", len(placed)),
			})
		}
	}
}

// 8. Requests at the same time neither undo, mix up nor delay one another.
func TestAtTheSameTime(t *testing.T) {
	t.Run("an order that is deleted while its change arrives stays deleted", deletedStaysDeleted)
	t.Run("a customer who sends slowly delays nobody else", slowDelaysNobody)
	t.Run("50 customers who change, read and delete at once see whole orders", everybodySeesWholeOrders)
}

// deletedStaysDeleted deletes an order between the header and the body of its PUT.
func deletedStaysDeleted(t *testing.T) {
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
}

// slowDelaysNobody sends others' requests while one body is being waited for.
func slowDelaysNobody(t *testing.T) {
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
}

// everybodySeesWholeOrders has the regulars come on two days.
func everybodySeesWholeOrders(t *testing.T) {
	s := open(t)
	o, placed := s.place(s.draw())
	lines := map[string]string{ // where the learner's code does what
		"POST": placed.At, "PUT": s.put(o).At, "GET": s.Do("GET", o.path()).At, "LIST": s.Do("GET", "/orders").At, "DELETE": s.Do("DELETE", o.path()).At,
	}
	for range 2 {
		r := regulars{shop: crud.New()}
		if err := r.day(s.draw()); err != nil {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d goroutines call the handler at once: GET, PUT and DELETE of orders\nof their own, PUT and GET of one that they share, GET of the list", customers),
				Got:  err.Error(),
				Want: "confirmed changes stay, and every answer shows whole orders, once each",
				At:   lines[what(err)],
			})
		}
	}
}
