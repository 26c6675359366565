package grader

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
)

// Step is one piece of work that need not wait until it is needed.
type Step struct {
	Name string
	// Do does it and says what is there then.
	Do func(ctx context.Context) (string, error)
}

// WarmSteps compile what the first gradings of the exercises would compile:
// the standard library, dependencies, and the server programs that would serve
// them here.
func (g *Grader) WarmSteps(exercises []*course.Exercise) []Step {
	steps := []Step{{"packages", func(ctx context.Context) (string, error) { return g.compile(ctx, exercises) }}}
	for _, folder := range services.Programs(g.ServiceConfig(), needed(exercises)) {
		steps = append(steps, g.programStep(folder))
	}
	return steps
}

// PrefetchSteps fetch every module and build every program, so that gradings
// need no network.
func (g *Grader) PrefetchSteps(exercises []*course.Exercise) ([]Step, error) {
	steps := []Step{{"modules", g.fetchModules}, {"packages", func(ctx context.Context) (string, error) { return g.compile(ctx, exercises) }}}
	mains, err := fs.Glob(g.Assets, "grader/services/*/main.go")
	for _, file := range mains {
		steps = append(steps, g.programStep(path.Dir(file)))
	}
	if g.Services == services.Docker {
		for _, name := range services.WithImages() {
			steps = append(steps, Step{name, func(ctx context.Context) (string, error) {
				_, err := g.TimeService(ctx, name)
				return "its container starts", err
			}})
		}
	}
	return steps, err
}

func (g *Grader) programStep(folder string) Step {
	return Step{path.Base(folder), func(ctx context.Context) (string, error) {
		_, err := g.Program(ctx, folder)
		return "its program is built", err
	}}
}

// fetchModules holds the build tree meanwhile.
func (g *Grader) fetchModules(ctx context.Context) (string, error) {
	work, err := g.openBench(ctx)
	if err != nil {
		return "", err
	}
	defer work.Close()
	n, err := work.FetchModules(ctx)
	return fmt.Sprintf("%d modules are here", n), err
}

// compile compiles for the starters.
func (g *Grader) compile(ctx context.Context, exercises []*course.Exercise) (string, error) {
	var subs []bench.Submission
	for _, e := range exercises {
		files, err := e.Starter()
		if err != nil {
			return "", err
		}
		s := bench.Submission{Exercise: e, Files: files}
		tried, err := trials(s)
		if err != nil {
			return "", err
		}
		subs = append(subs, pending{Submission: s, trials: tried}.submissions()...)
	}
	work, err := g.openBench(ctx)
	if err != nil {
		return "", err
	}
	defer work.Close()
	return fmt.Sprintf("the standard library and what %d exercises need are compiled", len(exercises)), work.Compile(ctx, subs)
}

// needed are the services that exercises name, each once.
func needed(exercises []*course.Exercise) []string {
	var names []string
	for _, e := range exercises {
		names = append(names, e.Services...)
	}
	return names
}
