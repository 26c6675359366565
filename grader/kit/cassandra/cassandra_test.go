package cassandra_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"

	"github.com/kata-go/kata/grader/kit/cassandra"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

func start(t *testing.T) *bench {
	t.Helper()
	c := cassandra.Start(t)
	return &bench{t, c, c.Session(), (*conformance.Table)(nil)}
}

func TestAReplicaWithoutHintsIsStaleUntilItIsRepaired(t *testing.T) {
	b := start(t)
	messages(b)
	b.Hints(false)
	b.Down(0)
	if err := b.exec("INSERT INTO msgs (room, at, who) VALUES ('r', 1, 'new')"); err != nil {
		t.Fatal(err)
	}
	b.Up(0)
	read := func(level gocql.Consistency) string {
		got, err := printed(b.s.Query("SELECT who FROM msgs WHERE room = 'r'").Consistency(level).Iter())
		if err != nil {
			t.Error(err)
		}
		return got
	}
	stale := 0
	for range cassandra.Replicas {
		if read(gocql.One) == "" {
			stale++
		}
	}
	if stale != 1 {
		t.Errorf("%d of 3 reads at ONE were stale, want 1: each replica is asked in turn", stale)
	}
	for range cassandra.Replicas {
		if got := read(gocql.Quorum); got != "new" {
			t.Errorf("a read at QUORUM answered %q", got)
		}
	}
	for range cassandra.Replicas {
		if got := read(gocql.One); got != "new" {
			t.Errorf("a read at ONE after the repair answered %q", got)
		}
	}
}

func TestHintsReachAReplicaThatComesBack(t *testing.T) {
	b := start(t)
	messages(b)
	b.Down(2)
	if err := b.exec("DELETE FROM msgs WHERE room = 'a'"); err != nil {
		t.Fatal(err)
	}
	b.Up(2)
	b.Down(0, 1)
	if got, err := printed(b.s.Query("SELECT at FROM msgs WHERE room = 'a'").Consistency(gocql.One).Iter()); err != nil || got != "" {
		t.Errorf("the replica still has %q (%v)", got, err)
	}
}

func TestOneOfManyConditionalWritesWins(t *testing.T) {
	b := start(t)
	if err := b.exec("CREATE TABLE seats (n int PRIMARY KEY, who int)"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	won := make([]bool, 50)
	for i := range won {
		all.Go(func() {
			ok, err := b.s.Query("INSERT INTO seats (n, who) VALUES (1, ?) IF NOT EXISTS", i).MapScanCAS(map[string]any{})
			if err != nil {
				t.Error(err)
			}
			won[i] = ok
		})
	}
	all.Wait()
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of 50 got the seat", n)
	}
}

func TestRecordTellsPartitionsAndRows(t *testing.T) {
	b := start(t)
	messages(b)
	b.Forget()
	for _, q := range []string{"SELECT at FROM msgs WHERE room = 'a' AND at > 2 LIMIT 2", "SELECT at FROM msgs WHERE who = 'w4' ALLOW FILTERING", "SELECT * FROM msgs WHERE who = 'x'"} {
		_, _ = b.rows(q)
	}
	got := b.Statements("select")
	if len(got) != 2 {
		t.Fatalf("%d statements\n%s", len(got), b.Saw())
	}
	if s := got[0]; s.Scan || s.Filtering || len(s.Partitions) != 1 || s.Partitions[0] != "room='a'" || s.Read != 3 || s.Returned != 2 || s.Level != "QUORUM" {
		t.Errorf("%+v", s)
	}
	if s := got[1]; !s.Scan || !s.Filtering || len(s.Partitions) != 2 || s.Read != 10 || s.Returned != 1 {
		t.Errorf("%+v", s)
	}
	if all := b.Statements("invalid"); len(all) != 1 || !strings.Contains(all[0].Error, "ALLOW FILTERING") {
		t.Errorf("%+v", all)
	}
	if sizes := b.PartitionSizes("msgs"); sizes["room='a'"] != 5 || len(sizes) != 2 {
		t.Errorf("%v", sizes)
	}
	if !strings.Contains(b.Saw(), "read 3 rows of room='a', answered 2\n") {
		t.Error(b.Saw())
	}
}

func TestDriversComeBackAfterACut(t *testing.T) {
	b := start(t)
	messages(b)
	b.Cut()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		if got, err := b.rows("SELECT count(*) FROM msgs WHERE room = 'a'"); err == nil && got == "5" {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("no answer after a minute")
}

func TestTheDriverFindsTheProtocolVersion(t *testing.T) {
	c := cassandra.Start(t)
	config := c.Config()
	config.ProtoVersion = 0
	s, err := config.CreateSession()
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestClustersAreStrangersToOneAnother(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			if err := b.exec("CREATE TABLE t (a int PRIMARY KEY, b int)"); err != nil {
				t.Fatal(err)
			}
			if err := b.exec("INSERT INTO t (a, b) VALUES (1, ?)", i); err != nil {
				t.Fatal(err)
			}
			if got, err := b.rows("SELECT b FROM t"); err != nil || got != fmt.Sprint(i) {
				t.Errorf("read %q, %v", got, err)
			}
			if n := len(b.Statements("insert")); n != 1 {
				t.Errorf("saw %d inserts", n)
			}
		})
	}
}
