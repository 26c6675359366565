// Package cassandra gives hidden tests a Cassandra of their own: three replicas
// that can be switched off, a clock by which values expire, and a record of
// every statement with the partitions that it touched and the rows that it read.
//
// It owns the test's side: a cluster of kata's simulator (grader/services/
// cassandra), or a keyspace of the real Cassandra that KATA_CASSANDRA names as
// cassandra://host:port. What only the simulator can do (record, replicas,
// clock) skips the behaviour on a real one, with the reason. Without the
// variable, as in a plain `go test`, the simulator is started by `go run`, once
// in a process, and ends with it.
//
// conformance.md lists what the simulator knows and what it refuses. It knows no
// exercise.
package cassandra

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/internal/absence"
	"github.com/kata-go/kata/grader/kit/internal/launch"
)

// Env names the environment variable that carries the address.
const Env = "KATA_CASSANDRA"

const (
	controlScheme = "kata+cassandra"
	realScheme    = "cassandra"
)

// patience bounds what a driver asks here. It is long, for machines on which
// hundreds of tests run at once.
const patience = 90 * time.Second

// Replicas is how many nodes the simulator has; they are numbered from 0.
const Replicas = 3

// Cluster is one test's Cassandra. Its methods may be called from any goroutine
// while the test runs, but those that say so only from the test's own.
type Cluster struct {
	t        testing.TB
	host     string // host:port
	keyspace string
	control  *control // nil for a real Cassandra
	address  *url.URL
}

// Start returns a Cassandra with one empty keyspace, of three replicas on the
// simulator, that ends with the test. When the server that the environment names
// cannot be had, the behaviour is skipped with the reason.
func Start(t testing.TB) *Cluster {
	t.Helper()
	absence.Recall(t, Env)
	u, err := find()
	if err != nil {
		absence.Malformed(t, Env, err)
	}
	c := &Cluster{t: t, host: u.Host, address: u, keyspace: "kata_" + kit.Word(kit.Rand(t), 6) + "_" + strconv.FormatInt(time.Now().UnixNano(), 36)}
	factor := 1
	if u.Scheme == controlScheme {
		factor = Replicas
		if c.control, err = dial(u.Host); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.control.close)
		if c.host, err = c.control.create(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.create(factor); err != nil {
		if c.control != nil {
			t.Fatalf("kata's own Cassandra: %v", err)
		}
		absence.Skip(t, Env, fmt.Sprintf("no Cassandra answers at %s: %v", c.host, err))
	}
	return c
}

// find returns where the server or the simulator is.
func find() (*url.URL, error) {
	address := os.Getenv(Env)
	if address == "" {
		var err error
		if address, err = launch.Address("cassandra"); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != controlScheme && u.Scheme != realScheme) {
		return nil, fmt.Errorf("%s is %q: want cassandra://host:port", Env, address)
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "9042")
	}
	return u, nil
}

// create makes the keyspace, and on a real server removes it after the test.
func (c *Cluster) create(factor int) error {
	if c.control == nil {
		if err := greet(c.host); err != nil {
			return err
		}
	}
	s, err := c.connect("")
	if err != nil {
		return err
	}
	defer s.Close()
	if c.control == nil {
		c.t.Cleanup(c.remove)
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	err = s.Query(fmt.Sprintf("CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': %d}", c.keyspace, factor)).ExecContext(ctx)
	if err == nil && c.control != nil {
		_, err = c.control.do(order{Do: "forget"})
	}
	return err
}

func (c *Cluster) remove() {
	if s, err := c.connect(""); err == nil {
		_ = s.Query("DROP KEYSPACE IF EXISTS " + c.keyspace).Exec() // what is left is small
		s.Close()
	}
}

// Host returns the contact point, host:port.
func (c *Cluster) Host() string { return c.host }

// Keyspace returns the test's keyspace.
func (c *Cluster) Keyspace() string { return c.keyspace }

// Config returns a driver's configuration for the contact point and the
// keyspace: protocol 4, no retries, consistency QUORUM, the credentials of a
// real server. The test may change it.
func (c *Cluster) Config() *gocql.ClusterConfig { return c.config(c.keyspace) }

func (c *Cluster) config(keyspace string) *gocql.ClusterConfig {
	g := gocql.NewCluster(c.host)
	g.ProtoVersion, g.Keyspace, g.Consistency = 4, keyspace, gocql.Quorum
	g.NumConns, g.RetryPolicy = 1, nil
	g.Timeout, g.ConnectTimeout = patience, patience
	g.ReconnectInterval = 100 * time.Millisecond // there is one host; without it, the driver rests for a minute
	g.Logger = quiet{}
	if c.control == nil {
		g.DisableInitialHostLookup = true // a server behind a mapped port names addresses that do not lead there
		if password, ok := c.address.User.Password(); ok {
			g.Authenticator = gocql.PasswordAuthenticator{Username: c.address.User.Username(), Password: password}
		}
	}
	return g
}

func (c *Cluster) connect(keyspace string) (*gocql.Session, error) {
	return c.config(keyspace).CreateSession()
}

// Session returns a driver's session with Config that ends with the test. It
// must be called from the test's own goroutine.
func (c *Cluster) Session() *gocql.Session {
	c.t.Helper()
	s, err := c.connect(c.keyspace)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(s.Close)
	return s
}

// quiet is a driver's log that nobody reads.
type quiet struct{}

func (quiet) Error(string, ...gocql.LogField)   {}
func (quiet) Warning(string, ...gocql.LogField) {}
func (quiet) Info(string, ...gocql.LogField)    {}
func (quiet) Debug(string, ...gocql.LogField)   {}

// simulated skips the behaviour on a real server.
func (c *Cluster) simulated(what string) {
	c.t.Helper()
	if c.control == nil {
		kit.Skip(c.t, what+" needs kata's own Cassandra", "kata verify --services embedded")
	}
}

func (c *Cluster) order(o order) reply {
	c.t.Helper()
	r, err := c.control.do(o)
	if err != nil {
		c.t.Errorf("the simulator of Cassandra: %s: %v", o.Do, err)
	}
	return r
}

// Down switches replicas off: the coordinator knows that they are gone. Those
// that are down make statements whose consistency they are needed for fail as
// Unavailable. Call it from the test's own goroutine.
func (c *Cluster) Down(replicas ...int) { c.t.Helper(); c.states("down", replicas) }

// Mute makes replicas not answer while they count as alive: statements that need
// them fail by WriteTimeout or ReadTimeout, at once.
func (c *Cluster) Mute(replicas ...int) { c.t.Helper(); c.states("mute", replicas) }

// Up switches replicas on again. They are told what they missed, unless Hints was
// set to false when they missed it.
func (c *Cluster) Up(replicas ...int) { c.t.Helper(); c.states("up", replicas) }

func (c *Cluster) states(state string, replicas []int) {
	c.t.Helper()
	c.simulated("switching replicas off")
	for _, n := range replicas {
		c.order(order{Do: "state", Node: n, State: state})
	}
}

// Hints says whether the writes that a replica misses from now on are kept for it.
// Without, it stays stale until a read of several replicas repairs it.
func (c *Cluster) Hints(keep bool) {
	c.t.Helper()
	c.simulated("doing without hints")
	c.order(order{Do: "hints", Keep: keep})
}

// Advance lets d pass on the clock by which values expire. Timestamps of writes do
// not follow it.
func (c *Cluster) Advance(d time.Duration) {
	c.t.Helper()
	c.simulated("moving the clock")
	c.order(order{Do: "advance", Millis: d.Milliseconds()})
}

// Cut ends all connections; drivers may come back at once.
func (c *Cluster) Cut() {
	c.t.Helper()
	c.simulated("cutting connections")
	c.order(order{Do: "cut"})
}

// PartitionSizes returns how many live rows each partition of a table has, by the
// partition's key as in "room='a'".
func (c *Cluster) PartitionSizes(table string) map[string]int {
	c.t.Helper()
	c.simulated("counting partitions")
	sizes := map[string]int{}
	for _, p := range c.order(order{Do: "partitions", Keyspace: c.keyspace, Table: strings.ToLower(table)}).Partitions {
		sizes[p.Key] = p.Rows
	}
	return sizes
}
