// Package mongodb gives hidden tests a MongoDB of their own: empty at the start,
// seen through a proxy that records every command and brings about what goes
// wrong in production between any two of them.
//
// It owns the test's side of a MongoDB, whichever kind it is:
//
//   - an instance of kata's embedded one (grader/services/mongo), a simulator
//     which answers as a standalone server: no transactions, no change streams.
//     Its conformance.md says what it does and what it refuses;
//   - a real MongoDB that the environment names, where each test has a database
//     of its own name, dropped at the end.
//
// The address comes from KATA_MONGO, which the grader sets: "kata+mongodb://" and
// the embedded program's port, or a mongodb:// URI of a server that asks for no
// password. Without it, as in a plain `go test`, the embedded program is started
// by `go run`, once in a process, and ends with it.
//
// It knows no client library and no exercise.
package mongodb

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"math/rand/v2"
	"strconv"

	"github.com/kata-go/kata/grader/kit/internal/absence"
	"github.com/kata-go/kata/grader/kit/internal/launch"
)

// Env names the environment variable that carries the address.
const Env = "KATA_MONGO"

const controlScheme = "kata+mongodb://"

// Server is one test's MongoDB. Its methods may be called from any goroutine
// while the test runs.
type Server struct {
	t        testing.TB
	database string
	embedded bool
	front    *front
	quiet    *front
	own      net.Conn
}

// Start returns an empty MongoDB that ends with the test. When the one that the
// environment names cannot be had, the behaviour is skipped with the reason.
func Start(t testing.TB) *Server {
	t.Helper()
	absence.Recall(t, Env)
	address := os.Getenv(Env)
	if address == "" {
		var err error
		if address, err = launch.Address("mongo"); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{t: t, database: "kata_" + strconv.FormatUint(rand.Uint64(), 36)}
	dial, err := s.dialer(address)
	if err != nil {
		absence.Malformed(t, Env, err)
	}
	if s.own, err = dial(); err != nil {
		absence.Skip(t, Env, fmt.Sprintf("no MongoDB answers at %s: %v", address, err))
	}
	t.Cleanup(s.end)
	s.front, s.quiet = s.proxy(dial, false), s.proxy(dial, true)
	return s
}

func (s *Server) proxy(dial func() (net.Conn, error), quiet bool) *front {
	s.t.Helper()
	f, err := newFront(dial, quiet)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(f.close)
	return f
}

// dialer returns what makes connections to the test's MongoDB at an address.
func (s *Server) dialer(address string) (func() (net.Conn, error), error) {
	if host, ok := strings.CutPrefix(address, controlScheme); ok {
		s.embedded = true
		return func() (net.Conn, error) { return connect(host, text("kataInstance", s.database)) }, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "mongodb" || u.Host == "" || u.User != nil || strings.Contains(u.Host, ",") {
		return nil, fmt.Errorf("%s is %q: want mongodb://host:port of one server without a password", Env, address)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "27017")
	}
	return func() (net.Conn, error) { return connect(host, small("ping", 1)) }, nil
}

// connect dials and sends a first command.
func connect(host string, first element) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return nil, err
	}
	if _, err := ask(conn, document(first, text("$db", "admin"))); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// end leaves nothing of the test behind.
func (s *Server) end() {
	last := document(small("dropDatabase", 1), text("$db", s.database))
	if s.embedded {
		last = document(small("kataDrop", 1), text("$db", "admin"))
	}
	_, _ = ask(s.own, last) // what is left ends with the program
	_ = s.own.Close()
}

// URI returns the address for the clients of the code under test.
func (s *Server) URI() string { return s.front.uri() }

// OwnURI returns an address for the test's own client: past the record and
// untouched by faults.
func (s *Server) OwnURI() string { return s.quiet.uri() }

// Database returns the name of the database that is the test's. Others are
// another test's, on a real server.
func (s *Server) Database() string { return s.database }

// Commands returns what clients asked since the start or Forget, in the order of
// execution, as people type it: users.find({email: "a"}).
func (s *Server) Commands() []string { return s.front.record.Texts() }

// Saw tells Commands in a line for each kind of command, for a failure's note.
func (s *Server) Saw() string { return s.front.record.Saw("MongoDB") }

// Forget empties the record.
func (s *Server) Forget() {
	s.front.record.Forget()
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.commands = nil
}

// Down ends all connections and lets no new ones live, as when MongoDB stops.
func (s *Server) Down() { s.front.faults.Down() }

// Up ends Down.
func (s *Server) Up() { s.front.faults.Up() }

// After runs f once, when MongoDB has executed the n-th command from now (n
// counts from 1) and before its client gets the answer. The returned function
// calls the plan off and reports whether f was run.
func (s *Server) After(n int, f func()) (sprung func() bool) { return s.front.faults.After(n, f) }

// CutAfter is After with Down: to MongoDB the client died when its n-th command
// was executed, before it could read the answer.
func (s *Server) CutAfter(n int) (sprung func() bool) { return s.After(n, s.Down) }

// Together makes the next n commands wait for one another: MongoDB executes all
// n before any client reads an answer. When fewer than n come and a tenth of a
// second passes without another, it waits no longer.
func (s *Server) Together(n int) { s.front.faults.Together(n) }

// sweep is how often a real MongoDB removes what TTL indexes call old.
const sweep = time.Minute

// Advance lets d pass for TTL indexes, and lets MongoDB remove what is old then:
// at once where the clock can be moved, else by waiting d and a minute.
func (s *Server) Advance(d time.Duration) {
	if !s.embedded {
		<-time.After(d + sweep + time.Second)
		return
	}
	if _, err := ask(s.own, document(whole("kataAdvance", d.Milliseconds()), text("$db", "admin"))); err != nil {
		s.t.Errorf("advance the clock of MongoDB: %v", err)
	}
}
