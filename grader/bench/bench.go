package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/sync/errgroup"
)

// Failure is what the compiler said of a submission.
type Failure struct {
	Problems []verdict.Problem // at least one; files as the learner knows them
	Hidden   bool              // they are about the hidden tests' use of its API
}

// Bench is one workspace's build tree, held by this process until Close.
type Bench struct {
	// Linking, unless nil, is called in Build as soon as all code has compiled;
	// before the go command, which does not tell, as soon as that starts. It may
	// be called again, and by several goroutines at once.
	Linking func()

	tree    tree
	tool    *Toolchain
	runner  *run.Runner
	digest  string // of the assets and the toolchain
	unlock  func()
	staging sync.Mutex // of files that two binaries may share
}

// Open locks and prepares the build tree in dir; it waits for another kata
// that holds it. assets holds go.mod, go.sum, grader/kit and grader/services;
// digest identifies their content.
func Open(dir string, runner *run.Runner, tool *Toolchain, assets fs.FS, digest string) (*Bench, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the build tree: %w", err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
	if err != nil {
		return nil, fmt.Errorf("lock the build tree %s: %w", dir, err)
	}
	b := &Bench{tree: tree{filepath.Join(dir, "src")}, tool: tool, runner: runner, digest: digest + tool.Version, unlock: unlock}
	err = b.tree.thin()
	if err == nil {
		err = b.tree.copyAssets(assets, digest)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return b, nil
}

// Close releases the build tree.
func (b *Bench) Close() { b.unlock() }

// Folder is where a submission's own files are: the working directory of its
// run.
func (b *Bench) Folder(s Submission) string { return b.tree.path(s.folder()) }

// Build is what became of some submissions.
type Build struct {
	Binaries map[string]string  // submission ID -> what runs it, unless it failed
	Failures map[string]Failure // submission ID -> what the compiler said
	Direct   bool               // the go command was not needed
}

// Build stages the submissions and links them: those to exercises about Go code
// into one binary, and into another, which edits seldom change, those to
// exercises about other files; what is to stay apart, into binaries of its own.
// A submission that does not compile is left out and reported in Failures. An
// error means that something could not be built and that it is not a learner's
// fault.
func (b *Bench) Build(ctx context.Context, subs []Submission) (Build, error) {
	groups := divide(subs)
	built := make([]Build, len(groups))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for i, group := range groups {
		work.Go(func() (err error) {
			built[i], err = b.build(ctx, group)
			return err
		})
	}
	err := work.Wait()
	return joined(built), err
}

// joined is all of some builds.
func joined(list []Build) Build {
	all := Build{Binaries: map[string]string{}, Failures: map[string]Failure{}, Direct: true}
	for _, one := range list {
		maps.Copy(all.Binaries, one.Binaries)
		maps.Copy(all.Failures, one.Failures)
		all.Direct = all.Direct && one.Direct
	}
	return all
}

// divide tells what may share a binary: submissions to exercises about Go code
// do not with those about files of other kinds. None of the groups is empty.
func divide(subs []Submission) (groups [][]Submission) {
	places := map[string]int{}
	for _, s := range subs {
		key := fmt.Sprint(s.Exercise.Kind == course.KindFile, s.Apart)
		place, known := places[key]
		if !known {
			place, groups = len(groups), append(groups, nil)
			places[key] = place
		}
		groups[place] = append(groups[place], s)
	}
	return groups
}

// build links submissions into one binary.
func (b *Bench) build(ctx context.Context, subs []Submission) (Build, error) {
	result := Build{Binaries: map[string]string{}, Failures: map[string]Failure{}, Direct: true}
	for len(subs) > 0 {
		suites, inputs, err := b.stage(subs)
		if err != nil {
			return result, err
		}
		binary, failed, direct, err := b.link(ctx, suites, inputs)
		if err != nil {
			return result, err
		}
		if len(failed) == 0 {
			result.Direct = direct
			for _, s := range subs {
				result.Binaries[s.ID()] = binary
			}
			return result, nil
		}
		left := dropFailed(subs, failed, result.Failures)
		if len(left) == len(subs) {
			return result, &BuildError{"go build failed outside the exercises: " + failed.first(), "kata doctor"}
		}
		subs = left
	}
	return result, nil
}

// dropFailed files each package's problems under its submission and returns
// the submissions that had none.
func dropFailed(subs []Submission, problems problems, failures map[string]Failure) []Submission {
	var left []Submission
	seen := twins{}
	for _, s := range subs {
		built := seen.first(s)
		if found := problems.below(built.folder()); len(found) > 0 {
			for i := range found {
				found[i].File = s.Exercise.Dir() + strings.TrimPrefix(found[i].File, built.folder())
			}
			failures[s.ID()] = Failure{Problems: found}
		} else if found := problems.below(built.hiddenFolder()); len(found) > 0 {
			for i := range found {
				found[i].File = s.Exercise.Dir() + turnedBack(strings.TrimPrefix(found[i].File, built.hiddenFolder()))
			}
			failures[s.ID()] = Failure{Problems: found, Hidden: s.Tests == nil}
		} else {
			left = append(left, s)
		}
	}
	return left
}

// stage lays all files out and returns the suites, and a digest of everything
// that the binary depends on.
func (b *Bench) stage(subs []Submission) ([]suite, string, error) {
	b.staging.Lock()
	defer b.staging.Unlock()
	inputs := sha256.New()
	fmt.Fprintln(inputs, b.digest, runtime.GOOS, runtime.GOARCH)
	var suites []suite
	seen, turned := twins{}, map[string]hidden{}
	for _, s := range subs {
		built := seen.first(s)
		h, known := turned[built.ID()]
		var err error
		if !known {
			h, err = b.stageOne(built)
			turned[built.ID()] = h
		}
		if err == nil && built.ID() != s.ID() {
			err = b.tree.sync(s.folder(), append(slices.Clone(s.Files), h.data...))
		}
		if err != nil {
			return nil, "", err
		}
		suites = append(suites, suite{s.ID(), module + "/" + built.hiddenFolder(), h.tests})
		fmt.Fprintln(inputs, s.ID(), built.ID())
		if known {
			continue
		}
		for _, f := range slices.Concat(h.files, built.Files) {
			if strings.HasSuffix(f.Name, ".go") {
				fmt.Fprintf(inputs, "%s %s %d\n%s", built.ID(), f.Name, len(f.Data), f.Data)
			}
		}
	}
	return suites, hex.EncodeToString(inputs.Sum(nil)), nil
}

func (b *Bench) stageOne(s Submission) (hidden, error) {
	files, err := s.Tests, error(nil)
	if files == nil {
		files, err = s.Exercise.HiddenTests()
	}
	if err != nil {
		return hidden{}, err
	}
	from := []string{module + "/solutions/" + s.Exercise.ID(), module + "/" + s.Exercise.Dir()}
	h, err := turn(files, from, module+"/"+s.folder())
	if err != nil {
		return hidden{}, err
	}
	if err := b.tree.sync(s.hiddenFolder(), h.files); err != nil {
		return hidden{}, err
	}
	return h, b.tree.sync(s.folder(), append(withSeal(s.Own()), h.data...))
}

// link builds the binary of suites unless it stands there, built from the same
// inputs.
func (b *Bench) link(ctx context.Context, suites []suite, inputs string) (binary string, failed problems, direct bool, err error) {
	main, err := generateMain(suites)
	if err != nil {
		return "", nil, false, fmt.Errorf("generate the test main: %w", err)
	}
	n := name(suites)
	if err := b.tree.write(path.Join("main", n, "main.go"), main); err != nil {
		return "", nil, false, fmt.Errorf("stage: %w", err)
	}
	binary = b.tree.path(path.Join("bin", n+exe))
	mark := binary + markEnding
	if old, err := os.ReadFile(mark); err == nil && string(old) == inputs && exists(binary) {
		return binary, nil, true, nil
	}
	_ = os.Remove(mark)
	failed, direct, err = b.direct(ctx, n, binary)
	if err == nil && !direct {
		b.linking()
		failed, err = b.goBuild(ctx, binary, "./main/"+n)
	}
	if err != nil || len(failed) > 0 {
		return "", failed, false, err
	}
	return binary, nil, direct, os.WriteFile(mark, []byte(inputs), 0o644)
}

func (b *Bench) linking() {
	if b.Linking != nil {
		b.Linking()
	}
}

func exists(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular()
}

// markEnding is that of the file beside a binary that tells what it was built
// from.
const markEnding = ".inputs"

var exe = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

// Program builds one of the embedded main packages, such as
// "grader/services/redis", and returns the binary.
func (b *Bench) Program(ctx context.Context, folder string) (string, error) {
	binary := b.tree.path(path.Join("bin", strings.ReplaceAll(folder, "/", "_")+exe))
	mark := binary + markEnding
	if old, err := os.ReadFile(mark); err == nil && string(old) == b.digest && exists(binary) {
		return binary, nil
	}
	failed, err := b.goBuild(ctx, binary, "./"+folder)
	if err != nil {
		return "", err
	}
	if len(failed) > 0 {
		return "", fmt.Errorf("build %s: %s", folder, failed.first())
	}
	return binary, os.WriteFile(mark, []byte(b.digest), 0o644)
}

// linkFlags leave out what only a debugger reads, and tell package testing that
// it is in a test binary.
var linkFlags = []string{"-s", "-w", "-X", "testing.testingBinary=1"}

// goBuild runs `go build`: it links a main package into binary or, when that is
// "", compiles packages into the build cache. What the compiler says of packages
// is returned as problems; any other failure as an error.
func (b *Bench) goBuild(ctx context.Context, binary string, pkgs ...string) (problems, error) {
	env, err := b.tool.BuildEnv(ctx)
	if err != nil {
		return nil, err
	}
	args := []string{"build", "-json", "-ldflags=" + strings.Join(linkFlags, " ")}
	if binary != "" {
		args = append(args, "-o", binary)
	}
	out, err := b.runner.Tool(ctx, run.Command{
		Path: b.tool.Go, Dir: b.tree.dir, Env: env, Wall: buildLimit, Memory: buildMemory, CPU: buildCPU,
		Args: slices.Concat(args, sameBuild(), pkgs),
	})
	if err != nil {
		return nil, fmt.Errorf("run go build: %w", err)
	}
	if out.ExitCode == 0 {
		return nil, nil
	}
	failed := readProblems(out.Stdout)
	if out.TimedOut || len(failed) == 0 {
		return nil, buildError(out)
	}
	return failed, nil
}
