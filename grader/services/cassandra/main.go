// Program cassandra is kata's simulator of Cassandra: any number of clusters,
// each with three replicas that can be switched off, behind one coordinator
// that speaks the CQL native protocol, version 4, to real drivers.
//
// It owns the clusters: schema, replicas, timestamps, expiry, conditional
// writes. It refuses what it does not know with Cassandra's own error codes and
// never guesses; conformance.md of grader/kit/cassandra lists both. It must
// never know tests or exercises.
//
// It prints one line, the address of its control port (control.go), and ends
// when its standard input does.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/kata-go/kata/grader/services/pulse"
)

// scheme tells a test's side that the address is a control port.
const scheme = "kata+cassandra://"

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embedded cassandra:", err) // and no address: the starter sees that
	}
}

// serve runs until in ends; the first line of out is the control address.
func serve(in io.Reader, out io.Writer) error {
	c, err := listen()
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := fmt.Fprintln(out, scheme+c.listener.Addr().String()); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return pulse.Answer(in, out, nil)
}
