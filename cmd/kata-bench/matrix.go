package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// table is a table that is not about ratios.
type table struct {
	title string
	lines [][]string // the first are headings
}

// matrix is the course of smoke exercises, one for each service, and what
// grades them from every source.
type matrix struct {
	lab      *lab
	runner   *run.Runner
	smoke    *course.Course
	plain    *course.Exercise // without a service, to compare with
	existing []string         // addresses of servers that outlive a grading
	lasting  []int            // the first processes of those
}

// choices are the sources in the order of the columns.
var choices = []services.Choice{services.Embedded, services.Local, services.Docker, services.Env}

// measureServices makes both tables: services by source, and the course's
// exercises by source.
func measureServices(l *lab) (tables []table, err error) {
	m := &matrix{lab: l, runner: run.New()}
	if m.smoke, err = course.LoadTrees(os.DirFS(filepath.Join(l.source, "grader", "testdata", "smoke"))); err != nil {
		return nil, err
	}
	demo, err := course.LoadTrees(os.DirFS(filepath.Join(l.source, "grader", "testdata", "course")))
	if err != nil {
		return nil, err
	}
	if m.plain, err = demo.Find("demo/sum"); err != nil {
		return nil, err
	}
	end := m.exist()
	defer end()
	byService, err := m.services()
	if err != nil {
		return nil, err
	}
	byExercise, err := m.exercises()
	return []table{byService, byExercise}, err
}

// grader grades a workspace from one source, with servers that last until end.
func (m *matrix) grader(workspace string, choice services.Choice) (g *grader.Grader, end func()) {
	environ := m.lab.environ("TMPDIR=" + m.temp())
	if choice == services.Env {
		environ = append(environ, m.existing...)
	}
	g = &grader.Grader{
		Workspace: workspace, CacheDir: filepath.Join(m.lab.dir, "services-cache"), Assets: kata.Files, Environ: environ,
		Version: "bench", Runner: m.runner, Jobs: runtime.NumCPU(), Services: choice,
	}
	g.Servers = services.New(g.ServiceConfig())
	return g, g.Servers.Close
}

// temp is where servers make their folders: a place that their users may enter.
func (m *matrix) temp() string {
	dir := filepath.Join(m.lab.dir, "servers")
	_ = os.MkdirAll(dir, 0o755) // who needs it says so
	_ = os.Chmod(m.lab.dir, 0o711)
	return dir
}

// exist finds one server for each service that has an image, and hands their
// addresses to whoever asks for servers that are there already: what the
// environment names, else a container.
func (m *matrix) exist() (end func()) {
	g, end := m.grader(m.lab.dir, services.Docker)
	g.Servers.Renew(g.Program)
	for _, name := range services.WithImages() {
		if address := os.Getenv(services.Variable(name)); address != "" {
			m.existing = append(m.existing, services.Variable(name)+"="+address)
			continue
		}
		served, err := g.Servers.Resolve(m.lab, []string{name})
		if err != nil {
			m.lab.tell("no container of %s: %s", name, refusal(err))
			continue
		}
		m.existing = append(m.existing, served.Env...)
	}
	m.lasting = m.contained()
	return end
}

// services is the matrix of services and their sources.
func (m *matrix) services() (table, error) {
	t := table{"Services", [][]string{{"service", "from", "version", "first start", "later starts", "memory", "adds to a verdict", "and with building", "smoke exercise"}}}
	for _, name := range services.Names() {
		e, err := m.smoke.Find("smoke/" + name)
		if err != nil {
			continue // an engine is no server
		}
		for _, choice := range choices {
			s, ok := m.state(name, choice)
			if !ok {
				continue
			}
			m.lab.tell("measuring: %s from %s", name, s.Via)
			found, err := m.try(e, s, choice)
			if err != nil {
				return t, fmt.Errorf("%s from %s: %w", name, s.Via, err)
			}
			t.lines = append(t.lines, append([]string{name, s.Via, s.Version}, found.cells()...))
		}
	}
	return t, nil
}

// state tells whether a source is one of a service's here. What has a single
// source is measured under the first wish alone.
func (m *matrix) state(name string, choice services.Choice) (services.State, bool) {
	g, end := m.grader(m.lab.dir, choice)
	defer end()
	all := g.ServiceStates(m.lab)
	i := slices.IndexFunc(all, func(s services.State) bool { return s.Name == name })
	s := all[i]
	want := map[services.Choice]string{services.Embedded: "embedded", services.Local: "local", services.Docker: "docker", services.Env: "address"}[choice]
	if name == "git" {
		return s, choice == services.Local && s.Via != ""
	}
	return s, s.Via == want
}

// exercises shows which exercises of the course use services, and whether the
// references pass from each source.
func (m *matrix) exercises() (table, error) {
	t := table{"Exercises that use services", [][]string{{"exercise", "services"}}}
	for _, c := range choices {
		t.lines[0] = append(t.lines[0], string(c))
	}
	t.lines[0][len(t.lines[0])-1] = "address"
	c, err := course.Load(os.DirFS(m.lab.source))
	if err != nil {
		return t, err
	}
	list := slices.DeleteFunc(course.Order(c), func(e *course.Exercise) bool { return len(e.Services) == 0 })
	if len(list) == 0 {
		return t, errors.New("no exercise uses a service")
	}
	for _, e := range list {
		t.lines = append(t.lines, []string{e.ID(), strings.Join(e.Services, ", ")})
	}
	workspace := m.lab.folder("workspace")
	if err := lay(workspace, list); err != nil {
		return t, err
	}
	for _, choice := range choices {
		m.lab.tell("grading %d exercises with services from %s", len(list), choice)
		g, end := m.grader(workspace, choice)
		results, err := g.Grade(m.lab, list, grader.Options{Fresh: true, Seed: 7})
		end()
		if err != nil {
			return t, err
		}
		for i, r := range results {
			t.lines[i+1] = append(t.lines[i+1], told(r))
		}
	}
	return t, nil
}

// told is a verdict for a cell.
func told(r verdict.Result) string {
	passed, all := r.Count()
	if r.Status == verdict.Pass {
		return fmt.Sprintf("pass %d/%d", passed, all)
	}
	switch {
	case strings.Contains(r.Reason, "cannot be had"):
		return "no image here"
	case r.Status == verdict.Skip && (strings.Contains(r.Reason, "source of") || strings.Contains(r.Reason, "address of")):
		return "" // there is none
	}
	return fmt.Sprintf("%s: %s", r.Status, r.Reason)
}

// lay writes the references of exercises as a learner's work.
func lay(workspace string, list []*course.Exercise) error {
	for _, e := range list {
		starter, err := e.Starter()
		if err != nil {
			starter = nil // a smoke exercise has none
		}
		solution, err := e.Solution()
		if err != nil {
			return err
		}
		for _, f := range append(starter, solution...) {
			if err := write(filepath.Join(workspace, filepath.FromSlash(e.Dir()), filepath.FromSlash(f.Name)), f.Data); err != nil {
				return err
			}
		}
	}
	return nil
}
