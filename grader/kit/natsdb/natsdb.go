// Package natsdb gives hidden tests a NATS with JetStream of their own, seen
// through a proxy that records what is published, delivered and acknowledged
// and brings about what goes wrong in production: a lost connection, a lost
// acknowledgement, a server that is gone.
//
// It owns the test's side of a NATS, whichever kind it is: an account of kata's
// embedded server (grader/services/nats), or the server at a nats:// URL that
// the environment names, where tests keep apart by Prefix alone. Names of
// streams, buckets and subjects must therefore begin with Prefix. Without
// KATA_NATS, as in a plain `go test`, the embedded program is started by
// `go run`, once in a process, and ends with it.
//
// It knows the client protocol and no exercise.
package natsdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kata-go/kata/grader/kit/internal/absence"
	"github.com/kata-go/kata/grader/kit/internal/launch"
)

// Env names the environment variable that carries the address.
const Env = "KATA_NATS"

const ownScheme = "kata+nats"

// patience bounds what the kit itself asks of the server.
const patience = 15 * time.Second

// Server is one test's NATS. Its methods may be called from any goroutine while
// the test runs.
type Server struct {
	prefix string
	front  *front // the clients'
	own    *front // the test's: no record and no faults
}

// Start returns a NATS that ends with the test. When the server that the
// environment names cannot be had, the behaviour is skipped with the reason.
func Start(t testing.TB) *Server {
	t.Helper()
	absence.Recall(t, Env)
	target, err := find()
	if err != nil {
		absence.Malformed(t, Env, err)
	}
	prefix := "k" + strings.ToLower(rand.Text()) // base32: no two become one in lower case
	embedded := target.User == nil
	if embedded {
		target.User = url.User(prefix) // the embedded server makes an account of it
	}
	s := &Server{prefix: prefix}
	for _, f := range []**front{&s.front, &s.own} {
		if *f, err = newFront(target); err != nil {
			t.Fatal(err)
		}
		t.Cleanup((*f).close)
	}
	if err := s.prove(t, target, embedded); err != nil {
		if embedded {
			t.Fatalf("kata's own NATS: %v", err)
		}
		absence.Skip(t, Env, fmt.Sprintf("no NATS with JetStream at %s: %v", target.Host, err))
	}
	t.Cleanup(func() { _ = s.sweep(t) }) // what is left ends with the program
	s.front.record.forget()
	return s
}

// find returns where the server is; its user is nil for an embedded one.
func find() (*url.URL, error) {
	address := os.Getenv(Env)
	if address == "" {
		var err error
		if address, err = launch.Address("nats"); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != ownScheme) {
		return nil, fmt.Errorf("%s is %q: want nats://host:port", Env, address)
	}
	if u.Scheme == ownScheme {
		u.User = nil
	} else if u.User == nil {
		u.User = url.User("")
	}
	if u.Port() == "" {
		u.Host += ":4222"
	}
	return u, nil
}

// URL returns the address for the clients under test; they need no password.
func (s *Server) URL() string { return "nats://" + s.front.addr() }

// Own returns an address of the same server for the test's own client: past the
// record and untouched by faults.
func (s *Server) Own() string { return "nats://" + s.own.addr() }

// Prefix returns a word that no other test has, without a dot: what names of
// streams, buckets and subjects must begin with, as in "<prefix>.orders.new".
func (s *Server) Prefix() string { return s.prefix }

// sweep deletes the streams that begin with the prefix; it proves that
// JetStream is there.
func (s *Server) sweep(t testing.TB) error {
	conn, err := nats.Connect(s.Own(), nats.Timeout(patience), nats.NoReconnect())
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn, jetstream.WithDefaultTimeout(patience))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience) // also in a clean-up
	defer cancel()
	names := js.StreamNames(ctx)
	for name := range names.Name() {
		if strings.Contains(name, s.prefix) { // KV_ and OBJ_ go before a bucket's name
			err = errors.Join(err, js.DeleteStream(ctx, name))
		}
	}
	return errors.Join(err, names.Err())
}
