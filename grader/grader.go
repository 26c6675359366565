// Package grader turns a workspace's exercises into verdicts: it reads the
// learner's files, applies the source rules, has the bench build them with the
// hidden tests, runs each one confined, and judges what was reported.
//
// It prints nothing and keeps no progress; callers show and remember.
package grader

import (
	"context"
	"io"
	"io/fs"
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
	Seed    uint64               // 0 draws one for each exercise; a verdict is known for the seed that was asked for
	Fresh   bool                 // judge again even when a verdict is known
	Shuffle bool                 // run top-level hidden tests in an order drawn from the seed
	Strict  bool                 // refuse to run without containment; ignore caches
	Wall    time.Duration        // limits each run instead of the exercise's timeout, where that is longer; 0 does not
	Quick   bool                 // end a run at its first failure: the behaviours after it stay unreached
	Crowd   bool                 // code of strangers is in the binary and may be why something fails: such a failure is not remembered
	Judged  func(verdict.Result) // called as each verdict is there, one call at a time

	// Due says of a failure, by the submission's ID, that it had to come. It is
	// remembered then even where a server, or a busy machine, may fail what is
	// right. It may be called by several goroutines at once.
	Due func(id string, r verdict.Result) bool

	// Observed is told what a whole run reported, expected or not; the
	// behaviours packed with the exercise are then not needed.
	Observed func(id string, reported []verdict.Expected)
}

// Grade returns one result for each exercise, in order. A red exercise is not
// an error; errors are kata's or the machine's (bench.ToolchainError,
// bench.BuildError, context errors).
func (g *Grader) Grade(ctx context.Context, exercises []*course.Exercise, o Options) ([]verdict.Result, error) {
	folders, err := g.Read(exercises)
	if err != nil {
		return nil, err
	}
	return g.GradeFolders(ctx, folders, o)
}

// GradeFolders is Grade for what was read of the workspace before.
func (g *Grader) GradeFolders(ctx context.Context, folders []Folder, o Options) ([]verdict.Result, error) {
	work, err := newBatch(ctx, g, o)
	if err != nil {
		return nil, err
	}
	work.learns = true
	for _, f := range folders {
		if f.refused != nil {
			work.settle(bench.Submission{Exercise: f.Exercise}, refusedResult(f.Exercise, f.refused))
			continue
		}
		work.add(bench.Submission{Exercise: f.Exercise, Files: f.Files}, append(slices.Clone(f.Ignored), unused(f.Exercise, f.Files)...))
	}
	return work.finish(ctx)
}

// Prepare makes the next grading of e, alone and after an edit, quicker than
// the go command would allow. It changes no verdict; its error may be ignored.
func (g *Grader) Prepare(ctx context.Context, e *course.Exercise) error {
	f, err := g.readOne(e)
	if err != nil || f.refused != nil {
		return err
	}
	work, err := g.openBench(ctx)
	if err != nil {
		return err
	}
	defer work.Close()
	return work.Learn(ctx, []bench.Submission{{Exercise: e, Files: f.Files}})
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

// Exports returns the compiled packages that a submission's code may import, by
// import path.
func (g *Grader) Exports(ctx context.Context, s bench.Submission) (map[string]string, error) {
	work, err := g.openBench(ctx)
	if err != nil {
		return nil, err
	}
	defer work.Close()
	return work.Exports(ctx, s)
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
