// Program local starts a server program that was found on this machine, in
// private: a free loopback port, a temporary folder, a user that is not root.
//
//	local postgres BIN CACHE    BIN holds postgres and initdb; CACHE keeps an empty cluster
//	local postgres              the same with what is found on this machine, and nothing kept
//	local redis PROGRAM         redis-server or valkey-server
//
// It owns the server's folder and life, and is the same towards kata as the
// embedded servers: it prints one line, the address, and ends when its standard
// input does. Nothing is left then, and neither is after kill -9 of this
// program or of the server (see grader/services/janitor).
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/kata-go/kata/grader/services/janitor"
	"github.com/kata-go/kata/grader/services/place"
)

// The server dies with the thread that starts it, so that must be one that
// lasts.
func init() { runtime.LockOSThread() }

func main() {
	if len(os.Args) > 2 && os.Args[1] == janitor.Word {
		_ = janitor.Watch(os.Stdin, func() error { return janitor.Remove(os.Args[2]) })
		return
	}
	if err := serve(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// product is one kind of server.
type product interface {
	name() string
	// prepare fills the folder, as the user who the server will be.
	prepare(folder string, who user) error
	command(folder string, port int) []string
	// greet asks the server at addr whether it takes clients.
	greet(addr string) error
	address(addr string) string
}

func find(args []string) (product, error) {
	switch {
	case len(args) == 3 && args[0] == "postgres":
		return postgres{args[1], args[2]}, nil
	case len(args) == 1 && args[0] == "postgres":
		return found()
	case len(args) == 2 && args[0] == "redis":
		return redis{args[1]}, nil
	}
	return nil, fmt.Errorf("local: want postgres BIN CACHE, or redis PROGRAM, not %q", args)
}

// found is the PostgreSQL of this machine.
func found() (product, error) {
	folders := place.List(os.Getenv("PATH"))
	for _, pattern := range place.Postgres() {
		folders = append(folders, place.Newest(pattern)...)
	}
	path, ok := place.Find(folders, []string{"postgres"}, []string{"initdb"})
	if !ok {
		return nil, errors.New("there is no PostgreSQL on this machine")
	}
	return postgres{bin: filepath.Dir(path)}, nil
}

// serve runs until in ends, or the server does.
func serve(args []string, in io.Reader, out io.Writer) (err error) {
	p, err := find(args)
	if err != nil {
		return err
	}
	folder, err := janitor.NewFolder("kata-local-")
	if err != nil {
		return fmt.Errorf("make a folder for %s: %w", p.name(), err)
	}
	cleaner, err := folder.Watched()
	if err != nil {
		return errors.Join(err, os.RemoveAll(folder.Path))
	}
	defer func() { err = errors.Join(err, cleaner.End()) }()
	s, err := start(p, folder.Path, cleaner)
	if err != nil {
		return err
	}
	defer s.stop()
	if _, err := fmt.Fprintln(out, p.address(s.addr)); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return s.until(in, out)
}
