package revisions_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-kivik/kivik/v4"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/revisions"
)

// 3. Resolve ends a lift's conflict and loses no entry, also when the process dies on the way or entries come meanwhile.
func TestResolve(t *testing.T) {
	t.Run("the conflict is over and every entry is kept", func(t *testing.T) {
		c := open(t)
		sites := []*site{c.site("north"), c.site("south"), c.site("west")}
		lift, entries := c.conflict(sites...)
		for _, s := range sites {
			s.resolve(lift)
			sent := fmt.Sprintf("3 sites with an entry each for %s replicate.\nThen %s: Resolve %s", lift, s.name, lift)
			s.mustHold(sent, atResolve, -1, lift, entries...)
			s.mustAgree(sent, atResolve, -1)
		}
	})
	t.Run("entries that come meanwhile are kept", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		a, b := north.book(), north.book()
		var lift string
		var entries []revisions.Entry
		var more revisions.Entry
		prepare := func() {
			lift, entries = c.conflict(north, south)
			more = c.entry()
		}
		north.steps(prepare, resolving(t, a, &lift), adding(t, b, &lift, &more), func(n int, ours, theirs error) {
			sent := fmt.Sprintf("process A: Resolve %s.\nRight after its request %d, process B: Add %s", lift, n, more.ID)
			if ours != nil || theirs != nil {
				kit.Fail(t, kit.Failure{Sent: sent, Got: "A: " + kit.Said(ours) + "\nB: " + kit.Said(theirs), Want: "no error", Note: c.Saw(), At: north.at(n, atResolve)})
			}
			north.mustHold(sent, atResolve, n, lift, append(entries, more)...)
			north.mustAgree(sent, atResolve, n)
		})
	})
	t.Run("two processes that resolve the same conflict at once lose nothing", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		a, b := north.book(), north.book()
		var lift string
		var entries []revisions.Entry
		prepare := func() { lift, entries = c.conflict(north, south) }
		north.steps(prepare, resolving(t, a, &lift), resolving(t, b, &lift), func(n int, ours, theirs error) {
			sent := fmt.Sprintf("process A: Resolve %s.\nRight after its request %d, process B: Resolve it", lift, n)
			if ours != nil || theirs != nil {
				kit.Fail(t, kit.Failure{Sent: sent, Got: "A: " + kit.Said(ours) + "\nB: " + kit.Said(theirs), Want: "no error", Note: c.Saw(), At: north.at(n, atResolve)})
			}
			north.mustHold(sent, atResolve, n, lift, entries...)
			north.mustAgree(sent, atResolve, n)
		})
	})
	t.Run("a replication that falls into it loses nothing", testReplicated)
	t.Run("a process that dies loses no entry, and another can finish", func(t *testing.T) {
		c := open(t)
		north, south, west := c.site("north"), c.site("south"), c.site("west")
		book := north.book()
		var lift string
		var entries []revisions.Entry
		prepare := func() { lift, entries = c.conflict(north, south, west) }
		north.steps(prepare, resolving(t, book, &lift), north.dying(), func(n int, ours, _ error) {
			sent := fmt.Sprintf("Resolve %s; CouchDB is out of reach\n", lift) + kit.Wrap(fmt.Sprintf("from its request %d on: %s", n, kit.Said(ours)))
			north.mustHold(sent, atResolve, n, lift, entries...)
			if ours == nil {
				north.mustAgree(sent, atResolve, n)
			}
			north.resolve(lift)
			north.mustHold(sent+". Then Resolve in another one", atResolve, -1, lift, entries...)
			north.mustAgree(sent+". Then Resolve in another one", atResolve, -1)
		})
	})
	t.Run("a lift without a conflict stays as it is", func(t *testing.T) {
		s := open(t).site("north")
		lift, none, entry := s.lift(), s.lift(), s.entry()
		s.add(lift, entry)
		_, before := s.changed("0")
		s.resolve(lift)
		sent := "Resolve " + lift + ", which has no conflict"
		if n, _ := s.changed(before); n > 0 {
			kit.Fail(t, kit.Failure{Sent: sent, Got: "the document was written: every other site gets it again", Want: "nothing is written", Note: s.Saw(), At: s.at(-1, atResolve)})
		}
		s.mustHold(sent, atResolve, -1, lift, entry)
		s.resolve(none)
		s.mustHold("Resolve of a lift that has no entry", atResolve, -1, none)
	})
}

// testReplicated lets what another site has written meanwhile arrive between any
// two requests of Resolve.
func testReplicated(t *testing.T) {
	c := open(t)
	north, south := c.site("north"), c.site("south")
	book := north.book()
	var lift string
	var entries []revisions.Entry
	prepare := func() {
		lift, entries = c.lift(), []revisions.Entry{c.entry(), c.entry(), c.entry(), c.entry()}
		north.add(lift, entries[0])
		south.add(lift, entries[1:3]...) // the longer history wins
		north.pull(south)
	}
	arriving := func() error {
		if err := south.own.Add(t.Context(), lift, entries[3]); err != nil {
			return err
		}
		_, err := kivik.Replicate(t.Context(), north.db, south.db)
		return err
	}
	north.steps(prepare, resolving(t, book, &lift), arriving, func(n int, ours, theirs error) {
		sent := fmt.Sprintf("%s is in conflict. north: Resolve. Right after its\nrequest %d, an entry of south's arrives by replication", lift, n)
		if ours != nil || theirs != nil {
			kit.Fail(t, kit.Failure{Sent: sent, Got: kit.Wrap("north: "+kit.Said(ours)) + "\n" + kit.Wrap("south: "+kit.Said(theirs)), Want: "no error", Note: c.Saw(), At: north.at(n, atResolve)})
		}
		north.mustHold(sent, atResolve, n, lift, entries...)
		north.resolve(lift)
		north.mustHold(sent+".\nThen Resolve again", atResolve, -1, lift, entries...)
		north.mustAgree(sent+".\nThen Resolve again", atResolve, -1)
	})
}

func resolving(t *testing.T, book *revisions.Book, lift *string) func() error {
	return func() error { return book.Resolve(t.Context(), *lift) }
}

// 4. Sites that resolve the same conflict apart come to the same: replicating again brings no new conflict.
func TestApart(t *testing.T) {
	t.Run("two sites that resolve apart do not conflict again", func(t *testing.T) {
		c := open(t)
		c.apart(c.site("north"), c.site("south"))
	})
	t.Run("three sites that resolve apart do not conflict again", func(t *testing.T) {
		c := open(t)
		c.apart(c.site("north"), c.site("south"), c.site("west"))
	})
	t.Run("a lift that sites have begun apart does not conflict again", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		lift, one, two := c.lift(), c.entry(), c.entry()
		north.add(lift, one)
		south.add(lift, two)
		replicate(north, south)
		c.settle(lift, []revisions.Entry{one, two}, north, south)
	})
	t.Run("entries that are added after resolving reach every site", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		lift, entries := c.conflict(north, south)
		c.settle(lift, entries, north, south)
		one, two := c.entry(), c.entry()
		north.add(lift, one)
		replicate(north, south)
		south.add(lift, two)
		replicate(north, south)
		for _, s := range []*site{north, south} {
			s.mustHold("both sites Resolve and replicate; then each Adds an entry\nand they replicate", atResolve, -1, lift, append(entries, one, two)...)
			s.mustAgree("both sites Resolve and replicate; then each Adds an entry\nand they replicate", atResolve, -1)
		}
	})
}

// apart makes a conflict between the sites and settles it.
func (c *company) apart(sites ...*site) {
	c.t.Helper()
	lift, entries := c.conflict(sites...)
	c.settle(lift, entries, sites...)
}

// settle resolves a conflict at every site, replicates, and wants it over.
func (c *company) settle(lift string, entries []revisions.Entry, sites ...*site) {
	c.t.Helper()
	for _, s := range sites {
		s.resolve(lift)
	}
	replicate(sites...)
	for _, s := range sites {
		sent := fmt.Sprintf("%d sites have a conflict of %s. Each one:\nResolve %s. Then they replicate", len(sites), lift, lift)
		s.mustAgree(sent, atResolve, -1)
		s.mustHold(sent, atResolve, -1, lift, entries...)
	}
}

// 5. Changes tells of each lift that has changed, and the sequence that it returns is where to go on: nothing is left out, also after f has failed.
func TestChanges(t *testing.T) {
	t.Run("each lift is told, and not again from the sequence returned", func(t *testing.T) {
		s := open(t).site("north")
		book, lifts := s.book(), s.lifts(3+s.rand.IntN(3))
		s.forget()
		got, since, err := told(t, book, "")
		s.mustDo("Changes from the beginning", atChanges, err)
		s.mustTellOf("Changes from the beginning", got, lifts...)
		got, since, err = told(t, book, since)
		s.mustDo("Changes since then", atChanges, err)
		s.mustTellOf("Changes, then Changes from the sequence that it returned", got)
		s.add(lifts[1], s.entry())
		got, _, err = told(t, book, since)
		s.mustDo("Changes since then", atChanges, err)
		s.mustTellOf("Changes twice, an entry for "+lifts[1]+", and Changes", got, lifts[1])
	})
	t.Run("a lift at which f fails is told again, and so are those after it", func(t *testing.T) {
		s := open(t).site("north")
		book, lifts := s.book(), s.lifts(4)
		broken := errors.New("the printer is out of paper")
		for k := range lifts {
			s.forget()
			var done []string
			since, err := book.Changes(t.Context(), "", func(lift string) error {
				if lift == lifts[k] {
					return broken
				}
				done = append(done, lift)
				return nil
			})
			sent := fmt.Sprintf("Changes of %d lifts, where f fails at number %d", len(lifts), k+1)
			if !errors.Is(err, broken) {
				kit.Fail(t, kit.Failure{Sent: sent, Got: kit.Said(err), Want: "the error of f", Note: s.Saw(), At: s.at(-1, atChanges)})
			}
			got, _, err := told(t, book, since)
			s.mustDo("Changes since then", atChanges, err)
			s.mustTellOf(sent+".\nThen Changes from the sequence that it returned", got, lifts[k:]...)
		}
	})
	t.Run("a change that falls into the call is told at the latest next time", func(t *testing.T) {
		s := open(t).site("north")
		book, lifts, late := s.book(), s.lifts(2), s.lift()
		var got []string
		since, err := book.Changes(t.Context(), "", func(lift string) error {
			if got = append(got, lift); len(got) == 1 {
				return s.own.Add(t.Context(), late, s.entry())
			}
			return nil
		})
		s.mustDo("Changes, and another lift's entry meanwhile", atChanges, err)
		more, _, err := told(t, book, since)
		s.mustDo("Changes since then", atChanges, err)
		s.mustTellOf("Changes, and during it an entry for "+late+".\nThen Changes from the sequence that it returned", append(got, more...), append(lifts, late)...)
	})
	t.Run("a conflict that replication brings is told", func(t *testing.T) {
		c := open(t)
		north, south := c.site("north"), c.site("south")
		lift := c.lift()
		north.add(lift, c.entry())
		replicate(north, south)
		northern, southern := north.book(), south.book()
		_, sinceN, errN := told(t, northern, "")
		_, sinceS, errS := told(t, southern, "")
		north.mustDo("Changes", atChanges, errors.Join(errN, errS))
		north.add(lift, c.entry())
		south.add(lift, c.entry())
		replicate(north, south)
		for _, at := range []struct {
			*site
			book  *revisions.Book
			since string
		}{{north, northern, sinceN}, {south, southern, sinceS}} {
			got, _, err := told(t, at.book, at.since)
			at.mustDo("Changes", atChanges, err)
			at.mustTellOf(fmt.Sprintf("north and south each: Add an entry to %s.\nThey replicate, then %s: Changes", lift, at.name), got, lift)
		}
	})
}

// lifts gives n lifts an entry each and returns them in this order.
func (s *site) lifts(n int) (all []string) {
	s.t.Helper()
	for range n {
		all = append(all, s.lift())
	}
	for _, lift := range all {
		s.add(lift, s.entry())
	}
	return all
}

// told returns what Changes calls its function with.
func told(t *testing.T, book *revisions.Book, since string) (lifts []string, next string, err error) {
	t.Helper()
	next, err = book.Changes(t.Context(), since, func(lift string) error {
		lifts = append(lifts, lift)
		return nil
	})
	return lifts, next, err
}

// mustTellOf fails the behaviour unless just these lifts were told, in any order
// and however often.
func (s *site) mustTellOf(sent string, got []string, want ...string) {
	s.t.Helper()
	if f := (kit.Failure{Sent: sent, Got: names(got), Want: names(want), Note: s.Saw(), At: s.at(-1, atChanges)}); f.Got != f.Want {
		kit.Fail(s.t, f)
	}
}

func names(lifts []string) string {
	all := slices.Compact(slices.Sorted(slices.Values(lifts)))
	if len(all) == 0 {
		return "no lift"
	}
	return strings.Join(all, ", ")
}

// short cuts a sequence, which is long on a real CouchDB.
func short(sequence string) string { return fmt.Sprintf("%.12s", sequence) }
