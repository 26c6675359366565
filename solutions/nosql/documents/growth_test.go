package documents_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/documents"
)

// 4. `Day` answers how many stamps a shop gave on a day, from the first one on.
func TestDay(t *testing.T) {
	t.Run("a day counts its own shop's stamps", func(t *testing.T) {
		tl := open(t).till()
		shop, other := tl.shop(), tl.shop()
		midnight := time.Date(2026, 3, 1+tl.rand.IntN(27), 0, 0, 0, 0, time.UTC)
		want := 2 + tl.rand.IntN(6)
		for hour := range want {
			at := midnight.Add(time.Duration(hour) * time.Hour)
			number, _ := tl.customer(0)
			tl.must(tl.stamp(number, shop, at), tl.stamp(number, other, at))
			tl.must(tl.stamp(number, shop, midnight.Add(-time.Millisecond)), tl.stamp(number, shop, midnight.Add(24*time.Hour)))
		}
		tl.counts(shop, midnight.Format(time.DateOnly), want, kit.Failure{Sent: fmt.Sprintf("%d stamps of that day there, some of others,", want)})
	})
	t.Run("a day without a stamp counts none", func(t *testing.T) {
		tl := open(t).till()
		tl.customer(2)
		tl.counts(tl.shop(), tl.today(), 0, kit.Failure{Sent: "no stamp there on that day,"})
	})
	t.Run("the day of a moment does not depend on its time zone", func(t *testing.T) {
		tl := open(t).till()
		number, _ := tl.customer(0)
		shop, at := tl.shop(), tl.next().Truncate(24*time.Hour).Add(23*time.Hour)
		tl.must(tl.stamp(number, shop, at.In(time.FixedZone("", 2*60*60))))
		tl.counts(shop, at.Format(time.DateOnly), 1, kit.Failure{Sent: "a stamp at 23:00 UTC, written 01:00 of the next day, +02:00,"})
	})
	t.Run("the first two stamps of a day both count", func(t *testing.T) {
		tl := open(t).till()
		tl.busy(0)
	})
	t.Run("two later stamps of a day both count", func(t *testing.T) {
		tl := open(t).till()
		tl.busy(1 + tl.rand.IntN(4))
	})
	t.Run("an upsert of a day can insert it only once", func(t *testing.T) {
		tl := open(t).till()
		number, _ := tl.customer(0)
		tl.upserts(tl.stamp(number, tl.shop(), tl.next()))
	})
}

// upserts fails the behaviour when a command of the call would be carried out as
// an insert by two tills at once: MongoDB promises one document only where a
// unique index covers what is asked for.
func (tl *till) upserts(c call) {
	tl.t.Helper()
	tl.Forget()
	tl.lines.forget()
	tl.must(c)
	for _, u := range tl.lines.upserts() {
		if tl.unique(u.on, u.fields) {
			continue
		}
		kit.Fail(tl.t, kit.Failure{
			Sent: c.told, Got: "an upsert that two tills can both carry out as an insert:\n" + u.told,
			Want: fmt.Sprintf("a unique index of %q that covers this filter, so that the\nsecond insert is refused", u.on),
			Note: "MongoDB looks first and inserts then, and only an index is asked again\nin between", At: u.at,
		})
	}
}

// busy stamps two cards in one shop, one between any two commands of the
// other's, on a day with so many stamps before.
func (tl *till) busy(before int) {
	tl.t.Helper()
	theirs := tl.bakery.till()
	var shop string
	tl.between(func() (call, []call) {
		shop = tl.shop()
		one, _ := tl.customer(0)
		two, _ := tl.customer(0)
		for range before {
			tl.must(tl.stamp(one, shop, tl.next()))
		}
		return tl.stamp(one, shop, tl.next()), []call{theirs.stamp(two, shop, tl.next())}
	}, func(f kit.Failure, err error, errs []error) {
		if err != nil || errs[0] != nil {
			f.Want = "no error"
			kit.Fail(tl.t, f)
		}
		f.Sent = fmt.Sprintf("%s there on that day;\n%s\nand then", several(before, "stamp"), f.Sent)
		tl.counts(shop, tl.today(), before+2, f)
	})
}

// counts fails the behaviour unless the shop's day has so many stamps.
func (tl *till) counts(shop, day string, want int, f kit.Failure) {
	tl.t.Helper()
	var got int
	c := tl.day(shop, day, &got)
	tl.must(c)
	if got == want {
		return
	}
	f.Sent += "\n" + c.told
	f.Got, f.Want = several(got, "stamp"), several(want, "stamp")
	if f.At == "" {
		f.Note, f.At = tl.Saw(), tl.at(c.fn)
	}
	kit.Fail(tl.t, f)
}

// 5. `Visits` answers the last twenty, newest first, and a card can be stamped for ever: no document in the database grows beyond 16 KiB.
func TestVisits(t *testing.T) {
	t.Run("a card's visits come newest first", func(t *testing.T) {
		tl := open(t).till()
		tl.customer(2)
		number, _ := tl.customer(0)
		tl.shows(number, nil)
		var given []documents.Visit
		for range 2 + tl.rand.IntN(4) {
			given = tl.visit(number, tl.shop(), given)
		}
		tl.shows(number, given)
	})
	t.Run("twenty visits are shown and not the one before", func(t *testing.T) {
		tl := open(t).till()
		number, _ := tl.customer(0)
		var given []documents.Visit
		for range 20 {
			given = tl.visit(number, tl.shop(), given)
		}
		tl.shows(number, given)
		for range 1 + tl.rand.IntN(9) {
			given = tl.visit(number, tl.shop(), given)
		}
		tl.shows(number, given)
	})
	t.Run("a loaf changes no visit", func(t *testing.T) {
		tl := open(t).till()
		number, _ := tl.customer(0)
		var given []documents.Visit
		for range 12 {
			given = tl.visit(number, tl.shop(), given)
		}
		tl.must(tl.redeem(number))
		tl.shows(number, given)
	})
	t.Run("no document grows with the number of stamps", func(t *testing.T) {
		tl := open(t).till()
		number, _ := tl.customer(0)
		const stamps = 400
		for n := range stamps {
			tl.must(tl.stamp(number, fmt.Sprintf("%s %3d", strings.Repeat(kit.Word(tl.rand, 4), 9), n), tl.next()))
		}
		if size, _, where := tl.largest(); size > 16<<10 {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("%d × Stamp of one card, each in another shop", stamps),
				Got:  fmt.Sprintf("a document of %d bytes in the collection %q", size, where),
				Want: "no document with more than 16 KiB; 16 MiB are MongoDB's limit", At: kit.At((*documents.Cards).Stamp),
			})
		}
	})
}

// visit stamps a card and returns the visits with the new one in front.
func (tl *till) visit(number, shop string, given []documents.Visit) []documents.Visit {
	tl.t.Helper()
	v := documents.Visit{Shop: shop, At: tl.next()}
	tl.must(tl.stamp(number, v.Shop, v.At))
	return append([]documents.Visit{v}, given...)
}

// shows fails the behaviour unless the card shows the first twenty of given.
func (tl *till) shows(number string, given []documents.Visit) {
	tl.t.Helper()
	var got []documents.Visit
	c := tl.visits(number, &got)
	tl.must(c)
	want := given[:min(20, len(given))]
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		same = sameAs(want[i])(got[i])
	}
	if !same {
		kit.Fail(tl.t, kit.Failure{
			Sent: fmt.Sprintf("%d stamps given, then %s", len(given), c.told), Got: fmt.Sprintf("%d visits:\n%s", len(got), list(got)),
			Want: fmt.Sprintf("%d visits:\n%s", len(want), list(want)), At: tl.at(c.fn),
		})
	}
}

// 6. To a card that is not there, every method answers `ErrUnknown`, and nothing is stored or counted.
func TestUnknown(t *testing.T) {
	t.Run("an address that nobody signed up with is unknown", func(t *testing.T) {
		tl := open(t).till()
		tl.customer(1)
		var card documents.Card
		tl.refuses(tl.byEmail(tl.email(), &card))
	})
	t.Run("a number that no card has is unknown", func(t *testing.T) {
		tl := open(t).till()
		known, _ := tl.customer(1)
		var visits []documents.Visit
		for _, number := range tl.strangers(known) {
			tl.refuses(tl.stamp(number, tl.shop(), tl.next()))
			tl.refuses(tl.redeem(number))
			tl.refuses(tl.visits(number, &visits))
		}
	})
	t.Run("a stamp for no card leaves nothing behind", func(t *testing.T) {
		tl := open(t).till()
		known, email := tl.customer(1)
		shop := tl.shop()
		_, before, _ := tl.largest()
		for _, number := range tl.strangers(known) {
			_ = tl.stamp(number, shop, tl.next()).run()
			_ = tl.redeem(number).run()
		}
		if _, after, where := tl.largest(); after != before {
			kit.Fail(t, kit.Failure{Sent: "Stamp and Redeem of cards that are not there", Got: fmt.Sprintf("%d documents more than before, as in %q", after-before, where), Want: "none more", Note: tl.Saw(), At: tl.at((*documents.Cards).Stamp)})
		}
		tl.counts(shop, tl.today(), 0, kit.Failure{Sent: "stamps there for cards that are not there,"})
		if got := tl.stamps(email); got != 1 {
			kit.Fail(t, kit.Failure{Sent: "Stamp and Redeem of cards that are not there", Got: fmt.Sprintf("%d stamps on the only card", got), Want: "1, as before", Note: tl.Saw(), At: kit.At((*documents.Cards).Stamp)})
		}
	})
}

// strangers returns numbers that no card has, unlike and like a known one.
func (tl *till) strangers(known string) []string {
	like := []byte(known)
	i := tl.rand.IntN(len(like))
	like[i] = '0' + (like[i]+1)%8
	return []string{kit.Word(tl.rand, 9), string(like), ""}
}

// refuses fails the behaviour unless the call answers ErrUnknown.
func (tl *till) refuses(c call) {
	tl.t.Helper()
	tl.lines.forget()
	if err := c.run(); !errors.Is(err, documents.ErrUnknown) {
		kit.Fail(tl.t, kit.Failure{Sent: c.told + "\nof which there is no card", Got: word(err), Want: "ErrUnknown", At: tl.at(c.fn)})
	}
}

// 7. With any number of customers, shops and days, a call reads only what belongs to its own card, or to its own shop and day.
func TestReads(t *testing.T) {
	var none string
	var n int
	var card documents.Card
	var visits []documents.Visit
	for _, c := range []struct {
		name string
		call func(tl *till, number, email, shop string) call
	}{
		{"signing up reads no other customer", func(tl *till, _, _, _ string) call { return tl.join(tl.email(), "Ben", &none) }},
		{"looking an address up reads no other customer", func(tl *till, _, email, _ string) call { return tl.byEmail(email, &card) }},
		{"looking for an unknown address reads no customer", func(tl *till, _, _, _ string) call { return tl.byEmail(tl.email(), &card) }},
		{"stamping a card reads no other card and no other day", func(tl *till, number, _, shop string) call { return tl.stamp(number, shop, tl.next()) }},
		{"redeeming reads no other card", func(tl *till, number, _, _ string) call { return tl.redeem(number) }},
		{"showing a card's visits reads no other card's", func(tl *till, number, _, _ string) call { return tl.visits(number, &visits) }},
		{"counting a day reads no other day or shop", func(tl *till, _, _, shop string) call { return tl.day(shop, tl.today(), &n) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			tl := open(t).till()
			number, email, shop := tl.crowd()
			tl.Forget()
			tl.lines.forget()
			call := c.call(tl, number, email, shop)
			_ = call.run()
			tl.reads(call)
		})
	}
}

// own is how many documents a call in a crowd may read: those of a card with few
// visits, and of a day with few stamps.
const own = 20

// crowd fills the database with more of everything than own, and returns a
// customer and a shop that has a stamp today.
func (tl *till) crowd() (number, email, shop string) {
	tl.t.Helper()
	number, email = tl.customer(2)
	shop = tl.shop()
	for i := range own + 10 {
		other, _ := tl.customer(0)
		tl.must(tl.stamp(other, tl.shop(), tl.now))                                  // the day in other shops
		tl.must(tl.stamp(other, shop, tl.now.Add(-time.Duration(i+1)*24*time.Hour))) // the shop on other days
	}
	tl.must(tl.stamp(number, shop, tl.next()))
	return number, email, shop
}

// reads fails the behaviour when the call's commands read more than its own.
func (tl *till) reads(c call) {
	tl.t.Helper()
	for _, p := range tl.Plans() {
		if !p.Scans() && p.Docs <= own && p.Keys <= own {
			continue
		}
		kit.Fail(tl.t, kit.Failure{
			Sent: fmt.Sprintf("%s, with %d customers in the database", c.told, own+11),
			Got:  fmt.Sprintf("read %s, and %d entries of an index;\nMongoDB's plan: %s", several(int(p.Docs), "document"), p.Keys, strings.Join(p.Stages, " ← ")),
			Want: "an index that leads to what is asked for", Note: "the command was\n" + p.Command, At: tl.at(c.fn),
		})
	}
}
