package conditional_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/conditional"
)

// 1. A seat is sold once, however many ask for it at once; the others get ErrTaken.
func TestSell(t *testing.T) {
	t.Run("a free seat is sold with its holder and note", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		ticket := c.sell(h.ticket(show))
		c.mustSee("Sell, then Ticket of the same seat", show, ticket, (*conditional.Office).Sell)
	})
	t.Run("a seat that is sold gets ErrTaken and keeps its holder", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		first, second := c.sell(h.ticket(show)), h.ticket(show)
		second.Seat = first.Seat
		c.forget()
		_, err := c.office.Sell(t.Context(), second)
		c.mustRefuse("Sell "+told(first)+",\nthen Sell "+told(second), err, conditional.ErrTaken, (*conditional.Office).Sell)
		c.mustSee("Sell "+told(first)+",\nthen Sell "+told(second), show, first, (*conditional.Office).Sell)
	})
	t.Run("of many buyers at once exactly one gets the seat", testRush)
	t.Run("one of two buyers gets the seat, wherever the other's purchase falls", func(t *testing.T) {
		h := open(t)
		a, b := h.clerk(), h.clerk()
		var one, two conditional.Ticket
		prepare := func() {
			one, two = h.ticket(h.show()), h.ticket("")
			two.Show, two.Seat = one.Show, one.Seat
		}
		a.steps(prepare, a.selling(&one), b.selling(&two), func(n int, ours, theirs error) {
			f := a.meeting(n, "Sell "+told(one), "Sell "+told(two), ours, theirs, (*conditional.Office).Sell)
			f.Want = "one sells the seat, the other gets ErrTaken"
			a.mustSplit(f, ours, theirs, conditional.ErrTaken, h.look(one.Show, one.Seat), told(one), told(two))
		})
	})
}

func (c *clerk) selling(t *conditional.Ticket) func() error {
	return func() error {
		_, err := c.office.Sell(c.t.Context(), *t)
		return err
	}
}

func (c *clerk) changing(t *conditional.Ticket) func() error {
	return func() error {
		_, err := c.office.Change(c.t.Context(), *t)
		return err
	}
}

func (c *clerk) moving(t *conditional.Ticket, seat *string) func() error {
	return func() error {
		_, err := c.office.Move(c.t.Context(), *t, *seat)
		return err
	}
}

// meeting describes two calls, one of which fell into the other.
func (c *clerk) meeting(n int, ours, theirs string, our, their error, fn any) kit.Failure {
	return kit.Failure{
		Sent: fmt.Sprintf("process A: %s.\nRight after its operation %d, process B:\n%s", ours, n, theirs),
		Got:  "A: " + outcome(our) + "\nB: " + outcome(their), Note: c.Saw(), At: c.at(n, fn),
	}
}

// mustSplit fails the behaviour with f unless one call did its work, of which
// the table tells, and the other was refused.
func (c *clerk) mustSplit(f kit.Failure, ours, theirs, refusal error, found, afterOurs, afterTheirs string) {
	c.t.Helper()
	f.Got += "\nin the table then: " + found
	switch {
	case ours == nil && errors.Is(theirs, refusal) && found == afterOurs:
	case theirs == nil && errors.Is(ours, refusal) && found == afterTheirs:
	default:
		kit.Fail(c.t, f)
	}
}

// mustSee fails the behaviour unless everybody sees the ticket now.
func (c *clerk) mustSee(sent, show string, want conditional.Ticket, fn any) {
	c.t.Helper()
	if got := c.look(show, want.Seat); got != told(want) {
		kit.Fail(c.t, kit.Failure{Sent: sent, Got: got, Want: told(want), Note: c.Saw(), At: c.at(-1, fn)})
	}
}

func (c *clerk) mustRefuse(sent string, got, want error, fn any) {
	c.t.Helper()
	if !errors.Is(got, want) {
		kit.Fail(c.t, kit.Failure{Sent: sent, Got: outcome(got), Want: outcome(want), Note: c.Saw(), At: c.at(-1, fn)})
	}
}

func testRush(t *testing.T) {
	h := open(t)
	seat, n := h.ticket(h.show()), 8+h.rand.IntN(8)
	var clerks []*clerk
	for range n {
		clerks = append(clerks, h.clerk())
	}
	h.Together(n)
	var mu sync.Mutex
	var all sync.WaitGroup
	var sold []conditional.Ticket
	var others error
	for i := range n {
		buyer := seat
		buyer.Holder = fmt.Sprintf("%d.%s", i, seat.Holder)
		all.Go(func() {
			_, err := clerks[i].office.Sell(t.Context(), buyer)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				sold = append(sold, buyer)
			case !errors.Is(err, conditional.ErrTaken):
				others = err
			}
		})
	}
	all.Wait()
	f := kit.Failure{
		Sent: fmt.Sprintf("%d processes at once: Sell %s", n, seat.Seat), Got: fmt.Sprintf("%d of them have bought it", len(sold)),
		Want: "1 has bought it, ErrTaken for the others", Note: h.Saw(), At: clerks[0].at(-1, (*conditional.Office).Sell),
	}
	if others != nil {
		f.Got += ", and " + outcome(others)
	}
	if len(sold) != 1 || others != nil {
		kit.Fail(t, f)
	}
	clerks[0].mustSee(f.Sent, seat.Show, sold[0], (*conditional.Office).Sell)
}

// 2. A change is stored only while the ticket is as it was read; else ErrChanged, and nothing is lost.
func TestChange(t *testing.T) {
	t.Run("a ticket as it was read gets its new holder and note", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		ticket := c.sell(h.ticket(show))
		for range 2 {
			ticket.Holder, ticket.Note = h.person(), h.note()
			ticket = c.change(ticket)
			c.mustSee("Change to "+told(ticket), show, ticket, (*conditional.Office).Change)
		}
		ticket, err := c.office.Ticket(t.Context(), show, ticket.Seat)
		c.mustDo("Ticket of a seat that is sold", (*conditional.Office).Ticket, err)
		ticket.Note = h.note()
		c.change(ticket)
		all, err := c.office.Of(t.Context(), ticket.Holder)
		c.mustDo("Of "+ticket.Holder, (*conditional.Office).Of, err)
		for _, ticket := range all {
			ticket.Note = h.note()
			c.change(ticket)
		}
	})
	t.Run("a ticket that was changed since gets ErrChanged and keeps that change", func(t *testing.T) {
		h := open(t)
		a, b, show := h.clerk(), h.clerk(), h.show()
		read := a.sell(h.ticket(show))
		theirs, ours := read, read
		theirs.Note, ours.Note = h.note(), h.note()
		b.change(theirs)
		a.forget()
		_, err := a.office.Change(t.Context(), ours)
		sent := "A and B read " + told(read) + ".\nB: Change to " + told(theirs) + ",\nthen A: Change to " + told(ours)
		a.mustRefuse(sent, err, conditional.ErrChanged, (*conditional.Office).Change)
		a.mustSee(sent, show, theirs, (*conditional.Office).Change)
	})
	t.Run("one of two changes is stored, wherever the other falls", func(t *testing.T) {
		h := open(t)
		a, b := h.clerk(), h.clerk()
		var one, two conditional.Ticket
		prepare := func() {
			one = h.clerk().sell(h.ticket(h.show()))
			two = one
			one.Note, two.Note = h.note(), h.note()
		}
		a.steps(prepare, a.changing(&one), b.changing(&two), func(n int, ours, theirs error) {
			f := a.meeting(n, "Change to "+told(one), "Change to "+told(two), ours, theirs, (*conditional.Office).Change)
			f.Want = "one change is stored, the other gets ErrChanged"
			a.mustSplit(f, ours, theirs, conditional.ErrChanged, h.look(one.Show, one.Seat), told(one), told(two))
		})
	})
	t.Run("a seat that was given up stays free", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		old := c.sell(h.ticket(show))
		c.move(old, h.seat())
		c.forget()
		_, err := c.office.Change(t.Context(), old)
		sent := "Move " + told(old) + " to another seat,\nthen Change the ticket as it was before"
		c.mustRefuse(sent, err, conditional.ErrChanged, (*conditional.Office).Change)
		if got := h.look(show, old.Seat); got != old.Seat+" is free" {
			kit.Fail(t, kit.Failure{Sent: sent, Got: got, Want: old.Seat + " is free", Note: h.Saw(), At: c.at(-1, (*conditional.Office).Change)})
		}
	})
	t.Run("an old ticket does not change that of the seat's next buyer", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		old, next := c.resold(show)
		c.forget()
		_, err := c.office.Change(t.Context(), old)
		sent := "Sell " + told(old) + "\nand Move that ticket away,\nSell " + told(next) + ",\nthen Change the first ticket as it was before"
		c.mustRefuse(sent, err, conditional.ErrChanged, (*conditional.Office).Change)
		c.mustSee(sent, show, next, (*conditional.Office).Change)
	})
}

// resold returns a ticket as it was before its holder moved to another seat, and
// the ticket of who bought its seat then.
func (c *clerk) resold(show string) (old, next conditional.Ticket) {
	c.t.Helper()
	old = c.sell(c.ticket(show))
	c.move(old, c.seat())
	next = c.ticket(show)
	next.Seat = old.Seat
	return old, c.sell(next)
}
