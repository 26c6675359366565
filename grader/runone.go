package grader

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// runOne runs one submission's hidden tests in a process of their own and
// settles what it reported.
func (b *batch) runOne(ctx context.Context, work *bench.Bench, resolver *services.Resolver, p pending, binaries map[string]string) {
	seed := b.seed()
	measure := b.measure
	if len(p.trials) > 0 {
		measure = b.measureTrials
	}
	r, err := measure(ctx, work, resolver, p, binaries, seed)
	if ctx.Err() != nil {
		return // interrupted: no verdict is better than a wrong one
	}
	if err != nil {
		r = errorResult(p.Submission, err)
	}
	if len(p.trials) == 0 { // else the seed decides no more than an order
		r.Seed = seed
	}
	switch {
	case r.Status == verdict.Fail && b.Due != nil && b.Due(p.ID(), r):
		b.keep(p.key, r)
	case r.Status == verdict.Pass || !p.fickle():
		b.remember(p.key, r)
	}
	b.settle(p.Submission, r)
}

func (b *batch) measure(ctx context.Context, work *bench.Bench, resolver *services.Resolver, p pending, binaries map[string]string, seed uint64) (verdict.Result, error) {
	behaviours, err := p.Exercise.Behaviours()
	if err != nil && b.Observed == nil {
		return verdict.Result{}, err
	}
	own := p.Tests != nil
	stream, end, err := b.execute(ctx, work, resolver, p.Submission, binaries, manner{seed: seed, order: b.order(), quick: b.Quick, own: own})
	if err != nil {
		return verdict.Result{}, err
	}
	if own {
		return verdict.JudgeOwn(stream, end), nil
	}
	if b.Observed != nil && stream.Whole {
		b.Observed(p.ID(), verdict.Observed(stream))
	}
	return allowAbsence(verdict.Judge(expected(behaviours), stream, end), p.Exercise.Services), nil
}

// manner is how a suite is run.
type manner struct {
	seed  uint64
	order order
	quick bool // it ends with its first failure
	own   bool // the tests are the learner's
}

// order is how the harness arranges the top-level tests.
type order string

const (
	ofFiles  order = ""
	shuffled order = "shuffled" // by the seed
	reversed order = "reversed"
)

func (b *batch) order() order {
	if b.Shuffle {
		return shuffled
	}
	return ofFiles
}

// execute runs one submission and returns its report and how it ended.
func (b *batch) execute(ctx context.Context, work *bench.Bench, resolver *services.Resolver, s bench.Submission, binaries map[string]string, m manner) (verdict.Stream, verdict.Ending, error) {
	served, err := resolver.Resolve(ctx, s.Exercise.Services)
	if err != nil {
		return verdict.Stream{}, verdict.Ending{}, err
	}
	home, err := os.MkdirTemp(b.runs.Path, "")
	if err != nil {
		return verdict.Stream{}, verdict.Ending{}, fmt.Errorf("make a folder for the run: %w", err)
	}
	defer os.RemoveAll(home)
	out, err := b.Runner.Run(ctx, b.command(s, served, work.Folder(s), binaries[s.ID()], home, m))
	if err == nil {
		err = resolver.Lost(s.Exercise.Services)
	}
	if err != nil {
		return verdict.Stream{}, verdict.Ending{}, err
	}
	stream, err := verdict.Parse(bytes.NewReader(out.Report), out.Secret)
	return stream, ending(out), err
}

// toolProcesses is how many processes a program that the tests start may come
// to, its own children included.
const toolProcesses = 32

// command is the test process of one submission. It is confined in every layer
// that the machine has: except from the network when a service lives outside,
// and not at all when its tests drive a container engine.
func (b *batch) command(s bench.Submission, served services.Served, folder, binary, home string, m manner) run.Command {
	c := run.Command{
		Path: binary, Dir: folder, Wall: b.wall(s.Exercise),
		Env:  slices.Concat(served.Env, s.Environ(), []string{"HOME=" + home, "TMPDIR=" + home, "TZ=UTC", "LANG=C.UTF-8"}),
		Plan: fmt.Appendf(nil, "%s\n%d\n%s\n%t\n%t\n", s.ID(), m.seed, m.order, m.quick, m.own),
	}
	if served.Engine {
		c.Env = append(c.Env, b.tool.Environ("PATH", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "XDG_RUNTIME_DIR")...)
		return c
	}
	c.Confine = &run.Confine{Scratch: home, HostNetwork: served.Outside, Programs: served.Tools, Processes: toolProcesses * len(served.Tools)}
	if !served.Outside {
		c.Network = served.Network
	}
	return c
}

// wall is how long a run of e may take.
func (b *batch) wall(e *course.Exercise) time.Duration {
	if b.Wall > 0 {
		return min(b.Wall, e.Timeout)
	}
	return e.Timeout
}

func ending(out run.Outcome) verdict.Ending {
	return verdict.Ending{
		ExitCode: out.ExitCode, Signal: out.Signal, TimedOut: out.TimedOut, Flooded: out.Flooded,
		Stdout: out.Stdout, Stderr: out.Stderr, Seconds: out.Elapsed.Seconds(),
	}
}

// allowAbsence lets an exercise pass whose optional service was not there: what
// needs it was skipped, and everything else holds.
func allowAbsence(r verdict.Result, names []string) verdict.Result {
	optional := slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, "?") })
	passed, _ := r.Count()
	if r.Status == verdict.Skip && r.Problem == nil && optional && passed > 0 {
		r.Status = verdict.Pass
	}
	return r
}
