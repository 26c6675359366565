package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/run"
)

// buildModes are the go command's defaults, where this package knows them. On
// other systems nothing is learnt.
var buildModes = map[string]string{"linux": "exe", "darwin": "pie", "windows": "pie"}

// Learn finds out how submissions are built together. A later Build of the
// same, after an edit that changes no imports, then calls the compiler and the
// linker itself. Learning what is known already costs a few file reads. An
// unusual package is no error; it is built by the go command as before.
func (b *Bench) Learn(ctx context.Context, subs []Submission) error {
	for _, group := range divide(subs) {
		if err := b.learnGroup(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bench) learnGroup(ctx context.Context, subs []Submission) error {
	suites, _, err := b.stage(subs)
	if err != nil || buildModes[runtime.GOOS] == "" {
		return err
	}
	n := name(suites)
	if r := b.recipe(n); r != nil && b.holds(r) {
		return nil
	}
	r, err := b.inquire(ctx, "./main/"+n)
	if errors.Is(err, errUnusual) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("learn how to build: %w", err)
	}
	return b.keep(n, r)
}

// holds reports whether no unit has other files or imports than it had.
func (b *Bench) holds(r *recipe) bool {
	return !slices.ContainsFunc(r.Units, func(u *unit) bool {
		s, err := b.tree.source(u.Dir)
		return err != nil || !u.fits(s)
	})
}

// listed is a package as `go list -json` prints it.
type listed struct {
	ImportPath, Dir, Export, Name string
	GoFiles                       []string
	Module                        struct{ GoVersion string }
}

// inquire asks the go command for the compiled packages of a main package.
func (b *Bench) inquire(ctx context.Context, pkg string) (*recipe, error) {
	env, err := b.tool.BuildEnv(ctx)
	if err != nil {
		return nil, err
	}
	told, err := b.tool.env(ctx, "GOTOOLDIR")
	if err != nil {
		return nil, err
	}
	args := append([]string{"list", "-deps", "-export", "-json=ImportPath,Dir,Export,Name,GoFiles,Module"}, append(sameBuild(), pkg)...)
	out, err := b.runner.Tool(ctx, run.Command{Path: b.tool.Go, Dir: b.tree.dir, Env: env, Wall: buildLimit, Args: args, OutputCap: 64 << 20})
	if err != nil {
		return nil, err
	}
	if out.ExitCode != 0 {
		return nil, errUnusual
	}
	r := &recipe{Digest: b.digest, Tools: told["GOTOOLDIR"], Exports: map[string]string{}}
	for d := json.NewDecoder(bytes.NewReader(out.Stdout)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return r, nil
		} else if err != nil {
			return nil, err
		}
		if err := b.learn(r, p); err != nil {
			return nil, err
		}
	}
}

// sameBuild are the flags that change what is compiled.
func sameBuild() []string {
	return []string{
		"-mod=readonly", "-trimpath", "-buildvcs=false", "-gcflags=" + module + "/...=-dwarf=false",
		"-gcflags=" + module + "/" + hiddenRoot + "/...=-dwarf=false " + strings.Join(plain(hiddenRoot), " "),
	}
}

// hiddenRoot is the folder above all staged hidden tests.
const hiddenRoot = "hidden"

// plain are the flags that turn optimisation off for a folder of hidden tests:
// measured over 111 copies of one, compiling took 15.7 s of processor time
// instead of 28.4 s. Learner code is always optimised.
func plain(folder string) []string {
	if first, _, _ := strings.Cut(folder, "/"); first == hiddenRoot {
		return []string{"-N", "-l"}
	}
	return nil
}

// learn adds one package to a recipe.
func (b *Bench) learn(r *recipe, p listed) error {
	dir, staged := strings.CutPrefix(filepath.ToSlash(p.Dir), filepath.ToSlash(b.tree.dir)+"/")
	if !staged || strings.HasPrefix(dir, "grader/") {
		if p.Export != "" { // unsafe has none
			r.Exports[p.ImportPath] = p.Export
		}
		return nil
	}
	s, err := b.tree.source(dir)
	if err != nil {
		return err
	}
	if !slices.Equal(s.files, p.GoFiles) || p.Export == "" {
		return errUnusual
	}
	seen, err := face(p.Export)
	if err != nil {
		return err
	}
	u := &unit{Path: p.ImportPath, Dir: dir, Name: s.name, Files: s.files, Imports: s.imports, Archive: p.Export, Face: seen}
	u.Key, r.Lang = r.key(u, s), language(p.Module.GoVersion)
	r.Units = append(r.Units, u)
	return nil
}

// language returns the compiler's name for a go.mod's version: "go1.26" for
// "1.26.0".
func language(version string) string {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return "go" + major + "." + minor
}
