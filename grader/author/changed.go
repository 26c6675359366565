package author

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
)

const gitLimit = time.Minute

// Changed returns those of the exercises that differ from the merge base with
// a Git revision, or whose hidden tests use a part of the kit that does.
func (a *Author) Changed(ctx context.Context, exercises []*course.Exercise, revision string) ([]*course.Exercise, error) {
	names, err := a.changedFiles(ctx, revision)
	if err != nil {
		return nil, err
	}
	var list []*course.Exercise
	for _, e := range exercises {
		hidden, err := e.HiddenTests()
		if err != nil {
			return nil, err
		}
		if concerns(names, e.ID(), hidden) {
			list = append(list, e)
		}
	}
	return list, nil
}

// concerns reports whether one of the changed files has a part in an exercise.
func concerns(names []string, id string, hidden []course.File) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		for _, tree := range []string{"exercises/", "solutions/"} {
			if strings.HasPrefix(name, tree+id+"/") {
				return true
			}
		}
		if !strings.HasPrefix(name, "grader/kit/") || strings.HasSuffix(name, "_test.go") {
			return false
		}
		return slices.ContainsFunc(hidden, func(f course.File) bool { return strings.Contains(string(f.Data), `"`+kitPath+path.Dir(name)+`"`) })
	})
}

const kitPath = "github.com/kata-go/kata/"

// changedFiles lists slash paths below the root, of files that Git knows or
// that are new.
func (a *Author) changedFiles(ctx context.Context, revision string) ([]string, error) {
	base, err := a.git(ctx, "merge-base", "--end-of-options", revision, "HEAD")
	if err != nil {
		return nil, err
	}
	changed, err := a.git(ctx, "diff", "--name-only", "--no-renames", "-z", "--relative", strings.TrimSpace(base))
	if err != nil {
		return nil, err
	}
	fresh, err := a.git(ctx, "ls-files", "--others", "--exclude-standard", "-z")
	return strings.FieldsFunc(changed+fresh, func(r rune) bool { return r == 0 }), err
}

func (a *Author) git(ctx context.Context, args ...string) (string, error) {
	out, err := a.Grader.Runner.Tool(ctx, run.Command{Path: "git", Args: args, Dir: a.Root, Env: a.Grader.Environ, Wall: gitLimit})
	if err == nil && out.ExitCode != 0 {
		err = errors.New(strings.TrimSpace(string(out.Stderr)))
	}
	if err != nil {
		return "", fmt.Errorf("find what changed: git %s: %w", args[0], err)
	}
	return string(out.Stdout), nil
}
