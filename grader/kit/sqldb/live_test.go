package sqldb_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

func TestLiveIsRecorded(t *testing.T) {
	sqldb.OpenEach(t, func(db *sqldb.Live) {
		db.Must("CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT)")
		tx, err := db.DB.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec("INSERT INTO account VALUES ($1, $2)", 1, "ann"); err != nil {
			t.Fatal(err)
		}
		if got := db.Rows("SELECT * FROM account"); got != nil {
			t.Errorf("%s: %q is seen before it is committed", db.Name, got)
		}
		if db.Busy() != 1 {
			t.Errorf("%s: %d connections in use, want that of the transaction", db.Name, db.Busy())
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if _, err := db.DB.Exec("INSERT INTO account VALUES ($1, $2)", 1, "bob"); err == nil {
			t.Error("a key was taken twice")
		}
		if got, want := db.Rows("SELECT id, name, NULL FROM account"), []string{"1|ann|NULL"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", db.Name, got, want)
		}
		calls := db.Calls()
		if len(calls) != 4 || calls[0].Text != "BEGIN" || !calls[1].InTx || calls[1].Args[1] != "ann" || calls[2].Text != "COMMIT" || calls[3].InTx || calls[3].Err == nil {
			t.Errorf("%s: recorded %+v", db.Name, calls)
		}
		if db.Forget(); len(db.Calls()) != 0 {
			t.Error("the record is not empty")
		}
	})
}

func TestPreparedStatementsAreRecorded(t *testing.T) {
	sqldb.OpenEach(t, func(db *sqldb.Live) {
		s, err := db.DB.Prepare("SELECT $1 + 1")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var n int
		if err := s.QueryRow(41).Scan(&n); err != nil || n != 42 {
			t.Errorf("%s: got %d, %v", db.Name, n, err)
		}
		if calls := db.Calls(); len(calls) != 1 || calls[0].Text != "SELECT $1 + 1" || len(calls[0].Args) != 1 {
			t.Errorf("%s: recorded %+v", db.Name, calls)
		}
	})
}

// Two writers at once are what a file, and no shared memory, shows.
func TestSecondWriterWaits(t *testing.T) {
	db := sqldb.Open(t)
	db.Must("CREATE TABLE n (n INTEGER)", "INSERT INTO n VALUES (0)")
	var both, all sync.WaitGroup
	both.Add(2)
	db.Before(func(c sqldb.Call) error {
		if strings.HasPrefix(c.Text, "UPDATE") {
			both.Done()
			both.Wait()
		}
		return nil
	})
	var failed [2]error
	for i := range 2 {
		all.Go(func() {
			tx, err := db.DB.Begin()
			if err != nil {
				failed[i] = err
				return
			}
			defer tx.Rollback()
			var n int
			failed[i] = tx.QueryRow("SELECT n FROM n").Scan(&n)
			if _, err := tx.Exec("UPDATE n SET n = $1", n+1); err != nil {
				failed[i] = err
				return
			}
			failed[i] = tx.Commit()
		})
	}
	all.Wait()
	if got := db.Rows("SELECT n FROM n"); got[0] != "1" || (failed[0] == nil) == (failed[1] == nil) {
		t.Errorf("n is %q after %v; want one of two transactions on one snapshot refused", got, failed)
	}
}

func TestBeforeAnswersInstead(t *testing.T) {
	db := sqldb.Open(t)
	down := errors.New("the wire is cut")
	db.Before(func(sqldb.Call) error { return down })
	if _, err := db.DB.Exec("CREATE TABLE x (n INTEGER)"); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
	if got := db.Rows("SELECT name FROM sqlite_schema"); got != nil {
		t.Errorf("the statement ran: %q", got)
	}
}

func TestLiveFailureTellsTheCalls(t *testing.T) {
	got := record(t, func(t testing.TB) {
		db := sqldb.Open(t)
		_, _ = db.DB.Exec("SELECT\n  $1 FROM nowhere", 7)
		db.Fail(kit.Failure{Sent: "a", Got: "b", Want: "c"})
	})
	if !strings.Contains(got.failure, "was asked\n        connection 1: SELECT $1 FROM nowhere  [7]  → no such table: nowhere") {
		t.Errorf("the failure says\n%s", got.failure)
	}
}

func TestWrongPasswordSkips(t *testing.T) {
	got := record(t, func(t testing.TB) {
		sqldb.OpenPostgres(t, "postgres://kata:wrong@127.0.0.1:1/postgres?sslmode=disable")
	})
	if !strings.Contains(got.skip, "PostgreSQL cannot be used") || strings.Contains(got.skip, "\n") || strings.Contains(got.skip, "wrong") {
		t.Errorf("skipped with %q", got.skip)
	}
}

// Two hundred tests at once: the same table, and nothing of one another.
func TestDatabasesAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := sqldb.Open(t)
			db.Must("CREATE TABLE tea (n INTEGER)")
			if _, err := db.DB.Exec("INSERT INTO tea VALUES ($1)", i); err != nil {
				t.Fatal(err)
			}
			if got := db.Rows("SELECT n FROM tea"); len(got) != 1 || got[0] != fmt.Sprint(i) || len(db.Calls()) != 1 {
				t.Errorf("found %q, %d calls; want %d alone", got, len(db.Calls()), i)
			}
		})
	}
}
