// Package grader turns a workspace's exercises into verdicts: it reads the
// learner's files, applies the source rules, has the bench build them with the
// hidden tests, runs each one confined, and judges what was reported.
//
// It prints nothing and keeps no progress; callers show and remember.
package grader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// Grader grades one workspace.
type Grader struct {
	Workspace string   // the folder that holds exercises/
	CacheDir  string   // kata's own folder in the user's cache directory
	Assets    fs.FS    // go.mod, go.sum, grader/kit, grader/services
	Environ   []string // as os.Environ returns it
	Version   string   // kata's own version, part of every cache key
	MinimumGo string   // go.mod's go line
	Runner    *run.Runner
	Jobs      int // test processes at once
	Services  services.Choice
	Servers   *services.Resolver // used, and left running, for several gradings; nil: each has its own
	Log       io.Writer          // gets the progress of what takes long; nil: nobody does
}

// Options change one call of Grade.
type Options struct {
	Seed    uint64               // 0 draws one for each exercise
	Fresh   bool                 // judge again even when a verdict is known
	Shuffle bool                 // run top-level hidden tests in an order drawn from the seed
	Strict  bool                 // refuse to run without containment; ignore caches
	Wall    time.Duration        // limits each run instead of the exercise's timeout, where that is longer; 0 does not
	Quick   bool                 // end a run at its first failure: the behaviours after it stay unreached
	Judged  func(verdict.Result) // called as each verdict is there, one call at a time

	// Observed is told what a whole run reported, expected or not; the
	// behaviours packed with the exercise are then not needed.
	Observed func(id string, reported []verdict.Expected)
}

// Grade returns one result for each exercise, in order. A red exercise is not
// an error; errors are kata's or the machine's (bench.ToolchainError,
// bench.BuildError, context errors).
func (g *Grader) Grade(ctx context.Context, exercises []*course.Exercise, o Options) ([]verdict.Result, error) {
	root, err := os.OpenRoot(g.Workspace)
	if err != nil {
		return nil, fmt.Errorf("open the workspace: %w", err)
	}
	defer root.Close()
	work, err := newBatch(ctx, g, o)
	if err != nil {
		return nil, err
	}
	work.learns = true
	for _, e := range exercises {
		reading, err := bench.Read(root, e)
		var refused *bench.RefusedError
		switch {
		case errors.As(err, &refused):
			work.settle(bench.Submission{Exercise: e}, refusedResult(e, refused))
		case err != nil:
			return nil, err
		default:
			work.add(bench.Submission{Exercise: e, Files: reading.Files}, append(reading.Ignored, unused(e, reading.Files)...))
		}
	}
	return work.finish(ctx)
}

// Prepare makes the next grading of e, alone and after an edit, quicker than
// the go command would allow. It changes no verdict; its error may be ignored.
func (g *Grader) Prepare(ctx context.Context, e *course.Exercise) error {
	files, ok, err := g.read(e)
	if err != nil || !ok {
		return err
	}
	work, err := g.openBench(ctx)
	if err != nil {
		return err
	}
	defer work.Close()
	return work.Learn(ctx, []bench.Submission{{Exercise: e, Files: files}})
}

// openBench opens the workspace's build tree for work that grades nothing.
func (g *Grader) openBench(ctx context.Context) (*bench.Bench, error) {
	b, err := newBatch(ctx, g, Options{})
	if err != nil {
		return nil, err
	}
	return bench.Open(g.benchDir(), g.Runner, b.tool, g.Assets, b.digest)
}

// Judge is Grade for given files instead of a workspace's.
func (g *Grader) Judge(ctx context.Context, subs []bench.Submission, o Options) ([]verdict.Result, error) {
	work, err := newBatch(ctx, g, o)
	if err != nil {
		return nil, err
	}
	for _, s := range subs {
		work.add(s, nil)
	}
	return work.finish(ctx)
}

// Started reports whether the learner's files of e differ from the starter.
func (g *Grader) Started(e *course.Exercise) (bool, error) {
	files, ok, err := g.read(e)
	if err != nil || !ok {
		return err == nil, err
	}
	starter, err := e.Starter()
	return err == nil && !sameFiles(files, starter), err
}

// Same reports whether an exercise's files are the same in two workspaces. A
// folder that cannot be taken differs from every other.
func Same(a, b *Grader, e *course.Exercise) (bool, error) {
	x, one, err := a.read(e)
	if err != nil {
		return false, err
	}
	y, other, err := b.read(e)
	return err == nil && one && other && sameFiles(x, y), err
}

// read returns the learner's files of e; ok is false when they are refused.
func (g *Grader) read(e *course.Exercise) (files []course.File, ok bool, err error) {
	root, err := os.OpenRoot(g.Workspace)
	if err != nil {
		return nil, false, fmt.Errorf("open the workspace: %w", err)
	}
	defer root.Close()
	reading, err := bench.Read(root, e)
	var refused *bench.RefusedError
	if errors.As(err, &refused) {
		return nil, false, nil
	}
	return reading.Files, err == nil, err
}

// sameFiles compares without the brief, which is not an answer.
func sameFiles(a, b []course.File) bool {
	index := func(files []course.File) map[string]string {
		m := map[string]string{}
		for _, f := range files {
			if f.Name != "README.md" {
				m[f.Name] = string(f.Data)
			}
		}
		return m
	}
	x, y := index(a), index(b)
	if len(x) != len(y) {
		return false
	}
	for name, data := range x {
		if other, ok := y[name]; !ok || other != data {
			return false
		}
	}
	return true
}

func (g *Grader) benchDir() string {
	return filepath.Join(g.CacheDir, "bench", verdict.Key([]byte(g.Workspace))[:16])
}

// Toolchain finds the go command that builds, and checks its version.
func (g *Grader) Toolchain(ctx context.Context) (*bench.Toolchain, error) {
	tool, err := bench.FindToolchain(ctx, g.Runner, g.Environ, g.CacheDir)
	if err != nil {
		return nil, err
	}
	return tool, tool.Require(g.MinimumGo)
}

// ContainmentError says which layers a strict run misses.
type ContainmentError struct{ Missing []run.Layer }

func (e *ContainmentError) Error() string {
	var names []string
	for _, l := range e.Missing {
		names = append(names, l.Name)
	}
	return "strict: this machine cannot contain learner code: it lacks " + strings.Join(names, ", ")
}

// demandContainment fails with a *ContainmentError unless every layer holds.
func (g *Grader) demandContainment(ctx context.Context) error {
	missing := slices.DeleteFunc(g.Runner.Containment(ctx), func(l run.Layer) bool { return l.Held })
	if len(missing) > 0 {
		return &ContainmentError{missing}
	}
	return nil
}

// Program builds one of the embedded programs, such as "grader/services/page",
// and returns the binary.
func (g *Grader) Program(ctx context.Context, folder string) (string, error) {
	work, err := g.openBench(ctx)
	if err != nil {
		return "", err
	}
	defer work.Close()
	return work.Program(ctx, folder)
}

// ServiceStates tells for every service where it would come from.
func (g *Grader) ServiceStates(ctx context.Context) []services.State {
	return services.States(ctx, g.ServiceConfig())
}

// TimeService starts what would serve a service, ends it, and returns what the
// start took; see services.Time.
func (g *Grader) TimeService(ctx context.Context, name string) (time.Duration, error) {
	c := g.ServiceConfig()
	c.Program = g.Program
	return services.Time(ctx, c, name)
}

// InstallService fetches a service's programs; see services.Install.
func (g *Grader) InstallService(ctx context.Context, name, repository, version string) (folder string, err error) {
	c := g.ServiceConfig()
	c.Program = g.Program
	return services.Install(ctx, c, name, repository, version)
}

// ServiceConfig is what a resolver of this grader's services works with; it
// cannot build programs yet.
func (g *Grader) ServiceConfig() services.Config {
	mod, _ := fs.ReadFile(g.Assets, "go.mod") // without it versions are not told
	return services.Config{Choice: g.Services, Environ: g.Environ, CacheDir: g.CacheDir, Runner: g.Runner, Log: g.Log, GoMod: string(mod)}
}
