package cli

import "golang.org/x/term"

// rawMode makes single keys readable on a terminal until restore is called.
func rawMode(fd int) (restore func(), err error) {
	old, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(fd, old) }, nil
}
