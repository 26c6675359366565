package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// lab is the temporary folder that everything happens in, and what the
// experiments share.
type lab struct {
	context.Context
	options   options
	source    string // the repository that is measured; it is only read
	dir       string // temporary
	gocache   string
	goVersion string
	log       io.Writer
	model     *site // the course of the repository; nil until the first use
	edits     int64 // never the same twice, also between runs
	folders   int   // made so far
	services  []io.Closer
}

// newLab makes the temporary folder and copies the repository's course.
func newLab(ctx context.Context, o options, log io.Writer) (*lab, error) {
	dir, err := os.MkdirTemp("", "kata-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	l := &lab{Context: ctx, options: o, dir: dir, gocache: o.cache, log: log, edits: time.Now().UnixMilli() * 1000}
	if err := l.open(); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (l *lab) open() error {
	if l.gocache == "" {
		l.gocache = filepath.Join(l.dir, "go-build")
	}
	var err error
	if l.gocache, err = filepath.Abs(l.gocache); err != nil {
		return err
	}
	if l.goVersion, err = l.ask("go", "env", "GOVERSION"); err != nil {
		return err
	}
	if l.source, err = l.ask("git", "rev-parse", "--show-toplevel"); err != nil {
		return err
	}
	l.tell("copying %s and building kata", l.source)
	l.model, err = newSite(l, nil)
	return err
}

// close ends what was started and removes the temporary folder.
func (l *lab) close() error {
	for _, s := range l.services {
		_ = s.Close() // ends the service
	}
	return os.RemoveAll(l.dir)
}

func (l *lab) tell(format string, args ...any) {
	fmt.Fprintf(l.log, strings.TrimRight(format, "\n")+"\n", args...)
}

// folder returns the path of a new folder, which is not made.
func (l *lab) folder(name string) string {
	l.folders++
	return filepath.Join(l.dir, fmt.Sprintf("%s-%d", name, l.folders))
}

// environ is the user's environment with the build cache of the lab, and with
// neither the user's services nor kata's settings: kata takes the embedded
// servers, as go test does, and no PostgreSQL that may be here. Later entries win.
func (l *lab) environ(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "KATA_") })
	return append(append(env, "GOCACHE="+l.gocache, "GOWORK=off", "NO_COLOR=1", "KATA_SERVICES=embedded"), more...)
}

// ask returns what a command prints, in the current folder and environment.
func (l *lab) ask(name string, args ...string) (string, error) {
	out, err := command{path: name, args: args, env: os.Environ()}.run(l)
	return strings.TrimSpace(out), err
}

// seconds is what a run of the command takes.
func (l *lab) seconds(c command) (float64, error) {
	r, err := c.watch(l, nil)
	if l.options.cpu {
		return r.cpu.Seconds(), err
	}
	return r.wall.Seconds(), err
}
