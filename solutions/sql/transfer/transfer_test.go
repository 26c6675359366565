package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
	"github.com/kata-go/kata/solutions/sql/transfer"
)

// 1. A transfer takes the cents off one account, adds them to the other and is listed once. It answers `ErrFunds` when there are fewer, and `ErrAccount` when an account is not there: nothing moves then, and nothing is listed.
func TestTransfer(t *testing.T) {
	t.Run("the cents go from one account to the other, and are listed", inBank(func(b *bank) {
		one, two := b.account(b.money()+1_000_00), b.account(b.money())
		b.account(b.money())
		for range 3 {
			b.tries(move{one, two, 1 + b.rand.Int64N(300_00)}, nil)
		}
		b.tries(move{two, one, 1 + b.rand.Int64N(50)}, nil)
	}))
	t.Run("all that an account has can be moved, and not a cent more", inBank(func(b *bank) {
		has := b.money()
		one, two := b.account(has), b.account(b.money())
		b.tries(move{one, two, has + 1}, transfer.ErrFunds)
		b.tries(move{one, two, has}, nil)
		b.tries(move{one, two, 1}, transfer.ErrFunds)
	}))
	t.Run("nothing moves from an account that is not there", inBank(func(b *bank) {
		b.tries(move{b.stranger(), b.account(b.money()), b.money()}, transfer.ErrAccount)
	}))
	t.Run("nothing moves to an account that is not there", inBank(func(b *bank) {
		b.tries(move{b.account(1_000_00), b.stranger(), b.money()}, transfer.ErrAccount)
	}))
}

// tries makes a move and fails the behaviour unless it goes as it should.
func (b *bank) tries(m move, want error) {
	b.t.Helper()
	before := b.books()
	b.Forget()
	err := b.run(context.Background(), m)
	f := kit.Failure{Sent: m.String(), Got: word(err), Want: word(want)}
	b.idle(f)
	if !errors.Is(err, want) {
		b.Fail(f)
	}
	if want == nil {
		before = before.after(m)
	}
	b.holds(before, f)
}

// 2. Money is neither made nor lost, and no account goes below zero, however many transfers run at once in however many processes.
func TestTogether(t *testing.T) {
	t.Run("two transfers never spend the same cents", inBank(func(b *bank) {
		var one int64
		b.between(func() (ours, theirs move) {
			cents := b.money()
			one = b.account(cents)
			return move{one, b.account(b.money()), cents}, move{one, b.account(b.money()), cents}
		}, func(f kit.Failure, errs [2]error) (went int) {
			f.Want = "one goes through, the other gets ErrFunds"
			switch {
			case errs[0] == nil && errors.Is(errs[1], transfer.ErrFunds):
				return 0b01
			case errs[1] == nil && errors.Is(errs[0], transfer.ErrFunds):
				return 0b10
			}
			b.Fail(f)
			return 0
		})
	}))
	t.Run("two transfers to one account both arrive", inBank(func(b *bank) {
		b.between(func() (ours, theirs move) {
			to := b.account(b.money())
			return move{b.account(1_000_00), to, b.money()}, move{b.account(1_000_00), to, b.money()}
		}, b.both)
	}))
	t.Run("two transfers from one account are both taken off", inBank(func(b *bank) {
		b.between(func() (ours, theirs move) {
			from := b.account(3_000_00)
			return move{from, b.account(b.money()), b.money()}, move{from, b.account(b.money()), b.money()}
		}, b.both)
	}))
	t.Run("two transfers between two accounts, back and forth, both count", inBank(func(b *bank) {
		b.between(func() (ours, theirs move) {
			one, two := b.account(1_000_00), b.account(1_000_00)
			return move{one, two, b.money()}, move{two, one, b.money()}
		}, b.both)
	}))
	t.Run("a transfer to the account that it comes from makes no money", inBank(func(b *bank) {
		one := b.account(1_000_00)
		b.account(b.money())
		before := b.books()
		m := move{one, one, b.money()}
		err := b.run(context.Background(), m)
		now := b.books()
		if now.listed = nil; now.differing(books{accounts: before.accounts}) != "" {
			b.Fail(kit.Failure{Sent: m.String(), Got: word(err) + "\n" + now.differing(before), Want: "the account has what it had"})
		}
	}))
	t.Run("of 32 transfers at once each goes through or is refused, as a whole", inBank(testCrowd))
}

func (b *bank) both(f kit.Failure, errs [2]error) (went int) {
	b.t.Helper()
	if errs[0] != nil || errs[1] != nil {
		f.Want = "no error from either: both accounts have enough"
		b.Fail(f)
	}
	return 0b11
}

// between lets another process's transfer come right before the n-th call of
// one, for n = 1, 2 and so on, and compares the books with what judge says went
// through.
func (b *bank) between(prepare func() (ours, theirs move), judge func(f kit.Failure, errs [2]error) (went int)) {
	b.t.Helper()
	for n := 1; n <= most; n++ {
		ours, theirs := prepare()
		before := b.books()
		b.Forget()
		g := &gate{n: n, theirs: func() error { return b.run(context.Background(), theirs) }, done: make(chan error, 1)}
		b.Before(g.before)
		var errs [2]error
		errs[0] = b.run(context.Background(), ours)
		if !g.sprung {
			b.Before(nil)
			return
		}
		errs[1] = <-g.done
		b.Before(nil)
		f := kit.Failure{
			Sent: fmt.Sprintf("%s\nand before its database call %d, in another process,\n%s", ours, n, theirs),
			Got:  word(errs[0]) + "\nthere: " + word(errs[1]), At: g.at,
		}
		b.idle(f)
		went := judge(f, errs)
		var moves []move
		for i, m := range []move{ours, theirs} {
			if went>>i&1 == 1 {
				moves = append(moves, m)
			}
		}
		b.holds(before.after(moves...), f)
	}
}

// gate starts another transfer before the n-th call of one, and holds that one
// until the other is done or must be waiting for it.
type gate struct {
	n      int
	theirs func() error
	done   chan error

	mu     sync.Mutex
	calls  int
	wrote  bool // the transaction holds locks
	sprung bool
	at     string
}

func (g *gate) before(c sqldb.Call) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sprung {
		return nil
	}
	if g.calls++; g.calls == g.n {
		g.sprung, g.at = true, c.At
		go func() { g.done <- g.theirs() }()
		g.mu.Unlock()
		g.wait()
		g.mu.Lock()
		return nil
	}
	g.wrote = locks(c) || g.wrote && !is(c, "COMMIT") && !is(c, "ROLLBACK")
	return nil
}

// wait returns when the other transfer is done; where this one's transaction
// holds locks that the other needs, after a moment.
func (g *gate) wait() {
	patience := 3 * time.Second
	if g.wrote {
		patience = 20 * time.Millisecond
	}
	select {
	case err := <-g.done:
		g.done <- err
	case <-time.After(patience):
	}
}

// locks reports whether a call makes others wait.
func locks(c sqldb.Call) bool {
	text := strings.ToUpper(c.Text)
	for _, word := range []string{"IMMEDIATE", "EXCLUSIVE", "FOR UPDATE", "FOR NO KEY", "LOCK TABLE", "ADVISORY"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return c.InTx && !is(c, "SELECT") && !is(c, "COMMIT") && !is(c, "ROLLBACK")
}

// crowd draws 32 transfers: eight from one account, which has enough for two or
// three of them, and twelve pairs back and forth between two accounts.
func (b *bank) crowd() (moves []move) {
	b.t.Helper()
	poor := b.account(1_000_00)
	for range 8 {
		moves = append(moves, move{poor, b.account(b.money()), 300_00 + b.rand.Int64N(200_00)})
	}
	for range 12 {
		one, two := b.account(1_000_00), b.account(1_000_00)
		moves = append(moves, move{one, two, b.money()}, move{two, one, b.money()})
	}
	b.rand.Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
	return moves
}

// steps lets the first calls of many transfers wait for one another, then their
// second ones, and so on: as many steps as there are gates.
type steps struct {
	many  int
	mu    sync.Mutex
	came  int
	gates []*gateway
}

// gateway lets everybody through once it is open.
type gateway struct {
	once sync.Once
	is   chan struct{}
}

func (g *gateway) open() { g.once.Do(func() { close(g.is) }) }

func newSteps(many, n int) *steps {
	s := &steps{many: many}
	for range n {
		s.gates = append(s.gates, &gateway{is: make(chan struct{})})
	}
	return s
}

func (s *steps) before(sqldb.Call) error {
	s.mu.Lock()
	round := s.came / s.many
	s.came++
	last := s.came%s.many == 0
	s.mu.Unlock()
	if round >= len(s.gates) {
		return nil
	}
	gate := s.gates[round]
	if last {
		gate.open()
	}
	select {
	case <-gate.is:
	case <-time.After(300 * time.Millisecond): // the others wait for locks
		gate.open()
	}
	return nil
}

// testCrowd makes 32 transfers at once.
func testCrowd(b *bank) {
	moves := b.crowd()
	before := b.books()
	b.Forget()
	b.Before(newSteps(len(moves), 3).before)
	errs := make([]error, len(moves))
	var all sync.WaitGroup
	for i, m := range moves {
		all.Go(func() { errs[i] = b.run(context.Background(), m) })
	}
	all.Wait()
	b.Before(nil)
	f := kit.Failure{Sent: "32 transfers at once, eight of them from one account and 24 back and\nforth between two"}
	var went []move
	for i, err := range errs {
		switch {
		case err == nil:
			went = append(went, moves[i])
		case !errors.Is(err, transfer.ErrFunds):
			f.Sent += "\n" + moves[i].String()
			f.Got, f.Want = word(err), "no error, or ErrFunds"
			b.Fail(f)
		}
	}
	f.Got = fmt.Sprintf("%d went through, %d got ErrFunds", len(went), len(moves)-len(went))
	b.idle(f)
	want := before.after(went...)
	if id, by := want.overdrawn(); id != "" {
		f.Got += fmt.Sprintf("\nof account %s they took more than there was, by %s cents", id, by)
		f.Want = "ErrFunds where there are too few cents"
		b.Fail(f)
	}
	b.holds(want, f)
	if below := b.Rows("SELECT id, cents FROM accounts WHERE cents < 0"); len(below) > 0 {
		f.Got += "\nand below zero: " + strings.Join(below, "  ")
		f.Want = "no account below zero"
		b.Fail(f)
	}
}
