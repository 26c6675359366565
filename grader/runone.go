package grader

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// runOne runs one submission's hidden tests in a process of their own and
// settles what it reported.
func (b *batch) runOne(ctx context.Context, work *bench.Bench, resolver *services.Resolver, p pending, binary string) {
	seed := b.seed()
	r, err := b.measure(ctx, work, resolver, p, binary, seed)
	if ctx.Err() != nil {
		return // interrupted: no verdict is better than a wrong one
	}
	if err != nil {
		r = errorResult(p.Submission, err)
	}
	r.Seed = seed
	b.remember(p.key, r)
	b.settle(p.Submission, r)
}

func (b *batch) measure(ctx context.Context, work *bench.Bench, resolver *services.Resolver, p pending, binary string, seed uint64) (verdict.Result, error) {
	served, err := resolver.Resolve(ctx, p.Exercise.Services)
	if err != nil {
		return verdict.Result{}, err
	}
	behaviours, err := p.Exercise.Behaviours()
	if err != nil && b.Observed == nil {
		return verdict.Result{}, err
	}
	home, err := os.MkdirTemp("", "kata-run-")
	if err != nil {
		return verdict.Result{}, fmt.Errorf("make a folder for the run: %w", err)
	}
	defer os.RemoveAll(home)
	out, err := b.Runner.Run(ctx, b.command(p, served, work.Folder(p.Submission), binary, home, seed))
	if err != nil {
		return verdict.Result{}, err
	}
	stream, err := verdict.Parse(bytes.NewReader(out.Report), out.Secret)
	if err != nil {
		return verdict.Result{}, err
	}
	if b.Observed != nil && stream.Whole {
		b.Observed(p.ID(), verdict.Observed(stream))
	}
	return allowAbsence(verdict.Judge(expected(behaviours), stream, ending(out)), p.Exercise.Services), nil
}

// command is the test process of one submission. It is confined in every layer
// that the machine has: except from the network when a service lives outside,
// and not at all when its tests drive a container engine.
func (b *batch) command(p pending, served services.Served, folder, binary, home string, seed uint64) run.Command {
	c := run.Command{
		Path: binary, Dir: folder, Wall: p.Exercise.Timeout,
		Env:  append(served.Env, "HOME="+home, "TMPDIR="+home, "TZ=UTC", "LANG=C.UTF-8"),
		Plan: fmt.Appendf(nil, "%s\n%d\n%t\n", p.ID(), seed, b.Shuffle),
	}
	if served.Engine {
		c.Env = append(c.Env, "PATH="+b.tool.Path())
		return c
	}
	c.Confine = &run.Confine{Scratch: home, HostNetwork: served.Outside}
	if !served.Outside {
		c.Network = served.Network
	}
	return c
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
