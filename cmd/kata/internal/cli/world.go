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
	Terminal       bool // Stdin and Stdout are a terminal
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
	in, out := int(os.Stdin.Fd()), int(os.Stdout.Fd())
	w := World{
		Args: os.Args[1:], Environ: os.Environ(), Dir: dir,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Terminal: term.IsTerminal(in) && term.IsTerminal(out), Width: 80,
		Files: files, Now: time.Now,
	}
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

// Colour says whether output is coloured: on a terminal only, unless NO_COLOR
// is set to anything (no-color.org) or TERM is dumb.
func (w World) Colour() bool {
	return w.Terminal && w.Env("NO_COLOR") == "" && w.Env("TERM") != "dumb"
}
