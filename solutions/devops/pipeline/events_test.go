package pipeline_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/workflow"
)

const file = "ship.yml"

// occasion is one thing that happens, with all events that it is told by.
type occasion []workflow.Event

func (o occasion) String() string {
	text, _, _ := strings.Cut(o[0].String(), " (pull_request")
	return text
}

// event fills in what does not matter.
func event(t testing.TB, name, branch string) workflow.Event {
	r := kit.Rand(t)
	return workflow.Event{
		Name: name, Branch: branch, Commit: fmt.Sprintf("%040x", r.Uint64()), Run: 100 + r.IntN(100), Paths: []string{"parcels.go"},
		Files: map[string]string{"go.mod": "m", "go.sum": kit.Word(r, 6), "parcels.go": kit.Word(r, 6), "deploy.sh": "d", ".github/workflows/ship.yml": "s"},
	}
}

func push(t testing.TB, branch string) workflow.Event { return event(t, "push", branch) }

// later is the next push to main, which leaves go.sum as it is.
func later(t testing.TB) workflow.Event {
	e := push(t, "main")
	e.Commit, e.Run, e.Files["parcels.go"] = strings.Repeat("beef", 10), e.Run+1, kit.Word(kit.Rand(t), 7)
	return e
}

// pulls returns pull requests to main, one occasion for each action.
func pulls(t testing.TB, fork bool, actions ...string) []occasion {
	var list []occasion
	for _, action := range actions {
		var o occasion
		for _, name := range []string{"pull_request", "pull_request_target"} {
			e := event(t, name, "main")
			e.Action, e.Fork, e.Commit, e.Run = action, fork, strings.Repeat("c0ffee", 7)[:40], e.Run+2
			o = append(o, e)
		}
		list = append(list, o)
	}
	return list
}

// everything returns what the rights of a workflow are looked at for.
func everything(t testing.TB) []workflow.Event {
	list := []workflow.Event{push(t, "main"), push(t, kit.Word(kit.Rand(t), 6))}
	for _, o := range append(pulls(t, false, "opened"), pulls(t, true, "opened")...) {
		list = append(list, o...)
	}
	return list
}

// world returns what the workflow meets. Of its tests, the failing one fails.
func world(failing *int) workflow.World {
	n := 0
	return workflow.World{Secrets: []string{"DEPLOY_TOKEN"}, Caches: &workflow.Caches{}, Exec: func(_ *workflow.Step, c workflow.Command) (string, int) {
		switch {
		case isTest(c):
			n++
			if failing != nil && n-1 == *failing {
				return "--- FAIL: TestParcel\nFAIL\n", 1
			}
			return "ok\n", 0
		case c.Is("go", "env", "GOMODCACHE"):
			return "/home/runner/go/pkg/mod\n", 0
		case c.Is("go", "env", "GOCACHE"):
			return "/home/runner/.cache/go-build\n", 0
		}
		return "", 0
	}}
}

// call is one start of a program.
type call struct {
	step    *workflow.Step
	command workflow.Command
}

type calls []call

func (c calls) any() bool { return len(c) > 0 }

func (c call) at() string { return kit.Line(file, c.step.Line) }

// where tells the job, and its part of the matrix.
func (c call) where() string {
	text := " in the job " + c.step.Job.ID
	var of []string
	for _, k := range slices.Sorted(keys(c.step.Job.Matrix)) {
		of = append(of, fmt.Sprintf("%s: %v", k, c.step.Job.Matrix[k]))
	}
	if len(of) > 0 {
		text += " (" + strings.Join(of, ", ") + ")"
	}
	return text
}

func keys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func isTest(c workflow.Command) bool {
	return c.Is("go", "test") && slices.Contains(c.Args, "./...")
}

// tests and deploys return the starts of go test ./... and of deploy.sh.
func tests(r *workflow.Run) calls { return find(r, isTest) }

func deploys(r *workflow.Run) calls {
	return find(r, func(c workflow.Command) bool { return c.Is("deploy.sh") })
}

func find(r *workflow.Run, is func(workflow.Command) bool) calls {
	var list calls
	for _, s := range r.Steps() {
		for _, c := range s.Commands {
			if is(c) {
				list = append(list, call{s, c})
			}
		}
	}
	return list
}

// place is where the events run such a program, or the file's beginning.
func place(f *workflow.File, of func(*workflow.Run) calls, events ...workflow.Event) string {
	for _, e := range events {
		for _, c := range of(f.Run(e, world(nil))) {
			return c.at()
		}
	}
	return kit.Line(file, 1)
}

// problems tells what failed in a run in which every program succeeds.
func problems(r *workflow.Run) string {
	var b strings.Builder
	for _, s := range r.Problems() {
		if s.Problem != "" {
			fmt.Fprintf(&b, "%s: %s\n", kit.Line(file, s.Line), s.Problem)
		}
	}
	return b.String()
}

func counted(got map[string]int) string {
	if len(got) == 0 {
		return "by no run"
	}
	var list []string
	for _, v := range []string{"1.25", "1.26", "another"} {
		if got[v] > 0 || v != "another" {
			list = append(list, fmt.Sprintf("%d times with %s", got[v], v))
		}
	}
	return strings.Join(list, ", ")
}

var release = regexp.MustCompile(`1\.(\d+|x)`)

// version returns "1.25", "1.26" or "another": what the tests run with. Go 1.26
// is the newest.
func version(c call) string {
	asked := c.command.Env["GOTOOLCHAIN"]
	if !strings.HasPrefix(asked, "go1.") {
		asked = installed(c)
	}
	switch word := strings.TrimSpace(asked); {
	case word == "stable", strings.HasPrefix(word, "^1."), strings.HasPrefix(word, ">="), word == "1", release.FindString(word) == "1.x":
		return "1.26"
	case word == "oldstable":
		return "1.25"
	case slices.Contains([]string{"1.25", "1.26"}, release.FindString(word)):
		return release.FindString(word)
	}
	return "another"
}

// installed returns the version that the last setup-go before the tests was
// asked for, or that of the container.
func installed(c call) string {
	version := ""
	if image, tag, _ := strings.Cut(c.step.Image, ":"); path.Base(image) == "golang" {
		version = tag
	}
	for _, s := range c.step.Job.Steps {
		if s == c.step {
			break
		}
		if s.Uses == "actions/setup-go" {
			version = s.With["go-version"]
			if name := s.With["go-version-file"]; version == "" && name != "" {
				version = "1.25" // which is what go.mod says
			}
		}
	}
	return version
}

// kept reports whether the modules were found before the tests began.
func kept(c call) bool {
	for _, s := range c.step.Job.Steps {
		if s == c.step {
			break
		}
		if s.Restored != "" && (s.Uses == "actions/setup-go" || slices.ContainsFunc(strings.Fields(s.With["path"]), modules(s))) {
			return true
		}
	}
	return false
}

// modules knows the folder of the modules.
func modules(s *workflow.Step) func(string) bool {
	return func(p string) bool {
		p = strings.TrimRight(p, "/*")
		return strings.Contains(p+"/", "go/pkg/") || path.Base(p) == "go" || p == s.Env["GOMODCACHE"]
	}
}

// caches tells what the cache steps before a call looked for.
func caches(c call) string {
	text := ""
	for _, s := range c.step.Job.Steps {
		if key := s.With["key"]; key != "" {
			text += fmt.Sprintf("\n%s looked for %q", kit.Line(file, s.Line), key)
		}
	}
	return text
}
