// Program container runs one service in a container, through testcontainers-go.
//
//	container SPEC    a JSON object as spec has it
//
// It owns the container's life and is the same towards kata as the embedded
// servers: it prints one line, the address, and ends when its standard input
// does. The container is labelled with the path of a folder whose lock is held
// as long as it is wanted; the janitor removes it also after kill -9 of kata and
// of this program, and what even that missed goes at the next start.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kata-go/kata/grader/services/janitor"
	"github.com/kata-go/kata/grader/services/pulse"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
)

const (
	pullTime  = 9 * time.Minute
	startTime = 2 * time.Minute
	sweepTime = 10 * time.Second
	prefix    = "kata-container-" // of the folders
)

// spec says what runs; it is services.image with an image that may be built.
type spec struct {
	Service string
	Ref     string
	Build   string // a folder with a Dockerfile, instead of Ref
	Port    int
	Env     []string
	Args    []string
	Log     string
	Times   int
	Exec    []string
	Address string
}

func main() {
	if err := quiet(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) == 3 && os.Args[1] == janitor.Word {
		_ = janitor.Watch(os.Stdin, func() error { return clean(os.Args[2]) })
		return
	}
	if err := serve(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// quiet turns the library's own reaper off, a container more from an image
// more whose work the janitor does, and its log.
func quiet() error {
	log.SetDefault(log.NewNoopLogger())
	return os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
}

// clean removes what carries the folder's path, then the folder.
func clean(folder string) error {
	ctx, cancel := context.WithTimeout(context.Background(), sweepTime)
	defer cancel()
	err := remove(ctx, func(name string) bool { return name == folder })
	return errors.Join(err, janitor.Remove(folder))
}

func read(args []string) (s spec, err error) {
	if len(args) != 1 {
		return s, errors.New("container: want one argument, the specification")
	}
	if err := json.Unmarshal([]byte(args[0]), &s); err != nil {
		return s, fmt.Errorf("container: read the specification: %w", err)
	}
	return s, nil
}

func serve(args []string, in io.Reader, out io.Writer) (err error) {
	s, err := read(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started := make(chan testcontainers.Container, 1)
	ended := make(chan error, 1)
	go func() { // a learner who gives up while an image is pulled
		defer cancel()
		ended <- pulse.Answer(in, out, func() error { return well(ctx, started) })
	}()
	folder, err := janitor.NewFolder(prefix)
	if err != nil {
		return fmt.Errorf("make a folder for the container of %s: %w", s.Service, err)
	}
	cleaner, err := folder.Watched()
	if err != nil {
		return errors.Join(err, os.RemoveAll(folder.Path))
	}
	defer func() { err = errors.Join(err, cleaner.End()) }()
	if err := answers(ctx); err != nil {
		return fmt.Errorf("the container of %s: %w", s.Service, err)
	}
	sweep(ctx)
	c, address, err := start(ctx, s, folder.Path)
	if err != nil {
		return fmt.Errorf("the container of %s: %w", s.Service, err)
	}
	started <- c
	if _, err := fmt.Fprintln(out, address); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return <-ended
}
