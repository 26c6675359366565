package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

func TestServesUntilItsInputEnds(t *testing.T) {
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(in, out) }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimSpace(line), scheme))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	send, receive := json.NewEncoder(conn), json.NewDecoder(conn)
	ask := func(o order) (r reply) {
		if err := send.Encode(o); err != nil {
			t.Fatal(err)
		}
		if err := receive.Decode(&r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	made := ask(order{Do: "new"})
	for _, o := range []order{{Do: "forget", Addr: "nowhere"}, {Do: "dance", Addr: made.Addr}, {Do: "state", Addr: made.Addr, Node: 3, State: up},
		{Do: "state", Addr: made.Addr, State: "odd"}, {Do: "advance", Addr: made.Addr, Millis: -1}, {Do: "partitions", Addr: made.Addr, Keyspace: "k", Table: "t"}} {
		if r := ask(o); r.Error == "" {
			t.Errorf("%+v was obeyed", o)
		}
	}
	if r := ask(order{Do: "drop", Addr: made.Addr}); r.Error != "" {
		t.Error(r.Error)
	}
	other := ask(order{Do: "new"})
	_ = stdin.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", other.Addr); err == nil {
		t.Error("a cluster outlived the program's input")
	}
}

// Values that the drivers' own tests have from Cassandra.
func TestTokens(t *testing.T) {
	for text, want := range map[string]int64{"a": -8839064797231613815, "123": -7468325962851647638} {
		if got := murmur([]byte(text)); got != want {
			t.Errorf("%q has the token %d, want %d", text, got, want)
		}
	}
}

func TestTimeUUIDsAreOrderedByTime(t *testing.T) {
	kind := cqlType{DataType: datatype.Timeuuid}
	early, late := timeUUID(time.UnixMilli(1_700_000_000_000)), timeUUID(time.UnixMilli(1_700_000_000_001))
	if kind.compare(early, late) >= 0 || kind.compare(late, early) <= 0 || kind.compare(early, early) != 0 {
		t.Error("a later UUID is not larger")
	}
}

func TestLaterWritesWin(t *testing.T) {
	a, b := cell{value: []byte("a"), written: 1}, cell{value: []byte("b"), written: 1}
	dead, late := cell{written: 1, dead: true}, cell{value: []byte("0"), written: 2}
	for _, pair := range [][2]cell{{b, a}, {dead, b}, {late, dead}} {
		if !pair[0].wins(pair[1]) || pair[1].wins(pair[0]) {
			t.Errorf("%+v does not win over %+v alone", pair[0], pair[1])
		}
	}
}

func TestIntegersKeepTheirSign(t *testing.T) {
	for _, n := range []int64{0, -1, 127, -128, math.MaxInt32, math.MinInt64} {
		if got := number(integral(n, 8)); got != n {
			t.Errorf("%d became %d", n, got)
		}
	}
	if number(integral(-5, 2)) != -5 {
		t.Error("a short lost its sign")
	}
}

// run executes statements one after the other and returns the last answer.
func run(c *cluster, queries ...string) (answer message.Message, err error) {
	for _, q := range queries {
		parsed, names, failure := parse(q)
		if failure != nil {
			return nil, failure
		}
		answer, err = c.execute(request{prepared{q, "k", parsed, names}, &message.QueryOptions{Consistency: primitive.ConsistencyLevelOne}})
		if err != nil {
			return nil, err
		}
	}
	return answer, err
}

func TestRowsOfFewReplicasLieWhereTheRingSays(t *testing.T) {
	c := newCluster()
	queries := []string{"CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}", "CREATE TABLE t (a int PRIMARY KEY)"}
	for i := range 30 {
		queries = append(queries, fmt.Sprintf("INSERT INTO t (a) VALUES (%d)", i))
	}
	if _, err := run(c, queries...); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range c.nodes {
		for _, data := range n.data {
			total += len(data)
		}
	}
	if total != 30 {
		t.Errorf("%d copies of 30 rows", total)
	}
	answer, err := run(c, "SELECT token(a) FROM t")
	rows, ok := answer.(*message.RowsResult)
	if err != nil || !ok || len(rows.Data) != 30 {
		t.Errorf("%v, %v", answer, err)
	}
	for i := 1; ok && i < len(rows.Data); i++ {
		if number(rows.Data[i-1][0]) > number(rows.Data[i][0]) {
			t.Error("the rows are not in the order of their tokens")
		}
	}
}

// A statement is parsed, and carried out or refused, whatever it is; nothing is
// taken for another statement than what its own text says.
func FuzzStatements(f *testing.F) {
	for _, q := range []string{
		"SELECT a, count(*) AS n FROM k.t WHERE a = 1 AND b IN (1, 2) ORDER BY b DESC LIMIT 3 ALLOW FILTERING", "INSERT INTO t (a, b) VALUES (1, ?) IF NOT EXISTS",
		"UPDATE t USING TTL 5 SET m['x'] = 1, s = s + {'a'}, l = [1] + l WHERE a = 1 AND b = 2 IF c = null", "DELETE m['x'] FROM t WHERE a = 1 AND b = 2",
		"BEGIN BATCH INSERT INTO t (a, b) VALUES (1, 2); APPLY BATCH", "CREATE TABLE u (a int, b frozen<map<text, int>>, PRIMARY KEY ((a), b)) WITH CLUSTERING ORDER BY (b DESC)",
		"SELECT * FROM system_schema.columns WHERE keyspace_name = 'k'", "DROP TABLE t", "/* x */ USE k -- y", `SELECT "A" FROM t`, "SELECT $$a$$", "'", "{",
		"SELECT token(a) FROM t WHERE token(a) > token(1)", "ALTER TABLE t ADD x int", "DELETE FROM t WHERE a = 1 AND b > 1", "INSERT INTO t (a, b, s) VALUES (1, 2, {})",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		c := newCluster()
		if _, err := run(c, "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
			"CREATE TABLE t (a int, b int, c text, s set<text>, l list<int>, m map<text, int>, st int static, PRIMARY KEY (a, b))",
			"INSERT INTO t (a, b, c, l) VALUES (1, 2, 'x', [1])"); err != nil {
			t.Fatal(err)
		}
		_, _ = c.prepare(query, "k")
		_, _ = run(c, query)
		_, _ = run(c, "SELECT * FROM t")
	})
}
