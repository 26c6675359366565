package bench

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/verdict"
)

// buildLimit bounds one go build: long enough to compile the standard library
// and every dependency on a slow machine.
const buildLimit = 15 * time.Minute

// What one process of a build may use: several times of what the largest
// package does that an exercise depends on, SQLite in Go, and far less than
// code does that is built to stop a compiler.
const (
	buildMemory = 4 << 30
	buildCPU    = 5 * time.Minute
)

// problems are the compiler's complaints by the failing package's import path.
type problems map[string][]verdict.Problem

// readProblems reads the events of `go build -json`.
func readProblems(events []byte) problems {
	return verdict.CompileProblems(events, func(file string) string {
		return strings.TrimPrefix(strings.TrimPrefix(filepath.ToSlash(file), "./"), module+"/")
	})
}

// below returns the problems of the packages in and below a staged folder.
func (p problems) below(folder string) []verdict.Problem {
	var found []verdict.Problem
	for _, pkg := range slices.Sorted(maps.Keys(p)) {
		if rel := strings.TrimPrefix(pkg, module+"/"); rel == folder || strings.HasPrefix(rel, folder+"/") {
			found = append(found, p[pkg]...)
		}
	}
	return found
}

func (p problems) first() string {
	for _, pkg := range slices.Sorted(maps.Keys(p)) {
		return pkg + ": " + p[pkg][0].Message
	}
	return ""
}

// BuildError is a failure to build that no submission caused.
type BuildError struct{ Output, Hint string }

func (e *BuildError) Error() string { return e.Output }

func buildError(out run.Outcome) error {
	text := strings.TrimSpace(string(out.Stderr))
	switch {
	case out.TimedOut:
		return &BuildError{fmt.Sprintf("go build did not end within %s", buildLimit), "kata doctor"}
	case strings.Contains(text, "no space left"):
		return &BuildError{"go build: the disk is full", "free some space, then: kata doctor"}
	case strings.Contains(text, "dial tcp"), strings.Contains(text, "no such host"), strings.Contains(text, "module lookup disabled"):
		return &BuildError{"go build could not download a module: " + last(text), "connect to the network once (later runs work offline), or set GOPROXY, then: kata doctor"}
	}
	if text == "" {
		text = last(string(out.Stdout))
	}
	return &BuildError{"go build failed: " + last(text), "kata doctor"}
}

// last returns the last line of text that says something.
func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
