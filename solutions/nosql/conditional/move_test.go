package conditional_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/conditional"
)

// 3. A move happens whole or not at all, also when the process dies on the way; ErrTaken or ErrChanged says why not, and nobody loses a seat.
func TestMove(t *testing.T) {
	t.Run("a move takes the new seat and frees the old one", func(t *testing.T) {
		h := open(t)
		c, show, seat := h.clerk(), h.show(), h.seat()
		old := c.sell(h.ticket(show))
		moved := c.move(old, seat)
		c.mustHold("Move "+told(old)+" to "+seat, show, []string{old.Seat, seat}, old.Seat+" is free\n"+told(moved))
		moved.Note = h.note()
		c.change(moved)
		next := h.ticket(show)
		next.Seat = old.Seat
		c.sell(next)
	})
	t.Run("a move to a seat that is sold gets ErrTaken, and both keep theirs", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		mine, theirs := c.sell(h.ticket(show)), c.sell(h.ticket(show))
		c.forget()
		_, err := c.office.Move(t.Context(), mine, theirs.Seat)
		sent := "Move " + told(mine) + "\nto the seat of " + told(theirs)
		c.mustRefuse(sent, err, conditional.ErrTaken, (*conditional.Office).Move)
		c.mustHold(sent, show, []string{mine.Seat, theirs.Seat}, told(mine)+"\n"+told(theirs))
	})
	t.Run("a ticket that was changed since gets ErrChanged and stays", func(t *testing.T) {
		h := open(t)
		c, show, seat := h.clerk(), h.show(), h.seat()
		read := c.sell(h.ticket(show))
		changed := read
		changed.Note = h.note()
		changed = h.clerk().change(changed)
		c.forget()
		_, err := c.office.Move(t.Context(), read, seat)
		sent := "B: Change to " + told(changed) + ",\nthen A: Move the ticket as it was before to " + seat
		c.mustRefuse(sent, err, conditional.ErrChanged, (*conditional.Office).Move)
		c.mustHold(sent, show, []string{read.Seat, seat}, told(changed)+"\n"+seat+" is free")
	})
	t.Run("an old ticket does not move that of the seat's next buyer", func(t *testing.T) {
		h := open(t)
		c, show, seat := h.clerk(), h.show(), h.seat()
		old, next := c.resold(show)
		c.forget()
		_, err := c.office.Move(t.Context(), old, seat)
		sent := "Sell " + told(old) + "\nand Move that ticket away,\nSell " + told(next) + ",\nthen Move the first ticket as it was before to " + seat
		c.mustRefuse(sent, err, conditional.ErrChanged, (*conditional.Office).Move)
		c.mustHold(sent, show, []string{old.Seat, seat}, told(next)+"\n"+seat+" is free")
	})
	t.Run("a process that dies leaves its customer exactly one seat", testDeath)
	t.Run("a seat goes to one of a mover and a buyer, wherever the purchase falls", func(t *testing.T) {
		h := open(t)
		a, b := h.clerk(), h.clerk()
		var mine, theirs conditional.Ticket
		prepare := func() {
			mine = h.clerk().sell(h.ticket(h.show()))
			theirs = h.ticket(mine.Show)
		}
		a.steps(prepare, a.moving(&mine, &theirs.Seat), b.selling(&theirs), func(n int, ours, other error) {
			moved := mine
			moved.Seat = theirs.Seat
			f := a.meeting(n, "Move "+told(mine)+" to "+theirs.Seat, "Sell "+told(theirs), ours, other, (*conditional.Office).Move)
			f.Want = "one gets " + theirs.Seat + ", the other ErrTaken, and A's customer has a seat"
			a.mustSplit(f, ours, other, conditional.ErrTaken, oneLine(h.seats(mine.Show, mine.Seat, theirs.Seat)),
				mine.Seat+" is free; "+told(moved), told(mine)+"; "+told(theirs))
		})
	})
	t.Run("a change is not lost, wherever it falls into a move", func(t *testing.T) {
		h := open(t)
		a, b := h.clerk(), h.clerk()
		var mine, theirs conditional.Ticket
		var seat string
		prepare := func() {
			mine, seat = h.clerk().sell(h.ticket(h.show())), h.seat()
			theirs = mine
			theirs.Note = h.note()
		}
		a.steps(prepare, a.moving(&mine, &seat), b.changing(&theirs), func(n int, ours, other error) {
			moved := mine
			moved.Seat = seat
			f := a.meeting(n, "Move "+told(mine)+" to "+seat, "Change to "+told(theirs), ours, other, (*conditional.Office).Move)
			f.Want = "one does its work, the other gets ErrChanged"
			a.mustSplit(f, ours, other, conditional.ErrChanged, oneLine(h.seats(mine.Show, mine.Seat, seat)),
				mine.Seat+" is free; "+told(moved), told(theirs)+"; "+seat+" is free")
		})
	})
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", "; ") }

// mustHold fails the behaviour unless the seats are held as wanted.
func (c *clerk) mustHold(sent, show string, seats []string, want string) {
	c.t.Helper()
	if got := c.seats(show, seats...); got != want {
		kit.Fail(c.t, kit.Failure{Sent: sent, Got: got, Want: want, Note: c.Saw(), At: c.at(-1, (*conditional.Office).Move)})
	}
}

// testDeath cuts a process off after each operation of a move.
func testDeath(t *testing.T) {
	h := open(t)
	c := h.clerk()
	var ticket conditional.Ticket
	var seat string
	prepare := func() { ticket, seat = h.clerk().sell(h.ticket(h.show())), h.seat() }
	die := func() error {
		h.Down()
		return nil
	}
	c.steps(prepare, c.moving(&ticket, &seat), die, func(n int, _, _ error) {
		moved := ticket
		moved.Seat = seat
		before, after := told(ticket)+"\n"+seat+" is free", ticket.Seat+" is free\n"+told(moved)
		if got := h.seats(ticket.Show, ticket.Seat, seat); got != before && got != after {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("Move %s to %s;\nthe process dies right after its operation %d", told(ticket), seat, n),
				Got:  got, Want: "the ticket at one of the two seats, the other one free", Note: h.Saw(), At: c.at(n, (*conditional.Office).Move),
			})
		}
	})
}

// 7. When DynamoDB cannot be reached, each call returns an error that is none of ErrTaken, ErrChanged and ErrNone.
func TestOutage(t *testing.T) {
	t.Run("a look-up returns an error of its own", func(t *testing.T) {
		h := open(t)
		c := h.clerk()
		ticket := c.sell(h.ticket(h.show()))
		c.down(false)
		_, err := c.office.Ticket(t.Context(), ticket.Show, ticket.Seat)
		c.mustTell("Ticket of "+told(ticket), err, (*conditional.Office).Ticket)
		_, err = c.office.Of(t.Context(), ticket.Holder)
		c.mustTell("Of "+ticket.Holder, err, (*conditional.Office).Of)
		_, err = c.office.Sold(t.Context(), ticket.Show)
		c.mustTell("Sold "+ticket.Show, err, (*conditional.Office).Sold)
	})
	t.Run("a sale, a change and a move return an error of their own", func(t *testing.T) {
		h := open(t)
		c := h.clerk()
		ticket, other, seat := c.sell(h.ticket(h.show())), h.ticket(h.show()), h.seat()
		for _, cut := range []bool{false, true} {
			c.down(cut)
			c.mustTell("Sell "+told(other), c.selling(&other)(), (*conditional.Office).Sell)
			c.down(cut)
			c.mustTell("Change to "+told(ticket), c.changing(&ticket)(), (*conditional.Office).Change)
			ticket, _ = h.own.Ticket(t.Context(), ticket.Show, ticket.Seat)
			c.down(cut)
			c.mustTell("Move "+told(ticket)+" to "+seat, c.moving(&ticket, &seat)(), (*conditional.Office).Move)
		}
	})
}

// down makes DynamoDB unreachable: at once, or when it has executed the next
// operation, whose answer is lost.
func (c *clerk) down(cut bool) {
	c.Up()
	c.forget()
	if cut {
		c.CutAfter(1)
	} else {
		c.Down()
	}
}

func (c *clerk) mustTell(sent string, err error, fn any) {
	c.t.Helper()
	f := kit.Failure{Sent: sent + ",\nand DynamoDB cannot be reached", Got: outcome(err), Want: "an error that says so", Note: c.Saw(), At: c.at(-1, fn)}
	if err == nil {
		kit.Fail(c.t, f)
	}
	for _, known := range sentinels() {
		if errors.Is(err, known) {
			kit.Fail(c.t, f)
		}
	}
}
