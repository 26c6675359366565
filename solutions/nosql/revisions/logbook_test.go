package revisions_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/revisions"
)

// 1. An entry that was added is in the log for good and only once, however many are added to a lift at once.
func TestAdd(t *testing.T) {
	t.Run("entries that are added one after another are all in the log", func(t *testing.T) {
		s, entries := open(t).site("north"), []revisions.Entry{}
		lift, other := s.lift(), s.lift()
		for range 2 + s.rand.IntN(5) {
			entries = append(entries, s.entry())
		}
		s.add(other, s.entry())
		s.add(lift, entries...)
		s.mustHold(fmt.Sprintf("%d × Add to %s", len(entries), lift), atAdd, -1, lift, entries...)
	})
	t.Run("entries that are added at once are all in the log", testRush)
	t.Run("an entry is kept, wherever another's falls", func(t *testing.T) {
		s := open(t).site("north")
		a, b := s.book(), s.book()
		var lift string
		var old []revisions.Entry
		var one, two revisions.Entry
		for _, isNew := range []bool{false, true} {
			prepare := func() {
				lift, old, one, two = s.lift(), nil, s.entry(), s.entry()
				if !isNew {
					old = []revisions.Entry{s.entry()}
					s.add(lift, old...)
				}
			}
			s.steps(prepare, adding(t, a, &lift, &one), adding(t, b, &lift, &two), func(n int, ours, theirs error) {
				sent := fmt.Sprintf("process A: Add %s to %s.\nRight after its request %d, process B: Add %s", one.ID, lift, n, two.ID)
				if ours != nil || theirs != nil {
					kit.Fail(t, kit.Failure{Sent: sent, Got: "A: " + kit.Said(ours) + "\nB: " + kit.Said(theirs), Want: "no error", Note: s.Saw(), At: s.at(n, atAdd)})
				}
				s.mustHold(sent, atAdd, n, lift, append(old, one, two)...)
			})
		}
	})
	t.Run("an entry whose answer was lost can be added again", func(t *testing.T) {
		s := open(t).site("north")
		book := s.book()
		var lift string
		var old, entry revisions.Entry
		prepare := func() {
			lift, old, entry = s.lift(), s.entry(), s.entry()
			s.add(lift, old)
		}
		s.steps(prepare, adding(t, book, &lift, &entry), s.dying(), func(n int, first, _ error) {
			if first == nil {
				s.mustHold(fmt.Sprintf("Add %s to %s; CouchDB is out of reach\nfrom its request %d on: no error", entry.ID, lift, n), atAdd, n, lift, old, entry)
			}
			s.mustDo(fmt.Sprintf("Add %s to %s: the connection breaks at request %d,\n%s. Then Add it again", entry.ID, lift, n, kit.Said(first)),
				atAdd, adding(t, book, &lift, &entry)())
			s.mustHold(fmt.Sprintf("Add %s to %s: the connection breaks at request %d.\nThen Add it again", entry.ID, lift, n), atAdd, -1, lift, old, entry)
		})
	})
}

func adding(t *testing.T, book *revisions.Book, lift *string, e *revisions.Entry) func() error {
	return func() error { return book.Add(t.Context(), *lift, *e) }
}

// dying cuts all processes off: from now on none reaches CouchDB.
func (s *site) dying() func() error {
	return func() error {
		s.Down()
		return nil
	}
}

func testRush(t *testing.T) {
	s := open(t).site("north")
	lift, n := s.lift(), 5+s.rand.IntN(5)
	entries := []revisions.Entry{s.entry()}
	s.add(lift, entries...)
	s.forget()
	s.Together(n)
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	for range n {
		e, book := s.entry(), s.book()
		entries = append(entries, e)
		all.Go(func() {
			if err := book.Add(t.Context(), lift, e); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = err
			}
		})
	}
	all.Wait()
	sent := fmt.Sprintf("%d processes at once: Add an entry to %s", n, lift)
	s.mustDo(sent, atAdd, failed)
	s.mustHold(sent, atAdd, -1, lift, entries...)
}

// 2. Log gives all entries of a lift in the order of their IDs, also when replication has brought a conflict.
func TestLog(t *testing.T) {
	t.Run("entries come in the order of their IDs", func(t *testing.T) {
		s, entries := open(t).site("north"), []revisions.Entry{}
		lift := s.lift()
		for range 5 + s.rand.IntN(4) {
			entries = append(entries, s.entry())
		}
		slices.Reverse(entries)
		s.add(lift, entries[1:]...)
		s.add(lift, entries[0])
		s.mustHold("Add entries, those with the higher ID first", atLog, 0, lift, entries...)
	})
	t.Run("a lift without entries has an empty log", func(t *testing.T) {
		s := open(t).site("north")
		s.add(s.lift(), s.entry())
		s.mustHold("Log of a lift that has no entry", atLog, 0, s.lift())
	})
	t.Run("a conflict hides no entry", func(t *testing.T) {
		c := open(t)
		sites := []*site{c.site("north"), c.site("south"), c.site("west")}
		lift, entries := c.conflict(sites...)
		for _, s := range sites {
			s.forget()
			s.mustHold(fmt.Sprintf("each of 3 sites: Add an entry to %s.\nThen they replicate", lift), atLog, 0, lift, entries...)
		}
	})
	t.Run("a lift that two sites have begun apart hides no entry", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		lift, one, two := c.lift(), c.entry(), c.entry()
		north.add(lift, one)
		south.add(lift, two)
		replicate(north, south)
		north.forget()
		north.mustHold("north and south: Add the first entry of "+lift+".\nThen they replicate", atLog, 0, lift, one, two)
	})
}

// conflict gives a lift an entry that all sites have, and at each site another
// that was added apart; then the sites replicate.
func (c *company) conflict(sites ...*site) (lift string, entries []revisions.Entry) {
	c.t.Helper()
	lift = c.lift()
	entries = append(entries, c.entry())
	sites[0].add(lift, entries[0])
	replicate(sites...)
	for _, s := range sites {
		e := c.entry()
		entries = append(entries, e)
		s.add(lift, e)
	}
	replicate(sites...)
	return lift, entries
}

// 6. When CouchDB cannot be reached, each call that needs it returns an error, and Changes with it the sequence to go on from.
func TestOutage(t *testing.T) {
	t.Run("a log that cannot be read is an error", func(t *testing.T) {
		s := open(t).site("north")
		book, lift := s.book(), s.lift()
		s.add(lift, s.entry())
		s.Down()
		s.forget()
		entries, err := book.Log(t.Context(), lift)
		s.mustTell(fmt.Sprintf("Log of %s: %s", lift, list(entries)), atLog, err)
	})
	t.Run("a log of which a part cannot be read is an error", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		book := north.book()
		lift, entries := c.conflict(north, south)
		want := list(sorted(entries))
		var got []revisions.Entry
		reading := func() (err error) {
			got, err = book.Log(t.Context(), lift)
			return err
		}
		north.steps(func() {}, reading, north.dying(), func(n int, err, _ error) {
			if err == nil && list(got) != want {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("Log of %s, which is in conflict; CouchDB is out of\nreach from its request %d on", lift, n),
					Got:  list(got) + ", no error", Want: "an error, or all " + want, Note: c.Saw(), At: north.at(n, atLog),
				})
			}
		})
	})
	t.Run("an entry or a conflict that cannot be written is an error", func(t *testing.T) {
		c := open(t)
		north := c.site("north")
		book := north.book()
		for _, cut := range []bool{true, false} {
			lift, entry := c.lift(), c.entry()
			north.down(cut)
			north.mustTell("Add "+entry.ID+" to "+lift, atAdd, book.Add(t.Context(), lift, entry))
			north.down(cut)
			if err := book.Resolve(t.Context(), lift); north.asked() {
				north.mustTell("Resolve "+lift, atResolve, err)
			}
		}
	})
	t.Run("Changes can go on from the sequence of its error", func(t *testing.T) {
		s := open(t).site("north")
		book := s.book()
		before, after := s.lift(), s.lift()
		s.add(before, s.entry())
		_, since, err := told(t, book, "")
		s.mustDo("Changes", atChanges, err)
		s.add(after, s.entry())
		s.Down()
		s.forget()
		_, next, err := told(t, book, since)
		s.mustTell("Changes since "+since, atChanges, err)
		s.Up()
		lifts, _, err := told(t, book, next)
		s.mustDo("Changes", atChanges, err)
		s.mustTellOf(fmt.Sprintf("Changes since %q, but CouchDB cannot be reached;\nthen Changes since the %q that came with the error", short(since), short(next)), lifts, after)
	})
}

// sorted returns entries in the order of their IDs.
func sorted(entries []revisions.Entry) []revisions.Entry {
	return slices.SortedFunc(slices.Values(entries), func(a, b revisions.Entry) int { return strings.Compare(a.ID, b.ID) })
}

// down makes CouchDB unreachable: at once, or when it has executed the next
// request, whose answer is lost.
func (s *site) down(cut bool) {
	s.Up()
	s.forget()
	if cut {
		s.CutAfter(1)
	} else {
		s.Down()
	}
}

func (s *site) mustTell(sent string, fn any, err error) {
	s.t.Helper()
	if err == nil {
		kit.Fail(s.t, kit.Failure{Sent: sent + ",\nand CouchDB cannot be reached", Got: "no error", Want: "an error", Note: s.Saw(), At: s.at(-1, fn)})
	}
}
