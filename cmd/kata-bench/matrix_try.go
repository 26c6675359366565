package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
)

// finding is what one service from one source costs.
type finding struct {
	cold          float64 // seconds; 0: there is nothing to start
	warm          series  // seconds
	memory        float64 // MiB, at its most; 0: it is the test process's, or another's
	judged, plain costs   // with the service, and without any
	verdict       string
}

// costs are seconds to a verdict.
type costs struct {
	again  series // on code that is built already
	edited series // after an edit: compiling and linking included
}

func (f finding) cells() []string {
	cold, memory := "", ""
	if f.cold > 0 {
		cold = inSeconds.show(f.cold)
	}
	if f.memory > 0 {
		memory = inMiB.show(f.memory)
	}
	return []string{
		cold, spread(f.warm, inSeconds.show), memory,
		more(f.judged.again, f.plain.again), more(f.judged.edited, f.plain.edited), f.verdict,
	}
}

// more is what a has over b at their least: what else the machine does only
// adds.
func more(a, b series) string {
	if len(a) == 0 || len(b) == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f ms", 1000*(slices.Min(a)-slices.Min(b)))
}

// starts measures a first start, with nothing kept from an earlier one, and
// later ones. Building the server's program is not counted.
func (m *matrix) starts(g *grader.Grader, name string, f *finding) error {
	c := g.ServiceConfig()
	c.Program = g.Program
	for round := range m.lab.options.rounds + 1 {
		kept := c
		if round == 0 {
			kept.CacheDir = m.lab.folder("first")
		}
		took, err := services.Time(m.lab, kept, name)
		switch {
		case err != nil:
			return err
		case took == 0:
			return nil
		case round == 0:
			f.cold = took.Seconds()
		default:
			f.warm = append(f.warm, took.Seconds())
		}
	}
	return nil
}

// try starts a service again and again, then grades its smoke exercise and one
// without a service, after edits that were never made before, as a watch does,
// and again without an edit.
func (m *matrix) try(e *course.Exercise, s services.State, choice services.Choice) (finding, error) {
	var f finding
	workspace := m.lab.folder("smoke")
	if err := lay(workspace, []*course.Exercise{e, m.plain}); err != nil {
		return f, err
	}
	g, end := m.grader(workspace, choice)
	defer end()
	if err := m.starts(g, s.Name, &f); err != nil {
		f.verdict = refusal(err)
		return f, m.lab.Err()
	}
	looked := m.lookAt(s)
	defer looked()
	for round := range m.lab.options.rounds + 1 {
		if round == 1 { // the first one started the service and built everything
			f.judged, f.plain = costs{}, costs{}
		}
		var err error
		if f.verdict, err = m.cost(g, e, &f.judged); err != nil {
			return f, err
		}
		if _, err := m.cost(g, m.plain, &f.plain); err != nil {
			return f, err
		}
	}
	f.memory = looked()
	return f, nil
}

// refusal says in few words why a server does not start.
func refusal(err error) string {
	if strings.Contains(err.Error(), "cannot be had") {
		return "no image here"
	}
	return "cannot start: " + err.Error()
}

// cost changes an exercise's file, times the verdict on it, and times another
// verdict without a change.
func (m *matrix) cost(g *grader.Grader, e *course.Exercise, c *costs) (said string, err error) {
	if err := m.edit(g, e); err != nil {
		return "", err
	}
	seconds, said, err := m.verdict(g, e)
	if err != nil {
		return "", err
	}
	c.edited = append(c.edited, seconds)
	if err := g.Prepare(m.lab, e); err != nil {
		return "", err
	}
	seconds, _, err = m.verdict(g, e)
	c.again = append(c.again, seconds)
	return said, err
}

// verdict judges anew, and times that.
func (m *matrix) verdict(g *grader.Grader, e *course.Exercise) (seconds float64, said string, err error) {
	begun := time.Now()
	results, err := g.Grade(m.lab, []*course.Exercise{e}, grader.Options{Fresh: true})
	took := time.Since(begun)
	if err != nil {
		return 0, "", err
	}
	return took.Seconds(), told(results[0]), nil
}

// edit makes the file that the brief names one that there never was.
func (m *matrix) edit(g *grader.Grader, e *course.Exercise) error {
	solution, err := e.Solution()
	if err != nil {
		return err
	}
	m.lab.edits++
	name := e.Edit[0]
	i := slices.IndexFunc(solution, func(f course.File) bool { return f.Name == name })
	text := fmt.Sprintf("%s\n// Edited is never the same twice.\nvar Edited = %d\n", solution[i].Data, m.lab.edits)
	return os.WriteFile(filepath.Join(g.Workspace, filepath.FromSlash(e.Dir()), name), []byte(text), 0o644)
}
