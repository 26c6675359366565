package cassandra_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"

	"github.com/kata-go/kata/grader/kit/cassandra"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

func TestConformance(t *testing.T) {
	table := conformance.New(t, "conformance.md", "The simulator of Cassandra, asked by gocql")
	for _, f := range []func(*bench){schema, rowsAndRanges, refusals, updates, collections, conditionals, batches, expiry, paging, aggregates, replicas} {
		c := cassandra.Start(t)
		f(&bench{t, c, c.Session(), table})
	}
}

func schema(b *bench) {
	b.works("CREATE KEYSPACE IF NOT EXISTS other WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3} AND durable_writes = true")
	b.refused(exists, "Cannot add existing keyspace", "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}")
	b.refused(config, "Unable to find replication strategy", "CREATE KEYSPACE k WITH replication = {'class': 'Best'}")
	b.works("CREATE TABLE other.t (a int PRIMARY KEY, b text)")
	b.refused(exists, "Cannot add already existing table", "CREATE TABLE other.t (a int PRIMARY KEY)")
	b.works("CREATE TABLE IF NOT EXISTS other.t (a int PRIMARY KEY)")
	b.works("CREATE TABLE u (a int, b timeuuid, c text, s text static, PRIMARY KEY ((a), b)) WITH CLUSTERING ORDER BY (b DESC) AND default_time_to_live = 0 AND comment = 'x'")
	b.works("ALTER TABLE u ADD d double")
	b.works("ALTER TABLE u DROP c")
	b.gives("d regular | s static", "SELECT column_name, kind FROM system_schema.columns WHERE keyspace_name = ? AND table_name = 'u' AND position = -1 ALLOW FILTERING", b.Keyspace())
	b.refused(invalid, "No PRIMARY KEY specifed", "CREATE TABLE v (a int)")
	b.refused(invalid, "Unknown type varint", "CREATE TABLE v (a varint PRIMARY KEY)")
	b.refused(invalid, "Invalid non-frozen collection", "CREATE TABLE v (a set<int> PRIMARY KEY)")
	b.refused(syntax, "no viable alternative at input 'materialized'", "CREATE MATERIALIZED VIEW v AS SELECT * FROM u")
	b.refused(syntax, "no viable alternative at input 'index'", "CREATE INDEX ON u (d)")
	b.works("TRUNCATE u")
	b.works("DROP TABLE u")
	b.works("DROP TABLE IF EXISTS u")
	b.refused(invalid, "table u does not exist", "SELECT * FROM u")
	b.refused(invalid, "Keyspace 'none' does not exist", "SELECT * FROM none.u")
	b.works("DROP KEYSPACE other")
	if m, err := b.s.KeyspaceMetadata(b.Keyspace()); err != nil || m.Name != b.Keyspace() {
		b.Errorf("metadata: %v, %v", m, err)
	}
}

func messages(b *bench) {
	if err := b.exec("CREATE TABLE msgs (room text, at int, who text, topic text static, PRIMARY KEY (room, at)) WITH CLUSTERING ORDER BY (at DESC)"); err != nil {
		b.Fatal(err)
	}
	for i := range 10 {
		if err := b.exec("INSERT INTO msgs (room, at, who) VALUES (?, ?, ?)", string(rune('a'+i%2)), i, fmt.Sprint("w", i)); err != nil {
			b.Fatal(err)
		}
	}
}

func rowsAndRanges(b *bench) {
	messages(b)
	b.gives("8 | 6 | 4 | 2 | 0", "SELECT at FROM msgs WHERE room = 'a'")
	b.gives("8 | 6", "SELECT at FROM msgs WHERE room = ? AND at >= ? LIMIT ?", "a", 2, 2)
	b.gives("2 | 4", "SELECT at FROM msgs WHERE room = 'a' AND at > 0 AND at < 6 ORDER BY at ASC")
	b.gives("8 w8", "SELECT at, who FROM msgs WHERE room = 'a' AND at IN (8, 9)")
	b.gives("9 | 8", "SELECT at FROM msgs WHERE room IN ? ORDER BY at DESC LIMIT 2", []string{"a", "b"})
	b.gives("8 | 9", "SELECT at FROM msgs PER PARTITION LIMIT 1")
	b.works("INSERT INTO msgs (room, topic) VALUES ('a', 'tea')")
	b.gives("a tea | b ", "SELECT DISTINCT room, topic FROM msgs")
	b.gives("4 w4", "SELECT at, who FROM msgs WHERE who = 'w4' ALLOW FILTERING")
	b.gives("a 5", "SELECT room, count(*) FROM msgs WHERE room = 'a'")
}

func refusals(b *bench) {
	messages(b)
	b.refused(invalid, filtering, "SELECT * FROM msgs WHERE who = 'w4'")
	b.refused(invalid, filtering, "SELECT * FROM msgs WHERE room = 'a' AND who = ?", "w4")
	b.refused(invalid, filtering, "SELECT * FROM msgs WHERE at = 3")
	b.refused(invalid, "Only EQ and IN relation are supported on the partition key", "SELECT * FROM msgs WHERE room > 'a'")
	b.refused(invalid, "ORDER BY is only supported when the partition key is restricted", "SELECT * FROM msgs ORDER BY at")
	b.refused(invalid, "Order by is currently only supported on the clustered columns", "SELECT * FROM msgs WHERE room = 'a' ORDER BY who")
	b.refused(invalid, "Undefined column name nobody in table", "SELECT nobody FROM msgs")
	b.refused(invalid, "Some clustering keys are missing: at", "INSERT INTO msgs (room, who) VALUES ('a', 'x')")
	b.refused(invalid, "Some partition key parts are missing: room", "DELETE FROM msgs WHERE at = 1")
	b.refused(invalid, "PRIMARY KEY part at found in SET part", "UPDATE msgs SET at = 1 WHERE room = 'a' AND at = 1")
	b.refused(invalid, "Non PRIMARY KEY columns found in where clause: who", "UPDATE msgs SET topic = 'x' WHERE who = 'a'")
	b.refused(invalid, `Invalid STRING constant (x) for "at" of type int`, "SELECT * FROM msgs WHERE room = 'a' AND at = 'x'")
	b.refused(invalid, "LIMIT must be strictly positive", "SELECT * FROM msgs WHERE room = 'a' LIMIT 0")
	b.refused(invalid, "Key may not be empty", "INSERT INTO msgs (room, at) VALUES ('', 1)")
	b.refused(syntax, "line 1:0 no viable alternative at input 'selec'", "SELEC * FROM msgs")
	b.refused(syntax, "no viable alternative at input 'group'", "SELECT count(*) FROM msgs GROUP BY room")
	b.refused(syntax, "no viable alternative at input 'json'", "INSERT INTO msgs JSON '{}'")
	b.works("CREATE TABLE deep (p int, a int, b int, v int, PRIMARY KEY (p, a, b))")
	b.refused(invalid, `PRIMARY KEY column "b" cannot be restricted as preceding column "a" is not restricted`, "SELECT * FROM deep WHERE p = 1 AND b = 1")
	b.refused(invalid, `Clustering column "b" cannot be restricted (preceding column "a" is restricted by a non-EQ relation)`, "SELECT * FROM deep WHERE p = 1 AND a > 1 AND b = 1")
	b.refused(invalid, "Unsupported order by relation", "SELECT * FROM deep WHERE p = 1 ORDER BY a ASC, b DESC")
}

func updates(b *bench) {
	messages(b)
	b.works("UPDATE msgs SET who = ? WHERE room = ? AND at = ?", "x", "a", 100)
	b.gives("100 x", "SELECT at, who FROM msgs WHERE room = 'a' LIMIT 1")
	b.works("UPDATE msgs SET who = null WHERE room = 'a' AND at = 100")
	b.gives("8", "SELECT at FROM msgs WHERE room = 'a' LIMIT 1")
	b.works("INSERT INTO msgs (room, at, who) VALUES ('t', 1, 'late') USING TIMESTAMP 2000")
	b.works("INSERT INTO msgs (room, at, who) VALUES ('t', 1, 'early') USING TIMESTAMP 1000")
	b.gives("late 2000", "SELECT who, writetime(who) FROM msgs WHERE room = 't'")
	b.works("DELETE who FROM msgs USING TIMESTAMP 3000 WHERE room = 't' AND at = 1")
	b.works("DELETE FROM msgs WHERE room = 'a' AND at >= 2 AND at < 6")
	b.gives("8 | 6 | 0", "SELECT at FROM msgs WHERE room = 'a'")
	b.works("DELETE FROM msgs WHERE room = 'a'")
	b.gives("", "SELECT at FROM msgs WHERE room = 'a'")
	b.works("CREATE TABLE hits (page text PRIMARY KEY, n counter)")
	b.works("UPDATE hits SET n = n + ? WHERE page = 'p'", int64(5))
	b.works("UPDATE hits SET n = n - 2 WHERE page = 'p'")
	b.gives("p 3", "SELECT * FROM hits WHERE page = 'p'")
	b.refused(invalid, "INSERT statements are not allowed on counter tables", "INSERT INTO hits (page, n) VALUES ('p', 1)")
	b.refused(invalid, "Cannot set the value of counter column n", "UPDATE hits SET n = 1 WHERE page = 'p'")
}

func collections(b *bench) {
	b.works("CREATE TABLE c (k int PRIMARY KEY, s set<text>, l list<int>, m map<text, int>, f frozen<list<int>>)")
	b.works("INSERT INTO c (k, s, l, m, f) VALUES (?, ?, ?, ?, ?)", 1, []string{"b", "a"}, []int{2, 1}, map[string]int{"x": 1}, []int{3})
	b.gives("1 [3] [2 1] map[x:1] [a b]", "SELECT * FROM c WHERE k = 1")
	b.works("UPDATE c SET s = s + {'c'}, l = l + [3], m = m + {'y': 2} WHERE k = 1")
	b.works("UPDATE c SET s = s - {'a'}, l = [0] + l, m['z'] = 3 WHERE k = 1")
	b.works("UPDATE c SET l = l - [1], m = m - {'x'} WHERE k = 1")
	b.works("DELETE m['y'] FROM c WHERE k = 1")
	b.gives("[b c] [0 2 3] map[z:3]", "SELECT s, l, m FROM c WHERE k = 1")
	b.works("UPDATE c SET s = {}, m = {} WHERE k = 1")
	b.gives("[] map[]", "SELECT s, m FROM c WHERE k = 1")
	b.refused(invalid, "This simulator sets elements of maps only", "UPDATE c SET l[0] = 1 WHERE k = 1")
}

func (b *bench) cas(want string, query string, values ...any) {
	b.Helper()
	got, err := b.rows(query, values...)
	if err == nil && got != want {
		b.Errorf("%s: got %q, want %q", query, got, want)
	}
	b.table.Works(query, err)
}

func conditionals(b *bench) {
	b.works("CREATE TABLE acc (id text PRIMARY KEY, owner text, cents int)")
	b.cas("true", "INSERT INTO acc (id, owner, cents) VALUES ('a', 'ann', 5) IF NOT EXISTS")
	b.cas("false a 5 ann", "INSERT INTO acc (id, owner) VALUES ('a', 'bob') IF NOT EXISTS")
	b.cas("true", "UPDATE acc SET cents = ? WHERE id = 'a' IF cents = ?", 3, 5)
	b.cas("false 3", "UPDATE acc SET cents = ? WHERE id = 'a' IF cents >= ?", 0, 4)
	b.cas("true", "UPDATE acc SET cents = 4 WHERE id = 'a' IF owner IN ('ann', 'bob') AND cents != 1")
	b.cas("false", "UPDATE acc SET cents = 4 WHERE id = 'z' IF EXISTS")
	b.cas("false", "UPDATE acc SET cents = 4 WHERE id = 'z' IF cents = 1")
	b.cas("true", "DELETE FROM acc WHERE id = 'a' IF EXISTS")
	b.cas("true", "UPDATE acc SET cents = 1 WHERE id = 'n' IF cents = null")
	b.refused(invalid, "Cannot provide custom timestamp for conditional updates", "INSERT INTO acc (id) VALUES ('a') IF NOT EXISTS USING TIMESTAMP 1")
	b.refused(invalid, "PRIMARY KEY column 'id' cannot have IF conditions", "UPDATE acc SET cents = 1 WHERE id = 'a' IF id = 'a'")
	m := map[string]any{}
	ok, err := b.s.Query("INSERT INTO acc (id, cents) VALUES ('m', 1) IF NOT EXISTS").MapScanCAS(m)
	if !ok || err != nil {
		b.Errorf("MapScanCAS: %v, %v", ok, err)
	}
}

func batches(b *bench) {
	messages(b)
	batch := b.s.Batch(gocql.LoggedBatch)
	batch.Query("INSERT INTO msgs (room, at, who) VALUES (?, ?, ?)", "x", 1, "one")
	batch.Query("UPDATE msgs SET who = ? WHERE room = ? AND at = ?", "two", "x", 2)
	b.table.Works("a logged batch of the protocol", batch.Exec())
	b.gives("2 two | 1 one", "SELECT at, who FROM msgs WHERE room = 'x'")
	b.works("BEGIN UNLOGGED BATCH INSERT INTO msgs (room, at) VALUES ('y', 1); DELETE FROM msgs WHERE room = 'x'; APPLY BATCH")
	b.gives("1", "SELECT at FROM msgs WHERE room IN ('x', 'y')")
	batch = b.s.Batch(gocql.LoggedBatch)
	batch.Query("INSERT INTO msgs (room, at) VALUES ('y', 1) IF NOT EXISTS")
	batch.Query("INSERT INTO msgs (room, at) VALUES ('y', 2)")
	applied, _, err := batch.MapExecCAS(map[string]any{})
	if applied {
		b.Error("the batch was applied against its condition")
	}
	b.table.Works("a conditional batch in one partition", err)
	b.gives("1", "SELECT at FROM msgs WHERE room = 'y'")
	batch = b.s.Batch(gocql.LoggedBatch)
	batch.Query("INSERT INTO msgs (room, at) VALUES ('y', 1) IF NOT EXISTS")
	batch.Query("INSERT INTO msgs (room, at) VALUES ('z', 2)")
	b.table.Refused("a conditional batch over two partitions", batch.Exec(), "Batch with conditions cannot span multiple partitions")
	batch = b.s.Batch(gocql.LoggedBatch)
	for i := range 2 {
		batch.Query("INSERT INTO msgs (room, at, who) VALUES (?, 1, ?)", fmt.Sprint("big", i), strings.Repeat("x", 30<<10))
	}
	b.table.Refused("a batch of more than 50 KiB over several partitions", batch.Exec(), "Batch too large")
}

func expiry(b *bench) {
	messages(b)
	b.works("INSERT INTO msgs (room, at, who) VALUES ('t', 1, 'x') USING TTL 60")
	b.works("INSERT INTO msgs (room, at, who) VALUES ('t', 2, 'x') USING TTL ? AND TIMESTAMP ?", 3600, int64(5))
	b.works("UPDATE msgs USING TTL 60 SET who = 'y' WHERE room = 't' AND at = 3")
	var left int
	b.table.Works("SELECT ttl(who)", b.s.Query("SELECT ttl(who) FROM msgs WHERE room = 't' AND at = 1").Scan(&left))
	if left < 1 || left > 60 {
		b.Errorf("%d seconds left, want 60 or a little less", left)
	}
	b.Advance(2 * time.Minute)
	b.gives("2", "SELECT at FROM msgs WHERE room = 't'")
	b.refused(invalid, "A TTL must be greater or equal to 0", "INSERT INTO msgs (room, at) VALUES ('t', 1) USING TTL -1")
}

func paging(b *bench) {
	messages(b)
	for _, query := range []string{"SELECT room, at FROM msgs WHERE room = 'a'", "SELECT room, at FROM msgs", "SELECT room, at FROM msgs WHERE room = 'a' ORDER BY at ASC LIMIT 4"} {
		want, err := printed(b.s.Query(query).PageSize(0).Iter())
		if err != nil {
			b.Error(err)
		}
		got, err := printed(b.s.Query(query).PageSize(2).Iter())
		if err == nil && got != want {
			b.Errorf("%s in pages: got %q, want %q", query, got, want)
		}
		b.table.Works(query+" in pages of 2", err)
	}
	_, err := printed(b.s.Query("SELECT at FROM msgs WHERE room IN ('a', 'b') ORDER BY at").PageSize(2).Iter())
	b.table.Refused("pages of IN with ORDER BY", err, "Cannot page queries with both ORDER BY and a IN restriction")
	it := b.s.Query("SELECT at FROM msgs WHERE room = 'a'").PageSize(2).PageState(nil).Iter()
	state := it.PageState()
	_ = it.Close()
	if err := b.exec("DELETE FROM msgs WHERE room = 'a' AND at = 8"); err != nil {
		b.Error(err)
	}
	got, err := printed(b.s.Query("SELECT at FROM msgs WHERE room = 'a'").PageSize(2).PageState(state).Iter())
	if err == nil && !strings.HasPrefix(got, "4 | 2") {
		b.Errorf("the page after a deletion: %q", got)
	}
	b.table.Works("a page state after rows before it were deleted", err)
	_, err = printed(b.s.Query("SELECT at FROM msgs WHERE room = 'a'").PageState([]byte("x")).Iter())
	b.table.Refused("a page state that is none", err, "Invalid value for the paging state")
}

func aggregates(b *bench) {
	messages(b)
	b.gives("5", "SELECT count(*) FROM msgs WHERE room = 'a'")
	b.gives("0 8 20 4", "SELECT min(at), max(at), sum(at), avg(at) FROM msgs WHERE room = 'a'")
	b.gives("10", "SELECT count(1) AS n FROM msgs")
	b.gives("-8839064797231613815", "SELECT token(room) FROM msgs WHERE room = 'a' LIMIT 1")
	b.gives("a", "SELECT DISTINCT room FROM msgs WHERE token(room) <= token('a')")
	b.refused(invalid, "Invalid call to function sum", "SELECT sum(who) FROM msgs WHERE room = 'a'")
	b.works("CREATE TABLE e (day date, id timeuuid, at timestamp, ok boolean, x double, raw blob, ip inet, u uuid, PRIMARY KEY (day, id))")
	b.works("INSERT INTO e (day, id, at, ok, x, raw, ip, u) VALUES ('2024-05-01', now(), toTimestamp(now()), true, 1.5, 0xff, '127.0.0.1', uuid())")
	b.gives("true 1.5 [255] 127.0.0.1", "SELECT ok, x, raw, ip FROM e WHERE day = '2024-05-01'")
	b.gives("1", "SELECT count(*) FROM e WHERE day = ? AND id > ?", time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), gocql.MinTimeUUID(time.Now().Add(-time.Hour)))
}

func replicas(b *bench) {
	messages(b)
	at := func(level gocql.Consistency, query string) error { return b.s.Query(query).Consistency(level).Exec() }
	const put, get = "INSERT INTO msgs (room, at, who) VALUES ('r', 1, 'new')", "SELECT who FROM msgs WHERE room = 'r'"
	b.Down(0)
	b.table.Works("a write at QUORUM, one replica down", at(gocql.Quorum, put))
	err := at(gocql.All, put)
	var gone *gocql.RequestErrUnavailable
	if !errors.As(err, &gone) || gone.Required != 3 || gone.Alive != 2 {
		b.Errorf("%v: want Unavailable, 3 required and 2 alive", err)
	}
	b.table.Refused("a write at ALL, one replica down", err, "Cannot achieve consistency level ALL")
	b.Down(1)
	b.table.Refused("a read at QUORUM, two replicas down", at(gocql.Quorum, get), "Cannot achieve consistency level QUORUM")
	b.table.Works("a read at ONE, two replicas down", at(gocql.One, get))
	b.table.Refused("a conditional write, two replicas down", at(gocql.One, put+" IF NOT EXISTS"), "Cannot achieve consistency level SERIAL")
	b.Up(0, 1)
	b.Mute(1, 2)
	var slowWrite *gocql.RequestErrWriteTimeout
	if err = at(gocql.Quorum, put); !errors.As(err, &slowWrite) || slowWrite.Received != 1 || slowWrite.BlockFor != 2 {
		b.Errorf("%v: want a WriteTimeout with one answer of two", err)
	}
	b.table.Refused("a write at QUORUM, two replicas mute", err, "received only 1 responses")
	var slowRead *gocql.RequestErrReadTimeout
	if err = at(gocql.Quorum, get); !errors.As(err, &slowRead) || slowRead.Received != 1 {
		b.Errorf("%v: want a ReadTimeout with one answer", err)
	}
	b.table.Refused("a read at QUORUM, two replicas mute", err, "received only 1 responses")
	b.Up(1, 2)
	b.table.Refused("a read at ANY", at(gocql.Any, get), "ANY ConsistencyLevel is only supported for writes")
	b.table.Refused("a plain write at SERIAL", b.s.Query(put).Consistency(gocql.Serial).Exec(), "You must use conditional updates for serializable writes")
}
