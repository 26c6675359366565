package ownership_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/go/ownership"
)

type contact = ownership.Contact

// desk is a book, and copies of what was put into it that nobody else holds.
type desk struct {
	t    testing.TB
	rand *rand.Rand
	book *ownership.Book
	want map[string]contact
	log  []string // what was done, for the failure
}

// open returns a book with n contacts.
func open(t testing.TB, n int) *desk {
	d := &desk{t: t, rand: kit.Rand(t), book: ownership.New(), want: map[string]contact{}}
	for range n {
		d.put(d.draw())
	}
	return d
}

// draw returns a new contact. Its tags have room to grow.
func (d *desk) draw() contact {
	tags := make([]string, 0, 8)
	for range 2 + d.rand.IntN(2) {
		tags = append(tags, kit.Word(d.rand, 3))
	}
	return contact{
		Email:  kit.Word(d.rand, 6) + "@example.org",
		Tags:   tags,
		Fields: map[string]string{"name": kit.Word(d.rand, 4), "city": kit.Word(d.rand, 5)},
	}
}

// copyOf returns a contact that shares nothing with c.
func copyOf(c contact) contact {
	return contact{Email: c.Email, Tags: append([]string{}, c.Tags...), Fields: maps.Clone(c.Fields)}
}

func copies(all []contact) []contact {
	var c []contact
	for _, one := range all {
		c = append(c, copyOf(one))
	}
	return c
}

func same(a, b contact) bool {
	return a.Email == b.Email && slices.Equal(a.Tags, b.Tags) && maps.Equal(a.Fields, b.Fields)
}

// put puts c itself into the book, and remembers what it was.
func (d *desk) put(c contact) {
	d.want[c.Email] = copyOf(c)
	d.book.Put(c)
}

// emails are those of all contacts, in order.
func (d *desk) emails() []string { return slices.Sorted(maps.Keys(d.want)) }

// any draws one of the contacts' emails.
func (d *desk) any() string { all := d.emails(); return all[d.rand.IntN(len(all))] }

// did notes a step for the failure.
func (d *desk) did(format string, a ...any) { d.log = append(d.log, fmt.Sprintf(format, a...)) }

// get returns what the book has under email, or fails.
func (d *desk) get(email string) contact {
	d.t.Helper()
	c, ok := d.book.Get(email)
	if !ok {
		d.did("Get(%q)", email)
		d.fail("no such contact", show(d.want[email]), (*ownership.Book).Get)
	}
	return c
}

// batches returns the book in batches of that size. Their number is not looked at.
func (d *desk) batches(size int) [][]contact { return d.book.Batches(size) }

// unchanged fails unless the book holds what was put into it; by is the method
// that is to blame if not.
func (d *desk) unchanged(by any) {
	d.t.Helper()
	for _, email := range d.emails() {
		if got, want := d.get(email), d.want[email]; !same(got, want) {
			d.did("Get(%q)", email)
			d.fail(show(got), show(want), by)
		}
	}
}

func (d *desk) fail(got, want string, by any) {
	d.t.Helper()
	kit.Fail(d.t, kit.Failure{Sent: strings.Join(d.log, "\n"), Got: got, Want: want, At: kit.At(by)})
}

// show writes a contact in two lines that fit a terminal.
func show(c contact) string {
	var fields []string
	for _, k := range slices.Sorted(maps.Keys(c.Fields)) {
		fields = append(fields, k+"="+c.Fields[k])
	}
	return fmt.Sprintf("%s  tags %s\nfields %s", c.Email, strings.Join(c.Tags, " "), strings.Join(fields, " "))
}

// change is a way to use a contact that somebody holds.
type change struct {
	what string
	do   func(c *contact)
}

var changes = []change{
	{"writes over its first tag", func(c *contact) { c.Tags[0] = "joke" }},
	{"cuts its tags to one and appends another", func(c *contact) { c.Tags = append(c.Tags[:1], "joke") }},
	{"sorts its tags backwards", func(c *contact) {
		slices.Sort(c.Tags)
		slices.Reverse(c.Tags)
		c.Tags[len(c.Tags)-1] = "zzz"
	}},
	{"writes a field", func(c *contact) { c.Fields["name"] = "joke" }},
	{"adds a field", func(c *contact) { c.Fields["joke"] = "yes" }},
	{"deletes a field", func(c *contact) { delete(c.Fields, "city") }},
}
