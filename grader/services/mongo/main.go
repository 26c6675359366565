// Program mongo is kata's embedded MongoDB: any number of isolated instances
// behind one port, which speak MongoDB's wire protocol as a standalone server
// does.
//
// It is a simulator, not MongoDB: documents live in memory, a query looks at
// every document, and one command after the other works on an instance, so each
// is atomic. What it does not know it refuses, with the error that a real server
// gives for what it does not know. As on every standalone server, transactions
// and change streams are refused. Which index a real server would use is
// answered by explain (package store).
//
// It must never know tests or exercises: what stands between a test and its
// instance is grader/kit/mongodb.
//
// It prints one line, its address, and ends when its standard input does. A
// connection talks to the instance called "" until it names another. Three
// commands are its own:
//
//	{kataInstance: name}    the connection belongs to that instance, which is made when it is not there
//	{kataDrop: 1}           forgets the connection's instance
//	{kataAdvance: ms}       moves the instance's clock; what TTL indexes call old is removed
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/kata-go/kata/grader/services/pulse"
)

// scheme tells a test's side that instances can be asked for.
const scheme = "kata+mongodb://"

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embedded mongo:", err) // and no address: the starter sees that
	}
}

// serve runs until in ends; the first line of out is the address.
func serve(in io.Reader, out io.Writer) error {
	s, err := listen()
	if err != nil {
		return err
	}
	defer s.close()
	if _, err := fmt.Fprintln(out, scheme+s.listener.Addr().String()); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return pulse.Answer(in, out, nil)
}
