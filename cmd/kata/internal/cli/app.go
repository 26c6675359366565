package cli

import (
	"cmp"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services"
)

// app is one command line's world and flags, and what commands share.
type app struct {
	World
	workspaceFlag string
	servicesFlag  string
	course        *course.Course
	servers       *services.Resolver // of a command that grades again and again; nil: each grading has its own
}

func newApp(w World) *app { return &app{World: w} }

// out prints on standard output.
func (a *app) out() *report.Printer { return a.printer(a.Stdout, a.OutTerminal) }

// errs prints on standard error.
func (a *app) errs() *report.Printer { return a.printer(a.Stderr, a.ErrTerminal) }

func (a *app) printer(w io.Writer, terminal bool) *report.Printer {
	return report.New(w, report.Style{Width: a.Width, Colour: terminal && a.mayColour()})
}

// loadCourse reads the embedded course.
func (a *app) loadCourse() (*course.Course, error) {
	if a.course != nil {
		return a.course, nil
	}
	c, err := course.Load(a.Files)
	if err != nil {
		return nil, broken("this binary is damaged; rebuild it: go build ./cmd/kata", "read the course: %w", err)
	}
	a.course = c
	return c, nil
}

// workspace is a folder with exercises/, and what kata keeps beside it.
type workspace struct {
	dir   string
	store *progress.Store
}

// openWorkspace finds the workspace from the flag or upwards from the working
// directory.
func (a *app) openWorkspace() (workspace, error) {
	if a.workspaceFlag != "" {
		dir := a.workspaceFlag
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(a.Dir, dir)
		}
		if !isWorkspace(dir) {
			return workspace{}, broken("kata --workspace DIR, with the folder that holds exercises/", "%s is no kata workspace: it has no exercises/ with a track in it", dir)
		}
		return workspace{dir, progress.Open(dir)}, nil
	}
	for dir := a.Dir; ; dir = filepath.Dir(dir) {
		if isWorkspace(dir) {
			return workspace{dir, progress.Open(dir)}, nil
		}
		if dir == filepath.Dir(dir) {
			return workspace{}, broken("git clone https://github.com/kata-go/kata && cd kata", "there is no kata workspace in %s or above it; go into your clone of kata, or make one", a.Dir)
		}
	}
}

// isWorkspace says whether dir/exercises holds at least one track.
func isWorkspace(dir string) bool {
	tracks, err := filepath.Glob(filepath.Join(dir, "exercises", "*", "track.toml"))
	return err == nil && len(tracks) > 0
}

// session is what most commands need: the course, the workspace, its state.
type session struct {
	workspace
	course *course.Course
	state  progress.State
}

func (a *app) open() (session, error) {
	c, err := a.loadCourse()
	if err != nil {
		return session{}, err
	}
	w, err := a.openWorkspace()
	if err != nil {
		return session{}, err
	}
	state, notice, err := w.store.Load()
	if err != nil {
		return session{}, err
	}
	a.notice(notice)
	a.warnStale(w.dir)
	state.Rename(c.Renames())
	return session{w, c, state}, nil
}

// notice tells on standard error what happened to the progress file.
func (a *app) notice(n progress.Notice) {
	if n != "" {
		a.errs().Note(string(n))
	}
}

// save changes the state under its lock.
func (a *app) save(s *session, change func(*progress.State) error) error {
	notice, err := s.store.Update(func(st *progress.State) error {
		st.Rename(s.course.Renames())
		if err := change(st); err != nil {
			return err
		}
		s.state = *st
		return nil
	})
	a.notice(notice)
	return err
}

// exercise is the one named, or the current one when no name is given.
func (s session) exercise(args []string) (*course.Exercise, error) {
	if len(args) == 0 {
		return s.current(), nil
	}
	for _, t := range s.course.Tracks {
		if t.Name == args[0] {
			return nil, usage("kata list "+t.Name, "%q is a track; name one of its exercises", t.Name)
		}
	}
	return s.course.Find(args[0])
}

// current is the exercise that the learner is at: the one chosen last, else
// the first that has not passed, else the course's last.
func (s session) current() *course.Exercise {
	if e, err := s.course.Find(s.state.Current); err == nil && s.state.Current != "" {
		return e
	}
	all := course.Order(s.course)
	if i := slices.IndexFunc(all, func(e *course.Exercise) bool { return !s.passed(e) }); i >= 0 {
		return all[i]
	}
	return all[len(all)-1]
}

func (s session) passed(e *course.Exercise) bool { return !s.state.Exercise(e.ID()).Passed.IsZero() }

// grader returns a grader of the workspace.
func (a *app) grader(dir string) (*grader.Grader, error) {
	choice, err := services.ParseChoice(cmp.Or(a.servicesFlag, a.Env("KATA_SERVICES")))
	if err != nil {
		return nil, usage("kata --services env|docker|local|embedded", "%w", err)
	}
	cache, err := a.cacheDir(dir)
	if err != nil {
		return nil, err
	}
	return &grader.Grader{
		Workspace: dir, CacheDir: cache, Assets: a.Files, Environ: a.Environ, Version: engine(),
		MinimumGo: minimumGo(a.Files), Runner: run.New(), Jobs: runtime.NumCPU(), Services: choice, Servers: a.servers, Log: a.Stderr,
	}, nil
}

// cacheDir is kata's folder in the user's cache directory, or inside the
// workspace for a user without a home.
func (a *app) cacheDir(workspace string) (string, error) {
	for _, base := range []string{a.Env("XDG_CACHE_HOME"), osCache(a.Environ), filepath.Join(workspace, ".kata", "cache")} {
		if base == "" || !filepath.IsAbs(base) {
			continue
		}
		dir := filepath.Join(base, "kata")
		if os.MkdirAll(dir, 0o755) == nil {
			return dir, nil
		}
	}
	return "", broken("set XDG_CACHE_HOME to a folder that can be written", "no folder for build results can be made")
}

// osCache is os.UserCacheDir over a given environment.
func osCache(environ []string) string {
	w := World{Environ: environ}
	switch home := w.Env("HOME"); {
	case runtime.GOOS == "windows":
		return w.Env("LOCALAPPDATA")
	case home == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Caches")
	default:
		return filepath.Join(home, ".cache")
	}
}

// minimumGo reads go.mod's go line.
func minimumGo(files fs.FS) string {
	data, err := fs.ReadFile(files, "go.mod")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, "go "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
