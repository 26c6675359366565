// Program couchdb is kata's embedded CouchDB: any number of isolated servers
// behind one port, which speak CouchDB's HTTP.
//
// It is a simulator, not CouchDB: documents live in memory, on one node. It has
// revision trees with a winner that every replica agrees on, tombstones, bulk
// writes also of replicas, the changes feed in its three forms, local documents
// and what replication needs. It refuses, with 501 or CouchDB's own error, what
// it has not: views and design documents, attachments, indexes, replication that
// the server drives, users.
//
// It must never know tests or exercises: what stands between a test and its
// server is grader/kit/couchdb.
//
// It prints one line, its address, and ends when its standard input does. The
// request header X-Kata-Account names the server that is meant; DELETE /_kata
// forgets it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/kata-go/kata/grader/services/pulse"
)

// scheme tells a test's side that accounts can be asked for.
const scheme = "kata+couchdb://"

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embedded couchdb:", err) // and no address: the starter sees that
	}
}

// serve runs until in ends; the first line of out is the address.
func serve(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	server := &http.Server{Handler: newAccounts(), BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	if _, err := fmt.Fprintln(out, scheme+l.Addr().String()); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	err = pulse.Answer(in, out, nil)
	_ = server.Close()
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		return e
	}
	return err
}
