// Package cli is kata's command line: one file per command. Commands wire the
// grader, the progress and the report together and print nothing themselves.
package cli

import (
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// World is everything that a command may touch outside its own memory.
type World struct {
	Args           []string // without the program's name
	Environ        []string
	Dir            string // the working directory
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool // Stdin and Stdout are a terminal: keys can be read, a screen cleared
	OutTerminal    bool // Stdout is a terminal
	ErrTerminal    bool // Stderr is a terminal
	Width          int  // columns to fill
	Files          fs.FS
	Now            func() time.Time
	RawMode        func() (restore func(), err error) // makes single keys readable; nil without a terminal
}

// OSWorld is the process's own world with the embedded files.
func OSWorld(files fs.FS) World {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	in, out, errs := int(os.Stdin.Fd()), int(os.Stdout.Fd()), int(os.Stderr.Fd())
	w := World{
		Args: os.Args[1:], Environ: os.Environ(), Dir: dir,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		OutTerminal: term.IsTerminal(out), ErrTerminal: term.IsTerminal(errs), Width: width(out),
		Files: files, Now: time.Now,
	}
	w.Terminal = w.OutTerminal && term.IsTerminal(in)
	if w.Terminal {
		w.RawMode = func() (func(), error) { return rawMode(in) }
	}
	return w
}

// Env returns an environment variable, "" when it is not set.
func (w World) Env(key string) string {
	for i := len(w.Environ) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(w.Environ[i], "="); ok && k == key {
			return v
		}
	}
	return ""
}

// mayColour says whether a terminal is shown colours: unless NO_COLOR is set to
// anything (no-color.org) or TERM is dumb.
func (w World) mayColour() bool { return w.Env("NO_COLOR") == "" && w.Env("TERM") != "dumb" }

// width is 80 columns, or what a narrower terminal has.
func width(fd int) int {
	const usual, least = 80, 40
	if columns, _, err := term.GetSize(fd); err == nil && columns > 0 {
		return max(min(columns, usual), least)
	}
	return usual
}
