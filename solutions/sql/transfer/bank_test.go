package transfer_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
	"github.com/kata-go/kata/solutions/sql/transfer"
)

const (
	most  = 16               // calls of one transfer that a test looks between
	ample = 20 * time.Second // more than any transfer needs
)

// bank is the tables on one database.
type bank struct {
	*sqldb.Live
	t    testing.TB
	rand *rand.Rand
	last int64
}

// inBank is a behaviour that f tries on every database there is.
func inBank(f func(b *bank)) func(t *testing.T) {
	return func(t *testing.T) {
		sqldb.OpenEach(t, func(db *sqldb.Live) {
			for _, s := range strings.Split(transfer.Tables, ";") {
				if strings.TrimSpace(s) != "" {
					db.Must(s)
				}
			}
			r := kit.Rand(t)
			f(&bank{db, t, r, 100 + r.Int64N(900)})
		})
	}
}

// account opens one with so many cents.
func (b *bank) account(cents int64) (id int64) {
	b.t.Helper()
	b.last += 1 + b.rand.Int64N(9)
	b.Must(fmt.Sprintf("INSERT INTO accounts (id, cents) VALUES (%d, %d)", b.last, cents))
	return b.last
}

// stranger returns the number of no account.
func (b *bank) stranger() int64 { return b.last + 1000 + b.rand.Int64N(1000) }

// money draws an amount.
func (b *bank) money() int64 { return 100 + b.rand.Int64N(900_00) }

// move is a transfer to make.
type move struct{ from, to, cents int64 }

func (m move) String() string {
	return fmt.Sprintf("Transfer(ctx, %d, %d, %d)", m.from, m.to, m.cents)
}

// row is the move as it is listed.
func (m move) row() string { return fmt.Sprintf("%d|%d|%d", m.from, m.to, m.cents) }

// run makes a move in a process of its own. Its context stays as it is after
// that: ending it would end a transaction that was left open.
func (b *bank) run(ctx context.Context, m move) error {
	ctx, cancel := context.WithTimeout(ctx, ample)
	b.t.Cleanup(cancel)
	return transfer.New(b.DB).Transfer(ctx, m.from, m.to, m.cents)
}

// books are what the tables say.
type books struct{ accounts, listed []string }

func (b *bank) books() books {
	b.t.Helper()
	listed := b.Rows("SELECT from_account, to_account, cents FROM transfers")
	slices.Sort(listed)
	return books{b.Rows("SELECT id, cents FROM accounts ORDER BY id"), listed}
}

// after returns the books as they are to be after moves.
func (k books) after(moves ...move) books {
	cents := map[int64]int64{}
	var ids []int64
	for _, row := range k.accounts {
		var id, n int64
		_, _ = fmt.Sscanf(row, "%d|%d", &id, &n)
		cents[id], ids = n, append(ids, id)
	}
	next := books{listed: slices.Clone(k.listed)}
	for _, m := range moves {
		cents[m.from] -= m.cents
		cents[m.to] += m.cents
		next.listed = append(next.listed, m.row())
	}
	slices.Sort(next.listed)
	for _, id := range ids {
		next.accounts = append(next.accounts, fmt.Sprintf("%d|%d", id, cents[id]))
	}
	return next
}

// differing shows what is not as in other.
func (k books) differing(other books) string {
	var lines []string
	for i, row := range k.accounts {
		if i >= len(other.accounts) || other.accounts[i] != row {
			id, cents, _ := strings.Cut(row, "|")
			lines = append(lines, fmt.Sprintf("account %s has %s cents", id, cents))
		}
	}
	if n := len(lines) - 4; n > 0 {
		lines = append(lines[:4], fmt.Sprintf("and so on, of %d accounts more", n))
	}
	if k.sum() != other.sum() {
		lines = append(lines, fmt.Sprintf("all accounts together have %d cents", k.sum()))
	}
	if !slices.Equal(k.listed, other.listed) {
		lines = append(lines, fmt.Sprintf("%d transfers are listed: %s", len(k.listed), short(k.listed)))
	}
	return strings.Join(lines, "\n")
}

// overdrawn returns an account that is below zero, and by how many cents; ""
// when none is.
func (k books) overdrawn() (id, by string) {
	for _, row := range k.accounts {
		if id, cents, _ := strings.Cut(row, "|"); strings.HasPrefix(cents, "-") {
			return id, cents[1:]
		}
	}
	return "", ""
}

// sum adds all accounts up.
func (k books) sum() (sum int64) {
	for _, row := range k.accounts {
		var id, cents int64
		_, _ = fmt.Sscanf(row, "%d|%d", &id, &cents)
		sum += cents
	}
	return sum
}

func short(rows []string) string {
	if len(rows) > 3 {
		return strings.Join(rows[:3], "  ") + "  …"
	}
	return strings.Join(rows, "  ")
}

// holds fails the behaviour unless the books are want.
func (b *bank) holds(want books, f kit.Failure) {
	b.t.Helper()
	got := b.books()
	if slices.Equal(got.accounts, want.accounts) && slices.Equal(got.listed, want.listed) {
		return
	}
	f.Got = strings.TrimPrefix(f.Got+"\n"+got.differing(want), "\n")
	f.Want = strings.TrimPrefix(f.Want+"\n"+want.differing(got), "\n")
	b.Fail(f)
}

// idle fails the behaviour when a connection stays in use: database/sql itself
// may need a moment to take one back.
func (b *bank) idle(f kit.Failure) {
	b.t.Helper()
	for until := time.Now().Add(5 * time.Second); b.Busy() > 0; <-time.After(time.Millisecond) {
		if time.Now().After(until) {
			f.Got += fmt.Sprintf("\nand %d connection stays in use, with its transaction", b.Busy())
			f.Want = "no connection in use: the transaction is ended"
			b.Fail(f)
		}
	}
}

// refusal is an error in the database's place.
type refusal struct {
	code string // as PostgreSQL's, or ""
	text string
	ends bool // the connection
}

func (r refusal) Error() string    { return r.text }
func (r refusal) SQLState() string { return r.code }

// Is tells database/sql to throw the connection away.
func (r refusal) Is(target error) bool { return r.ends && target == driver.ErrBadConn }

// word says an error in a word or a line.
func word(err error) string {
	switch {
	case err == nil:
		return "no error"
	case errors.Is(err, transfer.ErrFunds):
		return "ErrFunds"
	case errors.Is(err, transfer.ErrAccount):
		return "ErrAccount"
	}
	return "the error: " + err.Error()
}

// is reports whether a call is a statement of that name, such as ROLLBACK.
func is(c sqldb.Call, name string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(c.Text)), name)
}
