package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
)

// key is one key press, or one byte from a pipe.
type key rune

// interrupt is Ctrl-C as a raw terminal sends it.
const interrupt key = 3

// readKeys sends what is typed until the input or ctx ends. The end of the
// input is no command: a watch without a terminal goes on.
func readKeys(ctx context.Context, in io.Reader) <-chan key {
	keys := make(chan key)
	go func() {
		r := bufio.NewReader(in)
		for {
			c, _, err := r.ReadRune()
			if err != nil {
				return
			}
			select {
			case keys <- key(c):
			case <-ctx.Done():
				return
			}
		}
	}()
	return keys
}

// rawTerminal switches a terminal to single keys; output then needs carriage
// returns, which it adds.
func (a *app) rawTerminal() (restore func(), err error) {
	if a.RawMode == nil {
		return func() {}, nil
	}
	restore, err = a.RawMode()
	if err != nil {
		return nil, err
	}
	plain := a.World
	a.Stdout, a.Stderr = carriage{a.Stdout}, carriage{a.Stderr}
	return func() { restore(); a.Stdout, a.Stderr = plain.Stdout, plain.Stderr }, nil
}

// carriage writes "\r\n" for every "\n".
type carriage struct{ w io.Writer }

func (c carriage) Write(p []byte) (int, error) {
	if _, err := c.w.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
