// Program redis is kata's embedded Redis: any number of empty instances, each
// with a clock of its own that moves only when it is told to.
//
// It owns the instances and their clocks, and is a thin shell around miniredis.
// It must never know tests or exercises: what stands between a test and its
// instance (logs, faults) is grader/kit/redisdb.
//
// It prints one line, the address of its control port, and ends when its
// standard input does. The control port speaks RESP:
//
//	KATA.NEW unix-ms        starts an instance whose clock shows that time; answers host:port
//	KATA.ADVANCE addr ms    moves the clock of an instance; keys expire by it
//	KATA.DROP addr          ends an instance
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/kata-go/kata/grader/services/pulse"
)

// scheme tells a test's side that the address is a control port and not a
// Redis.
const scheme = "kata+redis://"

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embedded redis:", err) // and no address: the starter sees that
	}
}

// serve runs until in ends; the first line of out is the control address.
func serve(in io.Reader, out io.Writer) error {
	c, err := listen()
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := fmt.Fprintln(out, scheme+c.addr()); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return pulse.Answer(in, out, nil)
}
