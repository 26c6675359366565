package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/verdict"
)

// past is a workspace's exercises as they were at a revision.
type past struct {
	ref string
	dir *run.Folder // a temporary workspace
	g   *grader.Grader
}

// at lays the exercises of a git revision out. close removes them.
func (a *app) at(ctx context.Context, g *grader.Grader, dir, ref string) (*past, error) {
	temp, err := g.Runner.NewFolder("kata-since-")
	if err != nil {
		return nil, broken("free some space, then repeat the command", "make a folder for the exercises at %s: %w", ref, err)
	}
	then := *g
	then.Workspace = temp.Path
	p := &past{ref, temp, &then}
	if err := p.checkOut(ctx, gitIn(a, g, dir)); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *past) close() { _ = p.dir.Close() }

// git runs the git command in a folder.
type git func(ctx context.Context, stdin []byte, args ...string) ([]byte, error)

func gitIn(a *app, g *grader.Grader, dir string) git {
	return func(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
		env := []string{"PATH=" + a.Env("PATH"), "HOME=" + a.Env("HOME"), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}
		out, err := g.Runner.Tool(ctx, run.Command{
			Path: "git", Dir: dir, Env: env, Wall: time.Minute, OutputCap: 256 << 20, Stdin: bytes.NewReader(stdin),
			Args: append([]string{"-c", "safe.directory=" + dir, "-c", "core.fsmonitor=false"}, args...),
		})
		if err != nil {
			return nil, err
		}
		if out.ExitCode != 0 {
			return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(out.Stderr)))
		}
		return out.Stdout, nil
	}
}

// checkOut writes the regular files of exercises/ as they are in the revision.
// No filter, hook or attribute of the repository has a part in it.
func (p *past) checkOut(ctx context.Context, git git) error {
	hint := "git log, for a revision that is there"
	if strings.HasPrefix(p.ref, "-") {
		return usage(hint, "%q is no revision", p.ref)
	}
	list, err := git(ctx, nil, "ls-tree", "-r", "-z", p.ref+"^{commit}", "--", "exercises/")
	if err != nil {
		return broken(hint, "list the exercises at %s: %w", p.ref, err)
	}
	names, ids := blobs(string(list))
	if len(names) == 0 {
		return broken(hint, "there are no exercises at %s", p.ref)
	}
	contents, err := git(ctx, []byte(strings.Join(ids, "\n")+"\n"), "cat-file", "--batch")
	if err != nil {
		return broken(hint, "read the exercises at %s: %w", p.ref, err)
	}
	return p.write(names, contents)
}

// blobs reads `git ls-tree -z`: the names of regular files and their ids.
func blobs(list string) (names, ids []string) {
	for entry := range strings.SplitSeq(list, "\x00") {
		head, name, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(head)
		if ok && len(fields) == 3 && strings.HasPrefix(fields[0], "100") && filepath.IsLocal(name) {
			names, ids = append(names, name), append(ids, fields[2])
		}
	}
	return names, ids
}

// write reads `git cat-file --batch`: for each name a line with id, type and
// size, the content, and a newline.
func (p *past) write(names []string, contents []byte) error {
	for _, name := range names {
		head, rest, _ := bytes.Cut(contents, []byte("\n"))
		fields := strings.Fields(string(head))
		size, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil || size+1 > len(rest) {
			return fmt.Errorf("git cat-file answers %q for %s", head, name)
		}
		file := filepath.Join(p.dir.Path, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, rest[:size], 0o644); err != nil {
			return err
		}
		contents = rest[size+1:]
	}
	return nil
}

// differing are the exercises whose files differ between then and now.
func (p *past) differing(now *grader.Grader, all []*course.Exercise) ([]*course.Exercise, error) {
	var list []*course.Exercise
	for _, e := range all {
		same, err := grader.Same(now, p.g, e)
		if err != nil {
			return nil, err
		}
		if !same {
			list = append(list, e)
		}
	}
	return list, nil
}

// regressions are the exercises that passed then and do not pass now.
func (p *past) regressions(ctx context.Context, results []verdict.Result, c *course.Course) ([]string, error) {
	var red []*course.Exercise
	for _, r := range results {
		if e, err := c.Find(r.Exercise); err == nil && r.Status == verdict.Fail {
			red = append(red, e)
		}
	}
	before, err := p.g.Grade(ctx, red, grader.Options{})
	if err != nil {
		return nil, err
	}
	var list []string
	for _, r := range before {
		if r.Status == verdict.Pass {
			list = append(list, r.Exercise)
		}
	}
	return list, nil
}
