package documents_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/documents"
)

// 1. An e-mail address has one card, however many tills sign it up at once: the others get `ErrTaken`.
func TestJoin(t *testing.T) {
	t.Run("a new card is found by its address", func(t *testing.T) {
		tl := open(t).till()
		var number string
		var card documents.Card
		email, name := tl.email(), "Zoë "+kit.Word(tl.rand, 5)
		tl.customer(3)
		tl.must(tl.join(email, name, &number), tl.byEmail(email, &card))
		if want := (documents.Card{Number: number, Email: email, Name: name}); card != want || number == "" {
			kit.Fail(t, kit.Failure{
				Sent: tl.join(email, name, &number).told + "\n" + tl.byEmail(email, &card).told,
				Got:  fmt.Sprintf("number %q\n%+v", number, card), Want: fmt.Sprintf("a number, and %+v", want), Note: tl.Saw(), At: kit.At((*documents.Cards).ByEmail),
			})
		}
	})
	t.Run("an address that has a card gets no second one", func(t *testing.T) {
		b := open(t)
		first := b.till()
		number, email := first.customer(2)
		again := b.till() // opens a database that is not empty
		var other string
		join := again.join(email, "Ann again", &other)
		err := join.run()
		again.owns(email, number, kit.Failure{Sent: join.told + ", which has a card", Got: word(err), At: again.at(join.fn)}, err)
	})
	t.Run("of two tills that sign an address up one makes the card", func(t *testing.T) {
		b := open(t)
		ours, theirs := b.till(), b.till()
		var email, mine, other string
		ours.between(func() (call, []call) {
			email = b.email()
			return ours.join(email, "Ann", &mine), []call{theirs.join(email, "Ann", &other)}
		}, func(f kit.Failure, err error, errs []error) {
			won, lost, number := err, errs[0], mine
			if errs[0] == nil {
				won, lost, number = errs[0], err, other
			}
			if won != nil {
				f.Want = "a card from one of them, ErrTaken from the other"
				kit.Fail(t, f)
			}
			ours.owns(email, number, f, lost)
		})
	})
	t.Run("an upsert of an address can insert it only once", func(t *testing.T) {
		tl := open(t).till()
		var number string
		tl.upserts(tl.join(tl.email(), "Ann", &number))
	})
	t.Run("of many tills that sign an address up at once one makes the card", func(t *testing.T) {
		b := open(t)
		tills := []*till{b.till(), b.till(), b.till()}
		email, n := b.email(), 6+b.rand.IntN(6)
		numbers, calls := make([]string, n), make([]call, n)
		for i := range n {
			calls[i] = tills[i%3].join(email, "Ann", &numbers[i])
		}
		b.Forget()
		var made, taken int
		for _, err := range b.rush(calls) {
			if err == nil {
				made++
			} else if errors.Is(err, documents.ErrTaken) {
				taken++
			}
		}
		if made != 1 || taken != n-1 {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d × %s at once", n, calls[0].told), Got: fmt.Sprintf("%d made a card, %d got ErrTaken", made, taken),
				Want: fmt.Sprintf("1 makes a card, %d get ErrTaken", n-1), Note: b.Saw(), At: kit.At(calls[0].fn),
			})
		}
	})
}

// owns fails the behaviour unless lost is ErrTaken and the address has the card
// with that number.
func (tl *till) owns(email, number string, f kit.Failure, lost error) {
	tl.t.Helper()
	if !errors.Is(lost, documents.ErrTaken) {
		f.Want = "ErrTaken from all but the one who made the card"
		kit.Fail(tl.t, f)
	}
	var card documents.Card
	tl.must(tl.byEmail(email, &card))
	if card.Number != number {
		f.Got += fmt.Sprintf("\nand then ByEmail has card %q", card.Number)
		f.Want = fmt.Sprintf("the card that was made: %q", number)
		kit.Fail(tl.t, f)
	}
}

// 2. A card shows every stamp that it was given, also those that several tills give at once.
func TestStamp(t *testing.T) {
	t.Run("stamps given one after the other add up", func(t *testing.T) {
		tl := open(t).till()
		tl.customer(2)
		want := 21 + tl.rand.IntN(9)
		_, email := tl.customer(want)
		tl.customer(1)
		if got := tl.stamps(email); got != want {
			kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("%d × Stamp of one card, then ByEmail", want), Got: several(got, "stamp"), Want: several(want, "stamp"), Note: tl.Saw(), At: kit.At((*documents.Cards).Stamp)})
		}
	})
	t.Run("of two stamps that are given at two tills none is lost", func(t *testing.T) {
		b := open(t)
		ours, theirs := b.till(), b.till()
		var number, email string
		var given []documents.Visit
		ours.between(func() (call, []call) {
			number, email = ours.customer(3)
			given = []documents.Visit{{Shop: b.shop(), At: b.next()}, {Shop: b.shop(), At: b.next()}}
			return ours.stamp(number, given[0].Shop, given[0].At), []call{theirs.stamp(number, given[1].Shop, given[1].At)}
		}, func(f kit.Failure, err error, errs []error) {
			f.Sent = "a card with 3 stamps;\n" + f.Sent
			ours.adds(email, 5, f, err, errs[0])
			var visits []documents.Visit
			ours.must(ours.visits(number, &visits))
			for _, v := range given {
				if !slices.ContainsFunc(visits, sameAs(v)) {
					f.Got += "\nand then the visits\n" + list(visits)
					f.Want = "both visits among them:\n" + list(given)
					kit.Fail(t, f)
				}
			}
		})
	})
	t.Run("of many stamps that are given at once none is lost", func(t *testing.T) {
		b := open(t)
		tills := []*till{b.till(), b.till(), b.till()}
		number, email := tills[0].customer(0)
		calls := make([]call, 6+b.rand.IntN(6))
		for i := range calls {
			calls[i] = tills[i%3].stamp(number, b.shop(), b.next())
		}
		b.Forget()
		errs := b.rush(calls)
		f := kit.Failure{Sent: fmt.Sprintf("%d × Stamp of one card at three tills at once", len(calls)), Note: b.Saw(), At: kit.At(calls[0].fn)}
		f.Got = strings.Join(slices.Compact(words(errs)), "\n")
		tills[0].adds(email, len(calls), f, errs...)
	})
}

func words(errs []error) (all []string) {
	for _, err := range errs {
		all = append(all, word(err))
	}
	return all
}

// adds fails the behaviour unless nothing went wrong and the card shows want.
func (tl *till) adds(email string, want int, f kit.Failure, errs ...error) {
	tl.t.Helper()
	f.Want = "no error, and " + several(want, "stamp") + " on the card"
	for _, err := range errs {
		if err != nil {
			kit.Fail(tl.t, f)
		}
	}
	if got := tl.stamps(email); got != want {
		f.Got += "\nand then " + several(got, "stamp") + " on the card"
		kit.Fail(tl.t, f)
	}
}

func sameAs(v documents.Visit) func(documents.Visit) bool {
	return func(w documents.Visit) bool { return v.Shop == w.Shop && v.At.Equal(w.At) }
}

// list shows visits, a line each.
func list(visits []documents.Visit) string {
	var b strings.Builder
	for _, v := range visits[:min(len(visits), 8)] {
		fmt.Fprintf(&b, "  %s  %s\n", v.At.UTC().Format("2 Jan 15:04:05.000"), v.Shop)
	}
	if n := len(visits) - 8; n > 0 {
		fmt.Fprintf(&b, "  and %d more\n", n)
	}
	if len(visits) == 0 {
		return "  none"
	}
	return strings.TrimRight(b.String(), "\n")
}

// 3. A loaf costs ten stamps: with fewer `Redeem` answers `ErrTooFew` and takes none, whatever else happens to the card at that moment.
func TestRedeem(t *testing.T) {
	t.Run("a loaf is had for the tenth stamp and not for the ninth", func(t *testing.T) {
		tl := open(t).till()
		number, email := tl.customer(9)
		tl.tries(number, email, 9, documents.ErrTooFew, 9)
		tl.must(tl.stamp(number, tl.shop(), tl.next()))
		tl.tries(number, email, 10, nil, 0)
		tl.tries(number, email, 0, documents.ErrTooFew, 0)
	})
	t.Run("what is over ten stays on the card", func(t *testing.T) {
		tl := open(t).till()
		n := 21 + tl.rand.IntN(8)
		number, email := tl.customer(n)
		tl.tries(number, email, n, nil, n-10)
		tl.tries(number, email, n-10, nil, n-20)
		tl.tries(number, email, n-20, documents.ErrTooFew, n-20)
	})
	t.Run("two tills never give two loaves for one", func(t *testing.T) {
		b := open(t)
		ours, theirs := b.till(), b.till()
		n := 11 + b.rand.IntN(8)
		var email string
		ours.between(func() (c call, others []call) {
			var number string
			number, email = ours.customer(n)
			return ours.redeem(number), []call{theirs.redeem(number)}
		}, func(f kit.Failure, err error, errs []error) {
			ours.loaves(email, n, 1, f, err, errs[0])
		})
	})
	t.Run("a stamp that comes while a loaf is taken stays", func(t *testing.T) {
		b := open(t)
		ours, theirs := b.till(), b.till()
		n := 11 + b.rand.IntN(8)
		var email string
		ours.between(func() (c call, others []call) {
			var number string
			number, email = ours.customer(n)
			return ours.redeem(number), []call{theirs.stamp(number, b.shop(), b.next())}
		}, func(f kit.Failure, err error, errs []error) {
			f.Sent = fmt.Sprintf("a card with %s;\n%s", several(n, "stamp"), f.Sent)
			ours.adds(email, n-9, f, err, errs[0])
		})
	})
	t.Run("a loaf that is taken while a stamp comes stays paid", func(t *testing.T) {
		b := open(t)
		ours, theirs := b.till(), b.till()
		n := 11 + b.rand.IntN(8)
		var email string
		ours.between(func() (c call, others []call) {
			var number string
			number, email = ours.customer(n)
			return ours.stamp(number, b.shop(), b.next()), []call{theirs.redeem(number)}
		}, func(f kit.Failure, err error, errs []error) {
			f.Sent = fmt.Sprintf("a card with %s;\n%s", several(n, "stamp"), f.Sent)
			ours.adds(email, n-9, f, err, errs[0])
		})
	})
	t.Run("when the tenth stamp comes just then one till gives the loaf", func(t *testing.T) {
		b := open(t)
		ours, theirs := b.till(), b.till()
		var email string
		ours.between(func() (c call, others []call) {
			var number string
			number, email = ours.customer(9)
			return ours.redeem(number), []call{theirs.stamp(number, b.shop(), b.next()), theirs.redeem(number)}
		}, func(f kit.Failure, err error, errs []error) {
			if errs[0] != nil {
				f.Want = "no error from the stamp"
				kit.Fail(t, f)
			}
			ours.loaves(email, 10, 1, f, err, errs[1])
		})
	})
}

// tries redeems and fails the behaviour unless that goes as it should.
func (tl *till) tries(number, email string, has int, want error, left int) {
	tl.t.Helper()
	c := tl.redeem(number)
	tl.lines.forget()
	err := c.run()
	f := kit.Failure{Sent: fmt.Sprintf("%s, of a card with %s", c.told, several(has, "stamp")), Got: word(err), Want: fmt.Sprintf("%s, and %s left", word(want), several(left, "stamp")), Note: tl.Saw(), At: tl.at(c.fn)}
	if !errors.Is(err, want) {
		kit.Fail(tl.t, f)
	}
	if got := tl.stamps(email); got != left {
		f.Got += ", and " + several(got, "stamp") + " left"
		kit.Fail(tl.t, f)
	}
}

// loaves fails the behaviour unless one of the calls took a loaf off has stamps
// and the others got ErrTooFew.
func (tl *till) loaves(email string, has, want int, f kit.Failure, errs ...error) {
	tl.t.Helper()
	f.Sent = fmt.Sprintf("a card with %s;\n%s", several(has, "stamp"), f.Sent)
	f.Want = "one loaf, one ErrTooFew, and " + several(has-10*want, "stamp") + " left"
	var loaves int
	for _, err := range errs {
		if err == nil {
			loaves++
		} else if !errors.Is(err, documents.ErrTooFew) {
			kit.Fail(tl.t, f)
		}
	}
	left := tl.stamps(email)
	if loaves != want || left != has-10*want {
		f.Got += "\nand then " + several(left, "stamp") + " left"
		kit.Fail(tl.t, f)
	}
}
