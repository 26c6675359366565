package migrate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
	"github.com/kata-go/kata/solutions/frameworks/migrate"
)

// release is a database and the migrations that a program brings to it.
type release struct {
	*sqldb.Live
	t    *testing.T
	rand *rand.Rand
	list []migrate.Migration
	sent []string // what was done so far
	told []string // the names of the list that was told last
}

// each calls f with every database that there is.
func each(t *testing.T, f func(r *release)) {
	sqldb.OpenEach(t, func(db *sqldb.Live) { f(open(t, db)) })
}

// open makes a table `ledger`, in which each migration that is applied leaves a
// line.
func open(t *testing.T, db *sqldb.Live) *release {
	db.Must("CREATE TABLE ledger (entry VARCHAR(50))")
	if !db.Postgres { // SQLite answers in any order, unless it was asked for one
		_, _ = db.DB.Exec("PRAGMA reverse_unordered_selects = ON")
	}
	db.Forget()
	return &release{Live: db, t: t, rand: kit.Rand(t)}
}

// brings adds n migrations, each of three statements, and returns their names.
// Names do not sort as the list does.
func (r *release) brings(n int) (names []string) {
	for range n {
		word := kit.Word(r.rand, 8)
		name := fmt.Sprintf("%d_%s", 99-len(r.list), word)
		r.list = append(r.list, migrate.Migration{
			Name: name,
			Up:   fmt.Sprintf("CREATE TABLE t_%s (n INTEGER);\nINSERT INTO ledger VALUES ('%s');\nINSERT INTO t_%s VALUES (1)", word, name, word),
			Down: fmt.Sprintf("DROP TABLE t_%s;\nDELETE FROM ledger WHERE entry = '%s'", word, name),
		})
		names = append(names, name)
	}
	return names
}

// fresh is a migrator of a process that has just started.
func (r *release) fresh() *migrate.Migrator { return migrate.New(r.DB, slices.Clone(r.list)) }

func (r *release) call(what string, f func(context.Context) ([]string, error)) ([]string, error) {
	r.says(what)
	names, err := f(context.Background())
	return names, err
}

// says tells of a call, and with which list, if that has grown or shrunk.
func (r *release) says(call string) {
	var list []string
	for _, x := range r.list {
		list = append(list, x.Name)
	}
	if !slices.Equal(list, r.told) {
		call += fmt.Sprintf(" with the list %q", list)
	}
	r.told, r.sent = list, append(r.sent, call)
}

func (r *release) up() ([]string, error)   { return r.call("Up", r.fresh().Up) }
func (r *release) down() ([]string, error) { return r.call("Down", r.fresh().Down) }

// is fails the behaviour unless a call returned these names and no error, and
// the ledger has these entries.
func (r *release) is(names []string, err error, want, ledger []string) {
	r.t.Helper()
	if err != nil || !slices.Equal(names, want) {
		r.fail(fmt.Sprintf("%q, %s", names, kit.Said(err)), fmt.Sprintf("%q, no error", want))
	}
	r.holds(ledger)
}

// holds fails the behaviour unless exactly these migrations are in effect.
func (r *release) holds(want []string) {
	r.t.Helper()
	got := r.Rows("SELECT entry FROM ledger ORDER BY entry")
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		r.fail(fmt.Sprintf("in effect: %q", got), fmt.Sprintf("in effect: %q", want))
	}
	if busy := r.idle(); busy > 0 {
		r.fail(fmt.Sprint("connections still in use: ", busy), "none: transactions and rows are closed")
	}
}

// idle waits until no connection is in use, and returns how many still are: a
// transaction whose context ended is rolled back by another goroutine.
func (r *release) idle() (busy int) {
	for began := time.Now(); ; runtime.Gosched() {
		if busy = r.Busy(); busy == 0 || time.Since(began) > 5*time.Second {
			return busy
		}
	}
}

// refused fails the behaviour unless a call returned an error that names the
// migration.
func (r *release) refused(err error, name string) {
	r.t.Helper()
	if err == nil || !strings.Contains(err.Error(), name) {
		r.fail(kit.Said(err), "an error that names "+name)
	}
}

func (r *release) fail(got, want string) {
	r.t.Helper()
	r.Fail(kit.Failure{Sent: strings.Join(r.sent, "\n"), Got: got, Want: want})
}

// backwards is the list from its end.
func backwards(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
