// Package couchdb gives hidden tests a CouchDB of their own: without databases
// at the start, seen through a proxy that records every request and brings about
// what goes wrong in production between any two of them.
//
// It owns the test's side of a CouchDB, whichever kind it is: a server of kata's
// embedded one (grader/services/couchdb, a simulator: conformance.md says what it
// does and what it refuses), or a real CouchDB that the environment names, where
// each test's databases have names of their own and are deleted at the end.
//
// The address comes from KATA_COUCHDB, which the grader sets: "kata+couchdb://"
// and the embedded program's port, or an http:// URL with a name and a password.
// Without it, as in a plain `go test`, the embedded program is started by
// `go run`, once in a process, and ends with it.
//
// It knows no client library and no exercise.
package couchdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit/internal/absence"
	"github.com/kata-go/kata/grader/kit/internal/httpfront"
	"github.com/kata-go/kata/grader/kit/internal/launch"
	"github.com/kata-go/kata/grader/kit/internal/traffic"
)

// Env names the environment variable that carries the address.
const Env = "KATA_COUCHDB"

const (
	controlScheme = "kata+couchdb://"
	header        = "X-Kata-Account" // which of the embedded servers is meant
)

// Server is one test's CouchDB. Its methods may be called from any goroutine
// while the test runs.
type Server struct {
	t        testing.TB
	target   *url.URL
	embedded bool
	prefix   string
	front    *httpfront.Front
	quiet    *httpfront.Front
	client   *http.Client
}

// Start returns a CouchDB that ends with the test. When the one that the
// environment names cannot be had, the behaviour is skipped with the reason.
func Start(t testing.TB) *Server {
	t.Helper()
	absence.Recall(t, Env)
	address := os.Getenv(Env)
	if address == "" {
		var err error
		if address, err = launch.Address("couchdb"); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{t: t, prefix: "kata" + strconv.FormatUint(rand.Uint64(), 36) + "_", client: &http.Client{Timeout: patience}}
	if err := s.find(address); err != nil {
		absence.Malformed(t, Env, err)
	}
	if _, err := s.ask(http.MethodGet, "/_all_dbs"); err != nil {
		absence.Skip(t, Env, fmt.Sprintf("no CouchDB answers at %s: %v", s.target.Redacted(), err))
	}
	t.Cleanup(s.end)
	s.front, s.quiet = s.proxy(s.describe), s.proxy(nil)
	return s
}

const patience = 10 * time.Second // with a server that was reachable a moment ago

func (s *Server) find(address string) error {
	if host, ok := strings.CutPrefix(address, controlScheme); ok {
		s.embedded = true
		address = "http://" + host
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%s is no http://name:password@host:port", Env)
	}
	s.target = u
	return nil
}

func (s *Server) proxy(describe func(*http.Request, []byte, int) string) *httpfront.Front {
	s.t.Helper()
	base := *s.target
	base.User = nil
	f, err := httpfront.New(&base, s.own, describe)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(f.Close)
	return f
}

// own makes a request the test's: of its account, or by the administrator.
func (s *Server) own(r *http.Request) {
	if s.embedded {
		r.Header.Set(header, s.prefix)
	}
	if password, ok := s.target.User.Password(); ok && r.Header.Get("Authorization") == "" {
		r.SetBasicAuth(s.target.User.Username(), password)
	}
}

// ask sends a request in the test's own name.
func (s *Server) ask(method, path string) ([]byte, error) {
	u := *s.target
	u.User = nil
	r, err := http.NewRequest(method, strings.TrimSuffix(u.String(), "/")+path, nil)
	if err != nil {
		return nil, err
	}
	s.own(r)
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusBadRequest {
		err = errors.New(answer.Status + ": " + string(b))
	}
	return b, err
}

// end leaves nothing of the test behind.
func (s *Server) end() {
	defer s.client.CloseIdleConnections()
	if s.embedded {
		_, _ = s.ask(http.MethodDelete, "/_kata") // what is left ends with the program
		return
	}
	b, _ := s.ask(http.MethodGet, "/_all_dbs")
	var names []string
	_ = json.Unmarshal(b, &names) // nothing is left to do about it
	for _, n := range names {
		if strings.HasPrefix(n, s.prefix) {
			_, _ = s.ask(http.MethodDelete, "/"+url.PathEscape(n))
		}
	}
}

// URL returns the address for the clients of the code under test. They need no
// password.
func (s *Server) URL() string { return "http://" + s.front.Addr() }

// OwnURL returns an address for the test's own client: past the record and
// untouched by faults.
func (s *Server) OwnURL() string { return "http://" + s.quiet.Addr() }

// Name returns the name of a database that is the test's, such as the one for
// "orders". It is not made by this.
func (s *Server) Name(word string) string { return s.prefix + word }

// widest is how many runes of a request are shown.
const widest = 76

// describe names a request: PUT orders/17 → 409.
func (s *Server) describe(r *http.Request, body []byte, status int) string {
	path := strings.ReplaceAll(strings.TrimPrefix(r.URL.Path, "/"), s.prefix, "")
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	text := r.Method + " " + path
	if rev := revision(body); rev != "" {
		text += " _rev " + rev
	}
	return traffic.Cut(text, widest-8) + httpfront.Status(status)
}

// revision returns the start of the _rev that a document has.
func revision(body []byte) string {
	var doc struct {
		Rev string `json:"_rev"`
	}
	_ = json.Unmarshal(body, &doc) // what is no document has none
	return traffic.Cut(doc.Rev, 7)
}

// Requests returns what clients asked since the start or Forget, in the order of
// the answers, as people read it.
func (s *Server) Requests() []string { return s.front.Record.Texts() }

// Saw tells Requests in a line for each kind, for a failure's note.
func (s *Server) Saw() string { return s.front.Record.Saw("CouchDB") }

// Forget empties the record.
func (s *Server) Forget() { s.front.Record.Forget() }

// Down ends all connections, feeds too, and lets no new ones live.
func (s *Server) Down() { s.front.Faults.Down() }

// Up ends Down.
func (s *Server) Up() { s.front.Faults.Up() }

// After runs f once, when CouchDB has executed the n-th request from now (n
// counts from 1) and before its client gets the answer. The returned function
// calls the plan off and reports whether f was run.
func (s *Server) After(n int, f func()) (sprung func() bool) { return s.front.Faults.After(n, f) }

// CutAfter is After with Down: the client never learns what its n-th request
// did.
func (s *Server) CutAfter(n int) (sprung func() bool) { return s.After(n, s.Down) }

// Together makes the next n requests wait for one another: CouchDB executes all
// n before any client reads an answer. When fewer than n come and a tenth of a
// second passes without another, it waits no longer.
func (s *Server) Together(n int) { s.front.Faults.Together(n) }
