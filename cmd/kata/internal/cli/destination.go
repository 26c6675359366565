package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// destination is where a result goes: standard output, as it comes, or a file,
// which keeps its old content until the new one is whole.
type destination struct {
	io.Writer
	terminal bool
	name     string // of the file
}

// destination opens standard output, or the file called name after a look at
// whether it can be written.
func (a *app) destination(name string) (destination, error) {
	if name == "" {
		return destination{Writer: a.Stdout, terminal: a.OutTerminal}, nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.Dir, name)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return destination{}, broken("name another file with --output", "write the result to %s: %w", name, bare(err))
	}
	return destination{Writer: new(bytes.Buffer), name: name}, nil
}

// finish ends the writing, of which err is the outcome so far.
func (d destination) finish(err error) error {
	if buffer, ok := d.Writer.(*bytes.Buffer); ok && err == nil {
		err = os.WriteFile(d.name, buffer.Bytes(), 0o644)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC):
		return broken("free some space, then repeat the command", "write the result: %w", bare(err))
	}
	return broken("write to another file with --output", "write the result: %w", bare(err))
}

// bare is an error of the file system without the path, which is told already.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
