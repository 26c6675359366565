package ownership_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
)

const ample = 5 * time.Second

// 6. Edit makes its change in one step: none is lost when several are made at once, and nobody sees half of one.
func TestEdit(t *testing.T) {
	t.Run("a change is made and stays", func(t *testing.T) {
		d := open(t, 3)
		email := d.any()
		d.did("Edit(%q) appends a tag", email)
		d.tag(email, "vip")
		d.unchanged(edit)
	})
	t.Run("an edit that meets another one loses neither change", meeting)
	t.Run("nobody sees half of a change", halves)
	t.Run("readers and writers at once see whole contacts", everybody)
}

// 7. What a change keeps of its contact is no way into the book when Edit has returned.
func TestKept(t *testing.T) {
	t.Run("what a change keeps of its contact is no way into the book", func(t *testing.T) {
		for _, use := range changes {
			d := open(t, 3)
			email := d.any()
			var kept *contact
			d.did("the change of Edit(%q) keeps its pointer; later it\n%s", email, use.what)
			d.book.Edit(email, func(c *contact) { kept = c })
			use.do(kept)
			d.unchanged(edit)
		}
	})
}

// 8. Edit answers whether there is such a contact; where there is none, it changes nothing.
func TestEditAnswers(t *testing.T) {
	t.Run("an edit of nobody answers false", func(t *testing.T) {
		d := open(t, 3)
		called := false
		d.did(`Edit("nobody@example.org") appends a tag`)
		if ok := d.book.Edit("nobody@example.org", func(c *contact) { called = true }); ok || called {
			d.fail(fmt.Sprintf("%t, change called: %t", ok, called), "false, change not called", edit)
		}
		d.unchanged(edit)
		d.inBatches(3)
	})
	t.Run("an edit of somebody answers true", func(t *testing.T) {
		d := open(t, 3)
		email := d.any()
		d.did("Edit(%q) changes nothing", email)
		if !d.book.Edit(email, func(*contact) {}) {
			d.fail("false", "true", edit)
		}
	})
}

// meeting has a second Edit begin in the middle of a first one. The second may
// be made at once or have to wait, as the book likes.
func meeting(t *testing.T) {
	d := open(t, 3)
	email := d.any()
	d.did("Edit(%q) appends vip;\nin the middle of its change another goroutine's Edit appends trial", email)
	var second *bubble.Goroutine
	var once sync.Once
	kit.Within(t, ample, d.log[0], func() {
		d.book.Edit(email, func(c *contact) {
			once.Do(func() {
				second = bubble.Go(func() {
					d.book.Edit(email, func(c *contact) { c.Tags = append(c.Tags, "trial") })
				})
				second.Settle()
			})
			c.Tags = append(c.Tags, "vip")
		})
		<-second.Done()
	})
	got := d.get(email)
	want := append(slices.Clone(d.want[email].Tags), "trial", "vip")
	if slices.Sort(want); !slices.Equal(slices.Sorted(slices.Values(got.Tags)), want) {
		d.fail(fmt.Sprintf("tags %q", got.Tags), fmt.Sprintf("%q, in any order", want), edit)
	}
}

// halves looks at a contact when its change is half made.
func halves(t *testing.T) {
	d := open(t, 3)
	email := d.any()
	d.did("Edit(%q) sets name and city to one new word;\nbetween the two, other goroutines call Get and Batches", email)
	seen := make(chan contact, 16)
	look := func() []*bubble.Goroutine {
		return []*bubble.Goroutine{
			bubble.Go(func() { c, _ := d.book.Get(email); seen <- copyOf(c) }),
			bubble.Go(func() { seen <- copyOf(d.book.Batches(3)[0][slices.Index(d.emails(), email)]) }),
		}
	}
	var readers []*bubble.Goroutine
	var once sync.Once
	kit.Within(t, ample, d.log[0], func() {
		d.book.Edit(email, func(c *contact) {
			c.Fields["name"] = "new"
			once.Do(func() {
				for _, r := range look() {
					r.Settle()
					readers = append(readers, r)
				}
			})
			c.Fields["city"] = "new"
		})
		for _, r := range readers {
			<-r.Done()
		}
	})
	for range readers {
		if c := <-seen; (c.Fields["name"] == "new") != (c.Fields["city"] == "new") {
			d.fail("one of them saw\n"+show(c), "both fields old, or both new", edit)
		}
	}
}

// everybody uses the book at once. Every change keeps name and city alike.
func everybody(t *testing.T) {
	halves(t) // what shows without luck must not end the process here
	d := open(t, 0)
	c := d.draw()
	c.Fields["name"], c.Fields["city"] = "0", "0"
	d.put(c)
	d.did("20 goroutines: Get, Batches, Put and Edit of %q, each of which\nkeeps name and city alike; readers write into what they get", c.Email)
	mine, _ := d.book.Get(c.Email)
	mine.Fields["name"] = "mine"
	d.unchanged(get)
	d.batches(1)[0][0].Fields["name"] = "mine"
	d.unchanged(batched)
	var torn string
	var mu sync.Mutex
	see := func(c contact) {
		if c.Fields["name"] != c.Fields["city"] {
			mu.Lock()
			torn = cmp.Or(torn, show(c))
			mu.Unlock()
		}
		c.Fields["name"], c.Tags[0] = "mine", "mine"
	}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			for range 200 {
				d.everyone(n, c.Email, see)
			}
		})
	}
	kit.Within(t, 2*ample, d.log[0], all.Wait)
	if torn != "" {
		d.fail("somebody saw\n"+torn, "name and city alike", edit)
	}
}

// everyone does what the n-th goroutine does.
func (d *desk) everyone(n int, email string, see func(contact)) {
	word := fmt.Sprint(n)
	switch n % 4 {
	case 0:
		c, _ := d.book.Get(email)
		see(c)
	case 1:
		see(d.book.Batches(2)[0][0])
	case 2:
		d.book.Put(contact{Email: email, Tags: []string{word}, Fields: map[string]string{"name": word, "city": word}})
	default:
		d.book.Edit(email, func(c *contact) { c.Fields["name"], c.Fields["city"] = word, word })
	}
}
