package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// buildLimit bounds one build: a cold compiler on a slow machine.
const buildLimit = 4 * time.Minute

// Build says what to build.
type Build struct {
	Dir     string            // the build's folder
	File    string            // the Dockerfile's path; "" for the one in Dir
	Args    map[string]string // --build-arg
	Secrets map[string]string // --secret: id -> content
}

// BuildError says that the engine could not build.
type BuildError struct {
	Log string // what docker build printed
	Err error
}

func (e *BuildError) Error() string { return "docker build: " + e.Err.Error() }

// Unwrap returns the end of the command.
func (e *BuildError) Unwrap() error { return e.Err }

// Tail returns the log's last n lines that say something.
func (e *BuildError) Tail(n int) string {
	lines := slices.DeleteFunc(strings.Split(e.Log, "\n"), func(l string) bool {
		l = strings.TrimSpace(l)
		return l == "" || strings.HasPrefix(l, "----")
	})
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// Outdated reports whether the engine's own Dockerfile parser gave up: on a
// file that a current one reads, it is too old for the file's syntax.
func (e *BuildError) Outdated() bool {
	for _, says := range []string{"dockerfile parse error", "Dockerfile parse error", "nknown flag: ", "unexpected key '", "unsupported mount type"} {
		if strings.Contains(e.Log, says) {
			return true
		}
	}
	return false
}

// Image is an image that this package has built. It is removed when the test
// ends.
type Image struct {
	ID  string
	Log string // what docker build printed: each step, its output, and CACHED
	e   *Engine
}

// Build builds. The error is a *BuildError when docker build has failed.
func (e *Engine) Build(b Build) (*Image, error) {
	e.t.Helper()
	tmp, err := os.MkdirTemp("", "kata-build-") // TempDir's name may have a comma, which --secret cannot take
	if err != nil {
		return nil, fmt.Errorf("make a folder for docker build: %w", err)
	}
	defer os.RemoveAll(tmp)
	id := filepath.Join(tmp, "id")
	args := []string{"build", "--iidfile", id, "--label", made()}
	if e.modern {
		args = append(args, "--load")
	}
	if b.File != "" {
		args = append(args, "--file", b.File)
	}
	for name, value := range b.Args {
		args = append(args, "--build-arg", name+"="+value)
	}
	number := 0
	for name, value := range b.Secrets {
		file := filepath.Join(tmp, "secret"+strconv.Itoa(number))
		if err := os.WriteFile(file, []byte(value), 0o600); err != nil {
			return nil, fmt.Errorf("hand a secret to docker build: %w", err)
		}
		args = append(args, "--secret", "id="+name+",src="+file)
		number++
	}
	return e.build(id, append(args, b.Dir))
}

func (e *Engine) build(idFile string, args []string) (*Image, error) {
	ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
	defer cancel()
	var log bytes.Buffer
	cmd := e.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &log, &log
	err := cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("not done in %s", buildLimit)
	}
	if err != nil {
		return nil, &BuildError{log.String(), err}
	}
	id, err := os.ReadFile(idFile)
	if err != nil {
		return nil, fmt.Errorf("ask docker build for the image's id: %w", err)
	}
	i := &Image{ID: strings.TrimSpace(string(id)), Log: log.String(), e: e}
	e.t.Cleanup(func() { _, _ = e.docker(time.Minute, "rmi", "-f", i.ID) })
	return i, nil
}

// sealed is the file that the grader puts into every folder of Go code that it
// compiles; a learner's folder has none.
const sealed = "kata_seal.go"

// Copy copies the regular files of the working directory to a folder of the
// test's own and returns it, so that a build can be given changed files. All
// are readable and executable there, as in a checkout of a shared repository.
func (e *Engine) Copy() (string, error) {
	e.t.Helper()
	to := e.t.TempDir()
	if err := copyTree(".", to); err != nil {
		return "", fmt.Errorf("copy the build's folder: %w", err)
	}
	return to, nil
}

func copyTree(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		source, target := filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())
		switch {
		case entry.IsDir():
			if err := os.MkdirAll(target, 0o755); err != nil {
				return err
			}
			if err := copyTree(source, target); err != nil {
				return err
			}
		case entry.Type().IsRegular() && entry.Name() != sealed:
			data, err := os.ReadFile(source)
			if err != nil {
				return err
			}
			if err := os.WriteFile(target, data, 0o755); err != nil {
				return err
			}
		}
	}
	return nil
}
