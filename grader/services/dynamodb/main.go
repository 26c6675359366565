// Program dynamodb is kata's embedded DynamoDB: any number of isolated accounts
// behind one port, which speak DynamoDB's JSON over HTTP.
//
// It is a simulator, not DynamoDB: items live in memory, a table is active at
// once, an index is never behind its table, and one request after the other
// works on an account, of which there is one for each access key and region.
// Signatures are not checked. What it does not know it refuses, with the error
// that a real DynamoDB gives for what it does not allow.
//
// It must never know tests or exercises: what stands between a test and its
// account is grader/kit/dynamo.
//
// It prints one line, its address, and ends when its standard input does. A
// DELETE of "/" forgets the account of the request.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/kata-go/kata/grader/services/pulse"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embedded dynamodb:", err) // and no address: the starter sees that
	}
}

// scheme tells a test's side that the server is this program.
const scheme = "kata+dynamodb://"

// serve runs until in ends; the first line of out is the address.
func serve(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	server := &http.Server{Handler: newAccounts()}
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
