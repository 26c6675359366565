package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

const unfinished = ".new-" // begins the names of folders that are being filled

// install fetches and unpacks the archive below dir, where only one process at
// a time does.
func (a archive) install(ctx context.Context, dir string) (folder string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", dir, err)
	}
	defer unlock()
	folder = filepath.Join(dir, a.version)
	if complete(folder) == nil {
		return folder, nil
	}
	if err := discard(filepath.Join(dir, unfinished+"*")); err != nil {
		return "", err
	}
	jar, err := a.fetch(ctx, dir)
	if err != nil {
		return "", err
	}
	if err := a.place(ctx, jar, dir, folder); err != nil {
		return "", err
	}
	return folder, discard(filepath.Join(dir, "*.part"))
}

// discard removes what matches: what killed processes left, or downloads that
// are not needed any more.
func discard(pattern string) error {
	left, err := filepath.Glob(pattern)
	for _, path := range left {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

// place unpacks a jar beside folder and, when it is good, makes it folder.
func (a archive) place(ctx context.Context, jar, dir, folder string) (err error) {
	temp, err := os.MkdirTemp(dir, unfinished)
	if err != nil {
		return fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := unpack(jar, temp); err != nil {
		return fmt.Errorf("unpack %s: %w", a.url, err)
	}
	if err := complete(temp); err != nil {
		return fmt.Errorf("%s: %w", a.url, err)
	}
	if err := runs(ctx, program(temp, "postgres")); err != nil {
		return fmt.Errorf("the PostgreSQL of %s does not run on this machine: %w", a.url, err)
	}
	if err := os.RemoveAll(folder); err != nil { // an incomplete one
		return err
	}
	return os.Rename(temp, folder)
}

// complete wants the programs that the resolver starts.
func complete(folder string) error {
	for _, name := range []string{"postgres", "initdb"} {
		info, err := os.Stat(program(folder, name))
		if err != nil || !info.Mode().IsRegular() {
			return fmt.Errorf("it holds no program bin/%s", name)
		}
	}
	return nil
}

func program(folder, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(folder, "bin", name)
}

// runs asks a program for its version, which takes the libraries that it needs.
func runs(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
