// Package dynamo gives hidden tests a DynamoDB of their own: without tables at
// the start, seen through a proxy that records every operation and brings about
// what goes wrong in production between any two of them.
//
// It owns the test's side of a DynamoDB, whichever kind it is: kata's embedded
// one (grader/services/dynamodb, an emulator: conformance.md says what it does
// and what it refuses), or a DynamoDB Local that the environment names. Both
// keep the tables of different access keys apart, and every test has its own.
//
// The address comes from KATA_DYNAMODB, which the grader sets:
// "kata+dynamodb://" and the embedded program's port, or the http:// URL of a
// DynamoDB Local that does not share its tables. Without it, as in a plain
// `go test`, the embedded program is started by `go run`, once in a process, and
// ends with it.
//
// It knows no client library and no exercise.
package dynamo

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
)

// Env names the environment variable that carries the address.
const Env = "KATA_DYNAMODB"

const controlScheme = "kata+dynamodb://"

// Region is the region for clients.
const Region = "eu-west-1"

// Server is one test's DynamoDB. Its methods may be called from any goroutine
// while the test runs.
type Server struct {
	t        testing.TB
	target   *url.URL
	embedded bool
	key      string
	front    *httpfront.Front
	quiet    *httpfront.Front
	client   *http.Client
	seen     operations
}

// Start returns a DynamoDB without tables that ends with the test. When the one
// that the environment names cannot be had, the behaviour is skipped with the
// reason.
func Start(t testing.TB) *Server {
	t.Helper()
	absence.Recall(t, Env)
	address := os.Getenv(Env)
	if address == "" {
		var err error
		if address, err = launch.Address("dynamodb"); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{t: t, key: "KATA" + strings.ToUpper(strconv.FormatUint(rand.Uint64(), 36)), client: &http.Client{Timeout: patience}}
	if err := s.find(address); err != nil {
		absence.Malformed(t, Env, err)
	}
	if _, err := s.tables(); err != nil {
		absence.Skip(t, Env, fmt.Sprintf("no DynamoDB answers at %s: %v", address, err))
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
		return fmt.Errorf("%s is %q: want http://host:port", Env, address)
	}
	s.target = u
	return nil
}

func (s *Server) proxy(describe func(*http.Request, []byte, int) string) *httpfront.Front {
	s.t.Helper()
	f, err := httpfront.New(s.target, nil, describe)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(f.Close)
	return f
}

// ask sends a request in the test's own name.
func (s *Server) ask(method, operation, body string) ([]byte, error) {
	r, err := http.NewRequest(method, s.target.String(), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("X-Amz-Date", "20200101T000000Z")
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20200101/%s/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=00", s.key, Region))
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status + ": " + string(b))
	}
	return b, err
}

func (s *Server) tables() ([]string, error) {
	b, err := s.ask(http.MethodPost, "ListTables", "{}")
	if err != nil {
		return nil, err
	}
	var out struct{ TableNames []string }
	return out.TableNames, json.Unmarshal(b, &out)
}

// end leaves nothing of the test behind.
func (s *Server) end() {
	defer s.client.CloseIdleConnections()
	if s.embedded {
		_, _ = s.ask(http.MethodDelete, "", "") // what is left ends with the program
		return
	}
	names, _ := s.tables()
	for _, n := range names {
		_, _ = s.ask(http.MethodPost, "DeleteTable", fmt.Sprintf(`{"TableName":%q}`, n))
	}
}

// Endpoint returns the URL for the clients of the code under test, which use
// Region and Credentials.
func (s *Server) Endpoint() string { return "http://" + s.front.Addr() }

// OwnEndpoint returns a URL for the test's own client: past the record and
// untouched by faults.
func (s *Server) OwnEndpoint() string { return "http://" + s.quiet.Addr() }

// Credentials returns the access key that makes an account the test's, and a
// secret that nobody checks.
func (s *Server) Credentials() (accessKey, secret string) { return s.key, "secret" }

// Down ends all connections and lets no new ones live.
func (s *Server) Down() { s.front.Faults.Down() }

// Up ends Down.
func (s *Server) Up() { s.front.Faults.Up() }

// After runs f once, when DynamoDB has executed the n-th operation from now (n
// counts from 1) and before its client gets the answer. The returned function
// calls the plan off and reports whether f was run.
func (s *Server) After(n int, f func()) (sprung func() bool) { return s.front.Faults.After(n, f) }

// CutAfter is After with Down: the client never learns what its n-th operation
// did.
func (s *Server) CutAfter(n int) (sprung func() bool) { return s.After(n, s.Down) }

// Together makes the next n operations wait for one another: DynamoDB executes
// all n before any client reads an answer. When fewer than n come and a tenth of
// a second passes without another, it waits no longer.
func (s *Server) Together(n int) { s.front.Faults.Together(n) }
