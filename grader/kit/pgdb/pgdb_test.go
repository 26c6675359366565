package pgdb_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/kata-go/kata/grader/kit/pgdb"
)

func TestSchemaIsOneBehavioursOwn(t *testing.T) {
	a, b := pgdb.Start(t), pgdb.Start(t)
	a.Must("CREATE TABLE job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL)")
	b.Must("CREATE TABLE job (other int)")
	pool := a.Pool(4, nil)
	var id int64
	if err := pool.QueryRow(t.Context(), "INSERT INTO job (state) VALUES ($1) RETURNING id", "new").Scan(&id); err != nil || id != 1 {
		t.Fatalf("got %d, %v", id, err)
	}
	conn, err := pgx.Connect(t.Context(), a.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var n int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM job").Scan(&n); err != nil || n != 1 {
		t.Errorf("by the address: %d, %v", n, err)
	}
	if got := b.Rows("SELECT * FROM job"); len(got) != 0 || !strings.HasPrefix(a.Name, "PostgreSQL ") {
		t.Errorf("%s: the other schema holds %q", a.Name, got)
	}
}

// Two workers never get the same row: what SQLite cannot show.
func TestSkipLocked(t *testing.T) {
	db := pgdb.Start(t)
	db.Must("CREATE TABLE job (id int)", "INSERT INTO job SELECT generate_series(1, 20)")
	pool := db.Pool(4, nil)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				tag, err := pool.Exec(t.Context(), "DELETE FROM job WHERE id = (SELECT id FROM job ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)")
				if err != nil || tag.RowsAffected() == 0 {
					return
				}
			}
		})
	}
	all.Wait()
	if left := db.Rows("SELECT count(*) FROM job"); left[0] != "0" {
		t.Errorf("%s jobs are left", left)
	}
}

// Code that leaves a transaction open must not cost the next behaviour
// anything, nor hold up the end of its own.
func TestOpenTransactionHoldsNothingUp(t *testing.T) {
	t.Run("leaves it", func(t *testing.T) {
		db := pgdb.Start(t)
		db.Must("CREATE TABLE x (n int)")
		tx, err := db.Pool(1, nil).Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), "LOCK TABLE x"); err != nil {
			t.Error(err)
		}
	})
}

// The role of a server that kata starts cannot leave the database.
func TestRoleCannotRunPrograms(t *testing.T) {
	db := pgdb.Start(t)
	if _, err := db.DB.Exec("CREATE TABLE x (n text)"); err != nil {
		t.Fatal(err)
	}
	if super := db.Rows("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"); super[0] != "false" {
		t.Skip("the server is somebody's own")
	}
	if _, err := db.DB.Exec("COPY x FROM PROGRAM 'id'"); err == nil || !strings.Contains(err.Error(), "42501") {
		t.Errorf("COPY FROM PROGRAM: %v", err)
	}
}
