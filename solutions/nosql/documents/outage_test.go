package documents_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/nosql/documents"
)

// 8. When MongoDB goes away, or the caller's context is over, a call returns an error, and none of the three.
func TestOutage(t *testing.T) {
	t.Run("MongoDB that goes away in the middle of a call is an error", func(t *testing.T) {
		b := open(t)
		b.cutOff(func(tl *till) call { return tl.opening() })
		for _, prepare := range everything() {
			b.cutOff(prepare)
		}
	})
	t.Run("a call whose context is over returns an error", func(t *testing.T) {
		b := open(t)
		tl := b.till()
		for _, prepare := range everything() {
			c := prepare(tl)
			tl.Forget()
			tl.lines.forget()
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			tl.isError(c.do(ctx), c, "with a context that was cancelled before")
		}
	})
}

// brief is how long a call may look for a MongoDB that is gone.
const brief = 2 * time.Second

// everything returns what makes a call of each method ready at a till.
func everything() []func(tl *till) call {
	var number string
	var card documents.Card
	var visits []documents.Visit
	var n int
	with := func(stamps int, f func(tl *till, number, email string) call) func(tl *till) call {
		return func(tl *till) call {
			number, email := tl.customer(stamps)
			return f(tl, number, email)
		}
	}
	return []func(tl *till) call{
		func(tl *till) call { return tl.join(tl.email(), "Ben", &number) },
		with(1, func(tl *till, number, _ string) call { return tl.stamp(number, tl.shop(), tl.next()) }),
		with(11, func(tl *till, number, _ string) call { return tl.redeem(number) }),
		with(1, func(tl *till, number, _ string) call { return tl.redeem(number) }),
		with(1, func(tl *till, _, email string) call { return tl.byEmail(email, &card) }),
		with(1, func(tl *till, number, _ string) call { return tl.visits(number, &visits) }),
		with(1, func(tl *till, _, _ string) call { return tl.day(tl.shop(), tl.today(), &n) }),
	}
}

// opening is another Open at a till.
func (tl *till) opening() call {
	db := tl.client(tl.URI(), tl.lines).Database(tl.Database())
	return call{
		"Open(ctx, db)",
		func(ctx context.Context) error {
			_, err := documents.Open(ctx, db)
			return err
		},
		documents.Open,
	}
}

// cutOff lets MongoDB go away right after each command of a call in turn.
func (b *bakery) cutOff(prepare func(tl *till) call) {
	b.t.Helper()
	for n := 1; n <= most; n++ {
		tl := b.till()
		c := prepare(tl)
		b.Forget()
		tl.lines.forget()
		sprung := b.CutAfter(n)
		ctx, cancel := context.WithTimeout(context.Background(), brief)
		err := c.do(ctx)
		cancel()
		b.Up()
		if !sprung() {
			return
		}
		tl.isError(err, c, fmt.Sprintf("and MongoDB went away right after its command %d", n))
	}
}

// isError fails the behaviour unless err says that no answer was had.
func (tl *till) isError(err error, c call, plight string) {
	tl.t.Helper()
	for _, known := range []error{documents.ErrTaken, documents.ErrUnknown, documents.ErrTooFew} {
		if err == nil || errors.Is(err, known) {
			kit.Fail(tl.t, kit.Failure{
				Sent: c.told + "\n" + plight, Got: word(err), Want: "an error, and none of the three: nobody knows the answer",
				Note: tl.Saw(), At: tl.at(c.fn),
			})
		}
	}
}
