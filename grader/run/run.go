// Package run starts processes: test processes that hold learner code, the
// long-lived service programs beside them, and the go command. It is the only
// package of the grader that does.
//
// It owns their whole life: clean environment, inherited descriptors, limits,
// containment and the death of everything they started. It must never know
// what an exercise, a behaviour or a verdict is: it hands back bytes and the
// way a process ended.
package run

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// Limits of what is kept of a process's output, in bytes.
const (
	defaultOutputCap = 1 << 20  // per stream of a test process or service
	toolOutputCap    = 16 << 20 // per stream of a tool: the go command's JSON is long
	reportCap        = 4 << 20  // sealed report
	dumpAllowance    = 1 << 18  // more standard error for the goroutine dump after the wall limit
)

// Pauses in the ending of a process.
const (
	dumpTime  = 300 * time.Millisecond // from the request for a goroutine dump to the kill
	drainTime = 500 * time.Millisecond // how long output may still arrive after the death of the process
	stopTime  = time.Second            // from the end of a service's standard input to the kill
	readyTime = 10 * time.Second       // for the first line of a service whose Command has no Wall
)

// Command is one process to be.
type Command struct {
	Path string   // program; Run and Start take it as it is, Tool looks a bare name up in Env's PATH
	Args []string // arguments after the program's name
	Dir  string   // working directory; empty: the caller's
	Env  []string // the whole environment; nothing is inherited
	// Stdin is the process's standard input; nil is an empty one. Start ignores
	// it: a service's standard input stays open and silent until Stop.
	Stdin io.Reader
	// Wall bounds the process's life; for Start, the time until its first line
	// of output. Zero: no limit (Start: 10 s).
	Wall      time.Duration
	OutputCap int64 // bytes kept of each stream; zero: 1 MiB (Tool: 16 MiB)
	// Plan is sent with a fresh secret over an inherited descriptor, and a
	// sealed report is expected back (see grader/kit/seal). Nil: neither. Secret
	// and plan together are at most 64 KiB.
	Plan    []byte
	Confine *Confine // nil: no containment beyond the process group
	Network *Network // where the process lives; nil: a private network when confined, else the host's
	User    int      // user and group to become, without Confine, on Unix, when kata is root; zero: stay
	// Memory and CPU bound, on Linux and without Confine, each single process
	// that the program becomes: bytes of data, processor time. Zero: no limit.
	Memory         int64
	CPU            time.Duration
	Stdout, Stderr io.Writer // receive the output as it comes; nil: kept for Outcome
}

// Outcome is how a process ended and what it left.
type Outcome struct {
	ExitCode       int    // -1 when a signal ended it
	Signal         string // "SIGKILL" and so on, or empty
	TimedOut       bool   // the wall limit was reached; Stderr ends with Go's goroutine dump where the process gave one
	Flooded        bool   // killed for more output or report than the cap; the first part is kept
	Stdout, Stderr []byte // nil for a stream that Command redirected
	Report         []byte // the sealed report as it arrived, unverified
	Secret         []byte // what the report's authentication codes are keyed with
	Elapsed        time.Duration
	// PeakMemory is the largest resident size in bytes, 0 if unknown. On Linux
	// the kernel counts what the starting process had too: an upper bound.
	PeakMemory int64
	Layers     []string // containment that held, by the names of AllLayers
	Missing    []string // containment that was asked for and is not to be had here
}

// Runner starts processes. Its zero value is ready; one Runner serves a whole
// program, concurrently, so that what the machine can contain is probed once.
type Runner struct {
	confinement probed
}

// New returns a Runner.
func New() *Runner { return &Runner{} }

// Run starts c and waits for its end, which comes at the latest at the wall
// limit or with ctx, and takes everything that c started along. The error is
// for a process that could not be started or confined, and for ctx; however
// the process itself ended is in the Outcome.
func (r *Runner) Run(ctx context.Context, c Command) (Outcome, error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, fmt.Errorf("run %s: %w", filepath.Base(c.Path), err)
	}
	s := newSession()
	if err := r.launch(ctx, s, c); err != nil {
		return Outcome{}, fmt.Errorf("run %s: %w", filepath.Base(c.Path), err)
	}
	s.attend(ctx, c.Wall)
	out := s.outcome()
	if err := ctx.Err(); err != nil && s.cancelled {
		return out, fmt.Errorf("run %s: %w", filepath.Base(c.Path), err)
	}
	return out, nil
}

// Tool runs a trusted program of the machine, such as the go command: no
// sealed report, no containment, a larger cap, and a bare Path is looked up in
// the PATH of c.Env. Errors are as for Run; a tool that exits with another
// code than 0 is no error.
func (r *Runner) Tool(ctx context.Context, c Command) (Outcome, error) {
	path, err := lookPath(c.Path, c.Env)
	if err != nil {
		return Outcome{}, err
	}
	c.Path, c.Plan, c.Confine = path, nil, nil
	if c.OutputCap == 0 {
		c.OutputCap = toolOutputCap
	}
	return r.Run(ctx, c)
}
