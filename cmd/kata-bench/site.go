package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// site is a copy of the repository with a kata built from it, and a workspace
// whose learner has solved everything.
type site struct {
	lab       *lab
	repo      string
	kata      string
	workspace string
	cache     string // kata's
	exercises []*course.Exercise
	given     []string          // addresses of services for go test
	originals map[string][]byte // files that editors change, as they were
}

// newSite copies the repository, lets change, which may be nil, put another
// course into the copy, and builds kata there.
func newSite(l *lab, change func(repo string) error) (*site, error) {
	s := &site{lab: l, repo: l.folder("repo"), workspace: l.folder("workspace"), cache: l.folder("cache"), originals: map[string][]byte{}}
	s.kata = filepath.Join(s.repo, "kata.exe")
	if err := copyRepository(l, s.repo); err != nil {
		return nil, err
	}
	if change != nil {
		if err := change(s.repo); err != nil {
			return nil, err
		}
	}
	c, err := course.Load(os.DirFS(s.repo))
	if err != nil {
		return nil, err
	}
	s.exercises = course.Order(c)
	if change == nil && len(l.options.course) > 0 {
		if s.exercises, err = c.Match(l.options.course...); err != nil {
			return nil, err
		}
	}
	if err := s.solve(); err != nil {
		return nil, err
	}
	_, err = s.goCommand("build", "-o", s.kata, "./cmd/kata").run(l)
	return s, err
}

// copyRepository copies what git knows or would add.
func copyRepository(l *lab, to string) error {
	list, err := l.ask("git", "-C", l.source, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.Trim(list, "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(l.source, name))
		if os.IsNotExist(err) {
			continue // deleted, and git has not been told
		}
		if err == nil {
			err = write(filepath.Join(to, name), data)
		}
		if err != nil {
			return fmt.Errorf("copy the repository: %w", err)
		}
	}
	return nil
}

// solve makes the workspace: every starter, with the solution's files over it.
func (s *site) solve() error {
	for _, e := range s.exercises {
		starter, err := e.Starter()
		if err != nil {
			return err
		}
		solution, err := e.Solution()
		if err != nil {
			return err
		}
		for _, f := range append(starter, solution...) {
			if err := write(filepath.Join(s.workspace, filepath.FromSlash(e.Dir()), filepath.FromSlash(f.Name)), f.Data); err != nil {
				return err
			}
		}
		manifest := filepath.Join("exercises", e.Track, "track.toml")
		data, err := os.ReadFile(filepath.Join(s.repo, manifest))
		if err == nil {
			err = write(filepath.Join(s.workspace, manifest), data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// kataCommand is a run of kata in the workspace.
func (s *site) kataCommand(args ...string) command {
	return command{path: s.kata, args: args, dir: s.workspace, env: s.lab.environ("XDG_CACHE_HOME=" + s.cache)}
}

// goCommand is a run of the go command in the copy of the repository, in the
// user's environment.
func (s *site) goCommand(args ...string) command {
	return command{path: "go", args: args, dir: s.repo, env: s.lab.environ()}
}

// goTest tests the solutions of exercises with the go command. It builds
// without cgo, as kata does, which is the faster way.
func (s *site) goTest(exercises []*course.Exercise, flags ...string) command {
	args := append([]string{"test"}, flags...)
	for _, e := range exercises {
		args = append(args, "./solutions/"+e.ID())
	}
	c := s.goCommand(args...)
	c.env = append(append(c.env, "CGO_ENABLED=0"), s.given...)
	return c
}

func write(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
