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

// press obeys one key of a watch. An error ends the watch, or this exercise's
// part of it.
func (w *watching) press(k key) error {
	switch k {
	case 'q':
		return errQuit
	case interrupt:
		return errInterrupted
	case 'n':
		return w.next()
	case 'x':
		return w.restart()
	case 'r', '\r':
		w.run()
	case 'h', 'b', 'd', 'l', 's':
		w.below()
		if err := w.tell(k); err != nil {
			w.complain(err)
		}
		w.out().Keys()
	}
	return nil
}

// tell shows what a key asks for, below what the screen shows.
func (w *watching) tell(k key) error {
	switch k {
	case 'h':
		_, err := w.hint(w.session, w.exercise)
		return err
	case 'b':
		w.out().Brief(view(w.exercise), w.session.tally())
	case 'd':
		return w.diff(*w.session, w.exercise)
	case 'l':
		tracks, err := rows(*w.session, nil)
		if err != nil {
			return err
		}
		w.out().List(tracks)
	case 's':
		if !w.passed {
			w.out().Note("the solution is shown after a pass; kata solution --spoil shows it now")
			return nil
		}
		return w.solution(w.exercise)
	}
	return nil
}

// restart brings the starter back and watches the new folder.
func (w *watching) restart() error {
	w.below()
	if err := w.reset(*w.session, w.exercise); err != nil {
		w.complain(err)
		w.out().Keys()
		return nil
	}
	return errElsewhere
}

// next goes to the next exercise once this one has passed.
func (w *watching) next() error {
	if !w.passed {
		w.below()
		w.out().Note("this one does not pass yet; kata next --skip leaves it for later")
		w.out().Keys()
		return nil
	}
	to := w.session.after(w.exercise)
	if to == nil {
		w.below()
		w.out().Finish(w.session.tally())
		return errQuit
	}
	w.session.state.Current = to.ID()
	return errElsewhere
}

// rawTerminal switches a terminal to single keys; output then needs carriage
// returns, which it adds.
func (a *app) rawTerminal() (restore func(), err error) {
	if a.RawMode == nil {
		return func() {}, nil
	}
	cooked, err := a.RawMode()
	if err != nil {
		return nil, err
	}
	plain := a.World
	a.Stdout, a.Stderr = carriage{a.Stdout}, carriage{a.Stderr}
	return func() { cooked(); a.Stdout, a.Stderr = plain.Stdout, plain.Stderr }, nil
}

// carriage writes "\r\n" for every "\n".
type carriage struct{ w io.Writer }

func (c carriage) Write(p []byte) (int, error) {
	if _, err := c.w.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
