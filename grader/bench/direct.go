package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/kata-go/kata/grader/run"
)

// direct builds a binary as its recipe says. Where it cannot tell, done is
// false and the go command has to: it must never answer otherwise than that
// would.
func (b *Bench) direct(ctx context.Context, n, binary string) (failed problems, done bool, err error) {
	r := b.recipe(n)
	if r == nil {
		return nil, false, nil
	}
	env, err := b.tool.BuildEnv(ctx)
	if err != nil {
		return nil, false, err
	}
	d := &directly{Bench: b, recipe: r, folder: recipeFolder(n), env: append(env, "GOROOT=")}
	for _, wave := range r.waves() {
		if failed, done, err = d.renewAll(ctx, wave); err != nil || !done || len(failed) > 0 {
			return failed, done, err
		}
	}
	b.linking()
	if done, err = d.link(ctx, binary); err != nil || !done {
		return nil, false, err
	}
	return nil, true, b.keep(n, r)
}

// directly is one build without the go command.
type directly struct {
	*Bench
	*recipe
	folder string // of the recipe, a slash path in the tree
	env    []string
}

// renewAll renews units that do not import one another, as many at a time as
// there are processors.
func (d *directly) renewAll(ctx context.Context, units []*unit) (failed problems, done bool, err error) {
	config, err := d.config()
	if err != nil {
		return nil, false, err
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	failed, done = problems{}, true
	for _, u := range units {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			found, fine, problem := d.renew(ctx, u, config)
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(failed, found)
			done, err = done && fine, errors.Join(err, problem)
		})
	}
	group.Wait()
	return failed, done, err
}

// renew compiles u again if its source, or what it sees of other units, changed.
func (d *directly) renew(ctx context.Context, u *unit, config string) (failed problems, done bool, err error) {
	s, err := d.tree.source(u.Dir)
	if err != nil || !u.fits(s) {
		return nil, false, nil
	}
	key := d.key(u, s)
	if key == u.Key {
		return nil, true, nil
	}
	archive := d.tree.path(path.Join(d.folder, key+".a"))
	if failed, done, err = d.compile(ctx, u, config, archive); err != nil || !done || len(failed) > 0 {
		return failed, done, err
	}
	seen, err := face(archive)
	if err != nil {
		return nil, false, nil
	}
	u.Archive, u.Key, u.Face = archive, key, seen
	return nil, true, nil
}

// compile runs the compiler as the go command does.
func (d *directly) compile(ctx context.Context, u *unit, config, archive string) (failed problems, done bool, err error) {
	args := []string{
		"-o", archive, "-trimpath", d.tree.path(u.Dir) + "=>" + u.Path, "-p", pathOf(u), "-lang=" + d.Lang, "-complete",
		"-goversion", d.tool.Version, "-c=" + strconv.Itoa(min(4, runtime.NumCPU())), "-dwarf=false", "-nolocalimports", "-importcfg", config, "-pack",
	}
	args = append(args, plain(u.Dir)...)
	for _, f := range u.Files {
		args = append(args, "./"+path.Join(u.Dir, f))
	}
	out, err := d.tools(ctx, "compile", args)
	if err != nil || out.ExitCode == 0 && !out.TimedOut {
		return nil, err == nil, err
	}
	return complaints(u, out)
}

// pathOf is the path under which the compiler knows a package.
func pathOf(u *unit) string {
	if u.Name == "main" {
		return "main"
	}
	return u.Path
}

// complaints reads what the compiler said as the go command would report it.
// An error that is not the code's is left to the go command.
func complaints(u *unit, out run.Outcome) (failed problems, done bool, err error) {
	text := string(out.Stdout) + string(out.Stderr)
	if out.ExitCode != compileError || strings.Contains(text, "could not import") || strings.Contains(text, "internal compiler error") {
		return nil, false, nil
	}
	event, err := json.Marshal(map[string]string{"ImportPath": u.Path, "Action": "build-output", "Output": text})
	if err != nil {
		return nil, false, err
	}
	failed = readProblems(event)
	return failed, len(failed) > 0, nil
}

// compileError is the compiler's exit code when the code is at fault.
const compileError = 2

// link links the binary; done is false when the linker found a fault.
func (d *directly) link(ctx context.Context, binary string) (done bool, err error) {
	config, err := d.config()
	if err != nil {
		return false, err
	}
	args := append([]string{"-o", binary, "-importcfg", config, "-buildmode=" + buildModes[runtime.GOOS]}, linkFlags...)
	out, err := d.tools(ctx, "link", append(args, d.Units[len(d.Units)-1].Archive))
	return err == nil && out.ExitCode == 0 && !out.TimedOut, err
}

// config writes the importcfg and returns its name.
func (d *directly) config() (string, error) {
	name := path.Join(d.folder, "importcfg")
	if err := d.tree.write(name, d.recipe.config()); err != nil {
		return "", fmt.Errorf("stage: %w", err)
	}
	return d.tree.path(name), nil
}

// tools runs one of the toolchain's own programs in the tree.
func (d *directly) tools(ctx context.Context, program string, args []string) (run.Outcome, error) {
	file := filepath.Join(d.Tools, program+exe)
	if _, err := os.Stat(file); err != nil {
		return run.Outcome{ExitCode: -1}, nil // the go command knows better
	}
	out, err := d.runner.Tool(ctx, run.Command{Path: file, Dir: d.tree.dir, Env: d.env, Wall: buildLimit, Memory: buildMemory, CPU: buildCPU, Args: args})
	if err != nil {
		return out, fmt.Errorf("run the %ser: %w", strings.TrimSuffix(program, "e"), err)
	}
	return out, nil
}
