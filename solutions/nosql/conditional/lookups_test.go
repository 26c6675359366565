package conditional_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/dynamo"
	"github.com/kata-go/kata/solutions/nosql/conditional"
)

// 4. A customer gets all of their tickets and nobody else's, and nothing reads the whole table for it.
func TestOf(t *testing.T) {
	t.Run("a customer gets all tickets, however many and however long their notes", func(t *testing.T) {
		h := open(t)
		c, want := h.clerk(), []conditional.Ticket{}
		holder := h.person()
		for range 13 + h.rand.IntN(4) { // pages end after 1 MB
			ticket := h.ticket(h.show())
			ticket.Holder, ticket.Note = holder, strings.Repeat(kit.Word(h.rand, 10), 10_000)
			want = append(want, c.sell(ticket))
			c.sell(h.ticket(ticket.Show))
		}
		c.mustGet(holder, want...)
	})
	t.Run("a customer gets nobody else's tickets", func(t *testing.T) {
		h := open(t)
		c, show, mine := h.clerk(), h.show(), h.ticket(h.show())
		mine = c.sell(mine)
		for _, name := range []string{"x" + mine.Holder, mine.Holder + "x", strings.ToUpper(mine.Holder), mine.Show} {
			other := h.ticket(show)
			other.Holder, other.Note = name, mine.Holder
			c.sell(other)
		}
		c.mustGet(mine.Holder, mine)
		c.mustGet(h.person())
	})
	t.Run("a ticket that changes hands is its new holder's alone", func(t *testing.T) {
		h := open(t)
		c := h.clerk()
		ticket := c.sell(h.ticket(h.show()))
		before := ticket.Holder
		ticket.Holder = h.person()
		ticket = c.change(ticket)
		c.mustGet(ticket.Holder, ticket)
		c.mustGet(before)
		ticket = c.move(ticket, h.seat())
		c.mustGet(ticket.Holder, ticket)
	})
	t.Run("nothing reads the whole table", func(t *testing.T) {
		h := open(t)
		c := h.clerk()
		ticket := c.sell(h.ticket(h.show()))
		c.forget()
		_, err := c.office.Of(t.Context(), ticket.Holder)
		c.mustDo("Of "+ticket.Holder, (*conditional.Office).Of, err)
		if h.Count("Scan") > 0 {
			kit.Fail(t, kit.Failure{Sent: "Of " + ticket.Holder, Got: "a Scan, which reads every ticket of every show", Want: "no Scan", Note: h.Saw(), At: c.at(-1, (*conditional.Office).Of)})
		}
	})
}

// mustGet fails the behaviour unless Of returns the tickets, in any order.
func (c *clerk) mustGet(holder string, want ...conditional.Ticket) {
	c.t.Helper()
	c.forget()
	got, err := c.office.Of(c.t.Context(), holder)
	c.mustDo("Of "+holder, (*conditional.Office).Of, err)
	f := kit.Failure{Sent: "Of " + holder, Note: c.Saw(), At: c.at(-1, (*conditional.Office).Of)}
	if f.Got, f.Want = list(got), list(want); f.Got != f.Want {
		kit.Fail(c.t, f)
	}
}

// list tells tickets, or their number when there are many.
func list(tickets []conditional.Ticket) string {
	var all []string
	for _, t := range tickets {
		all = append(all, told(t)+", in "+t.Show)
	}
	slices.Sort(all)
	switch n := len(all); {
	case n == 0:
		return "no ticket"
	case n > 3:
		return fmt.Sprintf("%d tickets", n)
	}
	return strings.Join(all, "\n")
}

// 5. Sold is the number of a show's tickets at any moment, also after a process died in a sale or a move.
func TestSold(t *testing.T) {
	t.Run("each ticket of the show counts, and no other show's", func(t *testing.T) {
		h := open(t)
		c, show, other := h.clerk(), h.show(), h.show()
		c.mustCount("nothing is sold", show, 0)
		n := 2 + h.rand.IntN(5)
		for range n {
			c.sell(h.ticket(show))
		}
		c.sell(h.ticket(other))
		c.mustCount(fmt.Sprintf("%d × Sell, and once for another show", n), show, n)
	})
	t.Run("a moved or changed ticket counts once", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		c.change(c.move(c.sell(h.ticket(show)), h.seat()))
		c.mustCount("Sell, Move and Change of one ticket", show, 1)
	})
	t.Run("tickets count however long their notes are", func(t *testing.T) {
		h := open(t)
		c, show, n := h.clerk(), h.show(), 13+h.rand.IntN(4) // pages end after 1 MB
		for range n {
			ticket := h.ticket(show)
			ticket.Note = strings.Repeat(kit.Word(h.rand, 10), 10_000)
			c.sell(ticket)
		}
		c.mustCount(fmt.Sprintf("%d × Sell, each with a note of 100 KB", n), show, n)
	})
	t.Run("the number is right after a process died in a sale or a move", func(t *testing.T) {
		h := open(t)
		c := h.clerk()
		var ticket conditional.Ticket
		var seat string
		die := func() error {
			h.Down()
			return nil
		}
		prepare := func() { ticket, seat = h.ticket(h.show()), h.seat() }
		c.steps(prepare, c.selling(&ticket), die, func(n int, _, _ error) {
			c.mustAgree(fmt.Sprintf("Sell %s;\nthe process dies right after its operation %d", told(ticket), n), ticket.Show, ticket.Seat)
		})
		prepare = func() { ticket, seat = h.clerk().sell(h.ticket(h.show())), h.seat() }
		c.steps(prepare, c.moving(&ticket, &seat), die, func(n int, _, _ error) {
			c.mustAgree(fmt.Sprintf("Move %s;\nthe process dies right after its operation %d", told(ticket), n), ticket.Show, ticket.Seat, seat)
		})
	})
	t.Run("the number is right when a seat is refused", func(t *testing.T) {
		h := open(t)
		c, show := h.clerk(), h.show()
		first := c.sell(h.ticket(show))
		second := c.sell(h.ticket(show))
		_ = c.selling(&first)()
		_ = c.moving(&first, &second.Seat)()
		c.mustAgree("Sell, of two seats.\nThen Sell the first again, and Move it to the second", show, first.Seat, second.Seat)
	})
}

func (c *clerk) mustCount(sent, show string, want int) {
	c.t.Helper()
	c.forget()
	got, err := c.office.Sold(c.t.Context(), show)
	c.mustDo(sent+", then Sold", (*conditional.Office).Sold, err)
	if got != want {
		kit.Fail(c.t, kit.Failure{Sent: sent + ", then Sold", Got: fmt.Sprint(got), Want: fmt.Sprint(want), Note: c.Saw(), At: c.at(-1, (*conditional.Office).Sold)})
	}
}

// mustAgree fails the behaviour unless Sold is how many of these seats, which
// are all that the show has, are sold.
func (c *clerk) mustAgree(sent, show string, seats ...string) {
	c.t.Helper()
	found := c.seats(show, seats...)
	sold := len(seats) - strings.Count(found, " is free")
	c.mustCount(sent+".\nIn the table: "+oneLine(found), show, sold)
}

// 6. Sales, changes and moves of different shows and customers never write to the same partition.
func TestPartitions(t *testing.T) {
	h := open(t)
	work := func(what string, act func(c *clerk, t conditional.Ticket) []dynamo.Operation) func(t *testing.T) {
		return func(t *testing.T) {
			h.t = t
			var before map[string]string
			for range 2 {
				c := h.clerk()
				wrote := written(act(c, h.ticket(h.show())))
				for key, text := range wrote {
					if before[key] == "" {
						continue
					}
					kit.Fail(t, kit.Failure{
						Sent: what + " for two shows, with a customer each", Got: "both write to the partition where\n" + key + ":\n" + text,
						Want: "no partition that all shows write to", Note: h.Saw(), At: c.at(-1, (*conditional.Office).Sell),
					})
				}
				before = wrote
			}
		}
	}
	t.Run("sales write to no common partition", work("Sell", func(c *clerk, t conditional.Ticket) []dynamo.Operation {
		c.sell(t)
		return c.Operations()
	}))
	t.Run("changes and moves write to no common partition", work("Change and Move", func(c *clerk, t conditional.Ticket) []dynamo.Operation {
		t = c.change(c.sell(t))
		all := c.Operations()
		c.move(t, c.seat())
		return append(all, c.Operations()...)
	}))
}

// written returns the partitions of the table and of its index to which the
// operations write, and for each an operation that does.
func written(all []dynamo.Operation) map[string]string {
	to := map[string]string{}
	for _, o := range all {
		for _, keys := range writes(o) {
			for _, name := range []string{"show", "holder"} {
				if v := keys[name].S; v != "" {
					to[fmt.Sprintf("%s is %q", name, v)] = o.Text
				}
			}
		}
	}
	return to
}

// attributes is an item or a key, of which only texts are read.
type attributes map[string]struct{ S string }

// write is what an operation that writes, or a part of one, says of the item.
type write struct{ Item, Key attributes }

// writes returns the items and keys that an operation writes.
func writes(o dynamo.Operation) []attributes {
	var one write
	var many struct {
		TransactItems []map[string]write
		RequestItems  map[string][]map[string]write
	}
	_ = json.Unmarshal(o.Body, &one) // an operation that reads has other members
	_ = json.Unmarshal(o.Body, &many)
	var all []attributes
	if slices.Contains([]string{"PutItem", "UpdateItem", "DeleteItem"}, o.Name) {
		all = append(all, one.Item, one.Key)
	}
	for _, requests := range append(slices.Collect(maps.Values(many.RequestItems)), many.TransactItems) {
		for _, r := range requests {
			for kind, w := range r {
				if kind != "ConditionCheck" && kind != "Get" {
					all = append(all, w.Item, w.Key)
				}
			}
		}
	}
	return all
}
