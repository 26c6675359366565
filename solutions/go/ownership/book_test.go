package ownership_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/go/ownership"
)

var (
	put     = (*ownership.Book).Put
	get     = (*ownership.Book).Get
	edit    = (*ownership.Book).Edit
	batched = (*ownership.Book).Batches
)

// 1. What Put stored, Get and Batches return: each contact once, ordered by email, in batches of at most the size asked for.
func TestBook(t *testing.T) {
	t.Run("every contact is found by its email", func(t *testing.T) {
		d := open(t, 9)
		d.did("Put of 9 contacts")
		d.unchanged(put)
	})
	t.Run("an email that nobody has finds nothing", func(t *testing.T) {
		d := open(t, 3)
		for _, email := range []string{"0@example.org", "nobody@example.org", "~@example.org"} { // before all others, anywhere, behind all others
			if c, ok := d.book.Get(email); ok {
				d.did("Get(%q)", email)
				d.fail(show(c), "false", get)
			}
		}
	})
	t.Run("putting an email again replaces its contact", func(t *testing.T) {
		d := open(t, 5)
		c := d.draw()
		c.Email = d.any()
		d.put(c)
		d.did("Put of 5 contacts, then of another %q", c.Email)
		d.unchanged(put)
		d.inBatches(2)
	})
	t.Run("batches hold each contact once, in order", func(t *testing.T) {
		d := open(t, 6)
		for _, size := range []int{1, 2, 4, 6, 7} {
			d.inBatches(size)
		}
		d = open(t, 0)
		d.inBatches(3)
	})
}

// inBatches fails unless Batches(size) is the whole book, in as few batches as
// can be.
func (d *desk) inBatches(size int) {
	d.t.Helper()
	var want, got []string
	for chunk := range slices.Chunk(d.emails(), size) {
		want = append(want, strings.Join(chunk, " "))
	}
	for _, batch := range d.batches(size) {
		var emails []string
		for _, c := range batch {
			emails = append(emails, c.Email)
		}
		got = append(got, strings.Join(emails, " "))
	}
	if !slices.Equal(got, want) {
		d.did("Batches(%d) of %d contacts", size, len(d.want))
		d.fail(strings.Join(got, "\n"), strings.Join(want, "\n"), batched)
	}
}

// 2. A caller who goes on using what was given to Put changes nothing in the book, whatever is written, appended or deleted.
func TestGivenToPut(t *testing.T) {
	t.Run("changes to a contact that was put do not reach the book", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			c := d.draw()
			d.put(c)
			d.did("Put(%q), then its caller\n%s", c.Email, use.what)
			use.do(&c)
			d.unchanged(put)
		}
	})
	t.Run("a contact that replaced another is the book's own too", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			c := d.draw()
			c.Email = d.any()
			d.put(c)
			d.did("Put(%q) for the second time, then its caller\n%s", c.Email, use.what)
			use.do(&c)
			d.unchanged(put)
		}
	})
	t.Run("contacts that were made from the same tags stay apart", func(t *testing.T) {
		d := open(t, 0)
		a, b := d.draw(), d.draw()
		b.Tags = a.Tags
		d.put(a)
		d.put(b)
		d.did("two contacts with the same tags;\nEdit(%q) appends vip,\nEdit(%q) appends trial", a.Email, b.Email)
		d.tag(a.Email, "vip")
		d.tag(b.Email, "trial")
		d.unchanged(put)
	})
}

// tag appends a tag and expects it to be there.
func (d *desk) tag(email, tag string) {
	d.book.Edit(email, func(c *contact) { c.Tags = append(c.Tags, tag) })
	c := d.want[email]
	c.Tags = append(slices.Clone(c.Tags), tag)
	d.want[email] = c
}

// 3. A caller who changes what Get or Batches returned changes nothing in the book, nor in what others got.
func TestReturned(t *testing.T) {
	t.Run("changes to a contact from Get do not reach the book", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			c := d.get(d.any())
			d.did("the caller of Get(%q)\n%s", c.Email, use.what)
			use.do(&c)
			d.unchanged(get)
		}
	})
	t.Run("changes to a contact from Batches do not reach the book", func(t *testing.T) {
		for _, use := range append(changes, change{"puts another in its place", func(c *contact) { *c = contact{Email: "joke"} }}) {
			d := open(t, 3)
			batches := d.batches(2)
			d.did("the caller of Batches(2) takes\n%q and %s", batches[1][0].Email, use.what)
			use.do(&batches[1][0])
			d.unchanged(batched)
			d.inBatches(2)
		}
	})
	t.Run("two callers of Get share nothing", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			mine := d.get(d.any())
			other := d.get(mine.Email)
			d.did("two callers of Get(%q), one\n%s", mine.Email, use.what)
			use.do(&mine)
			d.still("the other one now holds", other, d.want[mine.Email], get)
		}
	})
	t.Run("two callers of Batches share nothing", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			mine, other := d.batches(3), d.batches(3)
			d.did("two callers of Batches(3), one takes\n%q and %s", mine[0][1].Email, use.what)
			use.do(&mine[0][1])
			d.still("the other one now holds", other[0][1], d.want[d.emails()[1]], batched)
		}
	})
}

// still fails unless what somebody, who, holds is as it was.
func (d *desk) still(who string, held, was contact, by any) {
	d.t.Helper()
	if !same(held, was) {
		d.fail(who+"\n"+show(held), show(was), by)
	}
}

// 4. What has been returned stays as it is, whatever is done to the book later.
func TestStays(t *testing.T) {
	t.Run("a contact from Get stays as it is through later edits", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			c := d.get(d.any())
			d.did("Get(%q), later an Edit of it\n%s", c.Email, use.what)
			d.book.Edit(c.Email, use.do)
			d.still("what Get returned now holds", c, d.want[c.Email], edit)
		}
	})
	t.Run("batches stay as they are through later edits and puts", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 4)
			batches := d.batches(2)
			first := copies(batches[0])
			d.did("Batches(2), later an Edit of %q\n%s, and new contacts are put", first[0].Email, use.what)
			d.book.Edit(first[0].Email, use.do)
			for range 8 {
				d.book.Put(contact{Email: "!" + kit.Word(d.rand, 4)}) // comes before all others
			}
			for i := range first {
				d.still("what Batches returned now holds", batches[0][i], first[i], batched)
			}
		}
	})
}

// 5. Appending to a batch changes no other batch.
func TestBatchesApart(t *testing.T) {
	t.Run("a test address at the end of each batch is in nobody's way", func(t *testing.T) {
		d := open(t, 7)
		size := 2 + d.rand.IntN(2)
		batches := d.batches(size)
		for i := range batches {
			batches[i] = append(batches[i], contact{Email: "test@example.org"})
		}
		d.did("Batches(%d) of 7 contacts; test@example.org is appended to each batch", size)
		for i, chunk := range slices.Collect(slices.Chunk(d.emails(), size)) {
			for j, email := range chunk {
				if got := batches[i][j].Email; got != email {
					d.fail(fmt.Sprintf("contact %d of batch %d is %s", j+1, i+1, got), email, batched)
				}
			}
		}
		d.unchanged(batched)
	})
}
