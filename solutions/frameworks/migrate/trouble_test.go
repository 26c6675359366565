package migrate_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

// 5. When two migrators start at once, each migration is applied, or taken back, exactly once. Either of the two may wait for the other, or be refused with an error.
func TestTogether(t *testing.T) {
	t.Run("a migrator that starts while another is applying applies nothing twice", func(t *testing.T) {
		each(t, func(r *release) {
			all := r.bringsQuiet(3)
			r.visited("Up", r.fresh().Up, r.fresh().Up)
			if _, err := r.call("when both had returned, one more Up", r.fresh().Up); err != nil {
				r.fail(kit.Said(err), "no error")
			}
			r.holds(all)
		})
	})
	t.Run("a migrator that takes back while another does takes nothing back twice", func(t *testing.T) {
		each(t, func(r *release) {
			all := r.bringsQuiet(3)
			_, _ = r.up()
			r.visited("Down", r.fresh().Down, r.fresh().Down)
			if _, err := r.call("when both had returned, one more Down", r.fresh().Down); err != nil {
				r.fail(kit.Said(err), "no error")
			}
			for _, name := range all {
				all = append(all, "not "+name)
			}
			r.holds(all)
		})
	})
}

// bringsQuiet adds n migrations that could be applied, and taken back, twice
// without an error.
func (r *release) bringsQuiet(n int) []string {
	names := r.brings(n)
	for i, x := range r.list {
		r.list[i].Up = fmt.Sprintf("INSERT INTO ledger VALUES ('%s')", x.Name)
		r.list[i].Down = fmt.Sprintf("INSERT INTO ledger VALUES ('not %s')", x.Name)
	}
	return names
}

// visited calls f, and right before its first migration's SQL another's.
func (r *release) visited(name string, f, other call) {
	r.t.Helper()
	second := &visitor{ended: make(chan struct{}), writes: make(chan struct{})}
	r.Before(func(c sqldb.Call) error {
		second.comes(c, func() { _, _ = other(context.Background()) })
		return nil
	})
	defer r.Before(nil)
	_, _ = r.call(name+", and right before its first migration's SQL another process's "+name, f)
	if second.isInside() {
		kit.Within(r.t, 30*time.Second, "the other process's "+name, func() { <-second.ended })
	}
}

// visitor is the migrator that starts while another is at its first migration.
type visitor struct {
	begin, write  sync.Once
	mu            sync.Mutex
	inside        bool
	ended, writes chan struct{}
}

// comes is called before every call to the database. Before the first
// migration's SQL it starts the visitor, and waits until that has looked at
// whatever it looks at: until it wants to write, or has ended. One that waits for
// the first migrator does neither, and is given some time.
func (v *visitor) comes(c sqldb.Call, up func()) {
	if v.isInside() && writing(c.Text) {
		v.write.Do(func() { close(v.writes) })
	}
	if !strings.Contains(c.Text, "INSERT INTO ledger") {
		return
	}
	v.begin.Do(func() {
		v.setInside()
		go func() {
			defer close(v.ended)
			up()
		}()
		select {
		case <-v.writes:
		case <-v.ended:
		case <-time.After(3 * time.Second):
		}
	})
}

func (v *visitor) isInside() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.inside
}

func (v *visitor) setInside() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.inside = true
}

// writing reports whether a statement makes others wait. A migrator's own table
// is there already, so CREATE TABLE IF NOT EXISTS does not.
func writing(statement string) bool {
	first, rest, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(statement)), " ")
	return slices.Contains([]string{"INSERT", "UPDATE", "DELETE", "LOCK"}, first) || first == "BEGIN" && rest != ""
}

// 6. When the database refuses a statement or goes away in the middle, or the context ends, the call returns an error and the names of what is done. Nothing is half done, and the next call goes on from there.
func TestTrouble(t *testing.T) {
	t.Run("a database that refuses any one statement leaves nothing half done", func(t *testing.T) {
		r := open(t, sqldb.Open(t))
		r.everywhere("the database refuses it", refusal)
	})
	t.Run("a database that goes away at any moment leaves nothing half done", func(t *testing.T) {
		each(t, func(r *release) { r.everywhere("the database is gone", absence) })
	})
	t.Run("a context that ends at any moment leaves nothing half done", func(t *testing.T) {
		r := open(t, sqldb.Open(t))
		r.everywhere("the context ends", end)
	})
	t.Run("a context that has ended before stops Up and Down", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(1)
			_, _ = r.up()
			r.brings(1)
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			for name, f := range map[string]call{"Up": r.fresh().Up, "Down": r.fresh().Down} {
				r.sent, r.told = []string{"Up of the first"}, nil
				r.says(name)
				r.sent[1] += ", and a context that has ended"
				names, err := f(ctx)
				if err == nil || len(names) > 0 {
					r.fail(fmt.Sprintf("%q, %s", names, kit.Said(err)), "no names, and an error")
				}
				r.holds(first)
			}
		})
	})
}

// call is Up or Down.
type call = func(context.Context) ([]string, error)

// trouble is what happens at a call to the database, given how many calls
// later: 0 is the call itself.
type trouble func(c sqldb.Call, later int, cancel context.CancelFunc) error

// A connection whose transaction cannot be ended is of no use to anybody.
func refusal(c sqldb.Call, later int, _ context.CancelFunc) error {
	switch {
	case later > 0:
		return nil
	case c.Text == "COMMIT" || c.Text == "ROLLBACK":
		return driver.ErrBadConn
	}
	return errors.New("refused by the test")
}

func absence(sqldb.Call, int, context.CancelFunc) error { return driver.ErrBadConn }

func end(_ sqldb.Call, _ int, cancel context.CancelFunc) error {
	cancel()
	return nil
}

// everywhere makes trouble at each call to the database of an Up, then of a Down,
// of two migrations in turn, and looks at what is left.
func (r *release) everywhere(what string, trouble trouble) {
	all := r.brings(2)
	first, step := 1, 1
	if r.Postgres { // a connection anew each time takes long: some calls will do
		first, step = 1+r.rand.IntN(4), 4
	}
	for n, more := first, true; more; n += step {
		var done int
		done, more = r.during("Up", r.fresh().Up, what, n, trouble)
		r.holds(all[:done])
		names, err := r.up()
		r.is(names, err, all[done:], all)
		r.empty()
	}
	for n, more := first, true; more; n += step {
		_, _ = r.up()
		var done int
		done, more = r.during("Down", r.fresh().Down, what, n, trouble)
		r.holds(all[:2-done])
		names, err := r.down()
		r.is(names, err, backwards(all[:2-done]), nil)
	}
}

// empty takes everything back: there are two batches at most.
func (r *release) empty() {
	_, _ = r.down()
	_, _ = r.down()
	r.holds(nil)
}

// during calls f with trouble at its nth call to the database. It returns how many
// names came back, and whether there was an nth call.
func (r *release) during(name string, f call, what string, n int, trouble trouble) (done int, reached bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var calls atomic.Int64
	var at atomic.Pointer[sqldb.Call]
	r.Before(func(c sqldb.Call) error {
		later := int(calls.Add(1)) - n
		if later < 0 {
			return nil
		}
		at.CompareAndSwap(nil, &c)
		return trouble(c, later, cancel)
	})
	names, err := f(ctx)
	r.Before(nil)
	c := at.Load()
	r.sent, r.told = nil, nil
	r.says(name)
	if c != nil {
		r.sent = append(r.sent, fmt.Sprintf("  at its call %d to the database, %s,\n  %s", n, short(c.Text), what))
	}
	if len(names) > 2 || err == nil && len(names) < 2 {
		r.fail(fmt.Sprintf("%q, %s", names, kit.Said(err)), "the names of what is done, and an error unless that is all")
	}
	r.sent = append(r.sent, fmt.Sprintf("  it returned the names %q", names)) // what the tables must agree with
	return len(names), c != nil
}

// short is a statement's beginning.
func short(statement string) string {
	words := strings.Fields(statement)
	if len(words) > 6 {
		words = append(words[:6], "…")
	}
	return strings.Join(words, " ")
}
