package author

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/update"
)

// systems are those that a workspace is made for.
var systems = []string{"linux", "darwin", "windows"}

// needs lists what the exercises are built from, and what their briefs allow
// to build from: modules, and packages of kata's own.
func (a *Author) needs(ctx context.Context) (packed, error) {
	tool, err := a.Grader.Toolchain(ctx)
	if err != nil {
		return packed{}, err
	}
	env, err := tool.BuildEnv(ctx)
	if err != nil {
		return packed{}, err
	}
	var found []string
	for _, system := range systems {
		for _, args := range a.listings() {
			out, err := a.Grader.Runner.Tool(ctx, run.Command{Path: tool.Go, Args: args, Dir: a.Root, Env: append(slices.Clone(env), "GOOS="+system), Wall: time.Minute})
			if err == nil && out.ExitCode != 0 {
				err = fmt.Errorf("go list: %s", strings.TrimSpace(string(out.Stderr)))
			}
			if err != nil {
				return packed{}, fmt.Errorf("list what the exercises need: %w", err)
			}
			found = append(found, needsOf(string(out.Stdout))...)
		}
	}
	slices.Sort(found)
	return packed{update.NeedsFile, []byte(strings.Join(slices.Compact(found), "\n") + "\n")}, nil
}

// listings are the arguments of the go command that print packages and their
// modules: of the exercises with their tests, and of what briefs allow.
func (a *Author) listings() [][]string {
	list := []string{"list", "-deps", "-f", "{{with .Module}}{{$.ImportPath}} {{.Path}}{{end}}"}
	all := [][]string{append(slices.Clone(list), "-test", "./exercises/...")}
	if allowed := a.allowed(); len(allowed) > 0 {
		all = append(all, append(list, allowed...))
	}
	return all
}

// needsOf turns listed packages into what a workspace needs for them: modules,
// and folders of kata's own packages.
func needsOf(listed string) []string {
	var found []string
	for line := range strings.Lines(listed) {
		fields := strings.Fields(line) // a test variant has its package between the two
		switch {
		case len(fields) < 2:
		case fields[len(fields)-1]+"/" != kitPath:
			found = append(found, fields[len(fields)-1])
		case strings.HasPrefix(fields[0], kitPath+"grader/"):
			found = append(found, strings.TrimPrefix(fields[0], kitPath))
		}
	}
	return found
}

// allowed are the packages of modules that briefs allow, imported or not.
func (a *Author) allowed() []string {
	var paths []string
	for _, t := range a.Course.Tracks {
		for _, e := range t.Exercises {
			for _, p := range e.Imports {
				if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") {
					paths = append(paths, p)
				}
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
