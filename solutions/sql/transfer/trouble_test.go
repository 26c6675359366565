package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
	"github.com/kata-go/kata/solutions/sql/transfer"
)

// trouble answers calls of one transfer in the database's place, the n-th since
// the transaction began, so many times.
type trouble struct {
	n, times int
	refuse   func(c sqldb.Call) error
	sticks   bool // once begun, every call is answered so
	aborts   bool // what is left of the transaction is refused too

	mu      sync.Mutex
	calls   int
	sprung  int
	aborted map[int]bool // by connection
	at      string
}

// afterwards is how PostgreSQL answers statements in a transaction that it has
// given up.
const afterwards = "current transaction is aborted, commands ignored until end of transaction block"

func (x *trouble) before(c sqldb.Call) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if is(c, "ROLLBACK") && !x.sticks {
		delete(x.aborted, c.Conn)
		return nil
	}
	if x.aborted[c.Conn] {
		return refusal{"25P02", afterwards, is(c, "COMMIT")}
	}
	if x.calls++; is(c, "BEGIN") && !x.sticks {
		x.calls = 1
	}
	if x.calls != x.n && !(x.sticks && x.sprung > 0) || x.sprung >= x.times {
		return nil
	}
	x.sprung++
	x.at = c.At
	if x.aborts && c.InTx && !is(c, "COMMIT") {
		x.aborted[c.Conn] = true
	}
	return x.refuse(c)
}

// ending is how a transfer went that met trouble.
type ending struct {
	err  error
	poor bool // the account has too few cents
}

// through makes transfers meet trouble at each of their calls in turn, those that
// the account can pay for and those that it cannot. It ends with the first call
// that a transfer does not reach. A transfer went through where judge says so.
func (b *bank) through(plight string, meet func(cancel func()) *trouble, judge func(f kit.Failure, e ending) (went bool)) {
	b.t.Helper()
	for _, poor := range []bool{false, true} {
		for n := 1; n <= most; n++ {
			m := move{b.account(1_000_00), b.account(b.money()), b.money()}
			if poor {
				m.cents += 1_000_00
			}
			before := b.books()
			b.Forget()
			ctx, cancel := context.WithCancel(context.Background())
			x := meet(cancel)
			x.n, x.aborted = n, map[int]bool{}
			b.Before(x.before)
			err := b.run(ctx, m)
			b.Before(nil)
			if x.sprung == 0 {
				cancel()
				break
			}
			f := kit.Failure{Sent: fmt.Sprintf("%s\nand at its database call %d %s", m, n, plight), Got: word(err), At: x.at}
			b.idle(f)
			cancel()
			if judge(f, ending{err, poor}) {
				before = before.after(m)
			}
			b.holds(before, f)
		}
	}
}

// fails fails the behaviour when a transfer that cannot go through had no error.
func (b *bank) fails(f kit.Failure, e ending, always bool) {
	b.t.Helper()
	if e.err == nil && (e.poor || always) {
		f.Want = "an error"
		b.Fail(f)
	}
}

// 3. A transfer that ends in the middle, by an error or a lost connection, has moved nothing, lists nothing and keeps no connection.
func TestBroken(t *testing.T) {
	t.Run("an error in the middle leaves nothing moved and no connection taken", inBank(func(b *bank) {
		b.through("the disk is full", func(func()) *trouble {
			return &trouble{times: 1, aborts: true, refuse: func(c sqldb.Call) error {
				return refusal{"53100", "no space left on device", is(c, "COMMIT")}
			}}
		}, func(f kit.Failure, e ending) bool {
			b.fails(f, e, true)
			return false
		})
	}))
	t.Run("a connection that is lost in the middle leaves nothing moved", inBank(func(b *bank) {
		b.through("the connection is lost", func(func()) *trouble {
			return &trouble{times: 20, sticks: true, refuse: func(sqldb.Call) error {
				return refusal{"", "the connection is lost", true}
			}}
		}, func(f kit.Failure, e ending) bool {
			b.fails(f, e, false)
			return e.err == nil
		})
	}))
}

// 4. A transfer that the database takes back because of others (`Again`) is tried again from its beginning until it goes through. The caller hears nothing of it.
func TestAgain(t *testing.T) {
	for _, c := range []struct {
		name, code, text string
		times            int
	}{
		{"a transfer that could not be serialized is tried again", "40001", "could not serialize access due to concurrent update", 1},
		{"a transfer that met a deadlock is tried again", "40P01", "deadlock detected", 1},
		{"a transfer that is taken back five times goes through then", "40001", "could not serialize access due to concurrent update", 5},
	} {
		t.Run(c.name, inBank(func(b *bank) {
			b.through(fmt.Sprintf("the database answers, %d×,\n%q", c.times, c.text), func(func()) *trouble {
				return &trouble{times: c.times, aborts: true, refuse: func(call sqldb.Call) error {
					return refusal{c.code, c.text, is(call, "COMMIT")}
				}}
			}, func(f kit.Failure, e ending) bool {
				if f.Want = "no error: it is tried again"; e.poor {
					f.Want = "ErrFunds, after it was tried again"
				}
				if e.poor != errors.Is(e.err, transfer.ErrFunds) || !e.poor && e.err != nil {
					b.Fail(f)
				}
				return !e.poor
			})
		}))
	}
}

// 5. When the caller's context is over before that, `Transfer` returns an error and has moved nothing.
func TestOver(t *testing.T) {
	t.Run("a context that was over before is an error, and nothing moves", inBank(func(b *bank) {
		m := move{b.account(1_000_00), b.account(b.money()), b.money()}
		before := b.books()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		b.ends(ctx, m, before, "with a context that is over")
	}))
	t.Run("a context that ends in the middle ends the transfer as a whole", inBank(func(b *bank) {
		b.through("the context is over", func(cancel func()) *trouble {
			return &trouble{times: 1, refuse: func(sqldb.Call) error {
				cancel()
				return nil
			}}
		}, func(f kit.Failure, e ending) bool {
			b.fails(f, e, false)
			return e.err == nil
		})
	}))
	t.Run("a transfer that is taken back again and again ends with the context", inBank(func(b *bank) {
		m := move{b.account(1_000_00), b.account(b.money()), b.money()}
		before := b.books()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		x := &trouble{n: 2, times: 1 << 30, aborts: true, aborted: map[int]bool{}}
		x.refuse = func(sqldb.Call) error {
			if x.sprung == 3 {
				cancel()
			}
			return refusal{"40001", "could not serialize access due to concurrent update", false}
		}
		b.Before(x.before)
		b.ends(ctx, m, before, "which the database takes back each time;\nafter the third time the context is over")
	}))
}

// ends fails the behaviour unless a transfer returns an error by itself and has
// moved nothing.
func (b *bank) ends(ctx context.Context, m move, before books, plight string) {
	b.t.Helper()
	f := kit.Failure{Sent: m.String() + "\n" + plight, Want: "an error", At: kit.At((*transfer.Bank).Transfer)}
	var err error
	kit.Within(b.t, ample/2, f.Sent, func() { err = transfer.New(b.DB).Transfer(ctx, m.from, m.to, m.cents) })
	b.Before(nil)
	if f.Got = word(err); err == nil {
		b.Fail(f)
	}
	b.idle(f)
	b.holds(before, f)
}
