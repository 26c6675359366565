package grader_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// lab is where attacks are tried: a grader, things to steal and to spoil, and
// ears for what gets out.
type lab struct {
	base     string // readable by everybody, as learner code may be nobody
	secret   string // content of a file and of an environment variable of kata's
	temp     string // TMPDIR of kata
	ears     *ears
	grader   *grader.Grader
	exercise *course.Exercise
	scenes   map[*attack]*scene
	together func() map[*attack]verdict.Result
}

func newLab(t *testing.T, attacks []*attack) *lab {
	t.Helper()
	base, err := os.MkdirTemp("", "redteam")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	l := &lab{base: base, secret: fmt.Sprintf("the-secret-of-%d", os.Getpid()), temp: filepath.Join(base, "tmp"), exercise: demo(t), scenes: map[*attack]*scene{}}
	for _, folder := range []string{base, l.temp, filepath.Join(base, "cache")} {
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(base, "secret.txt"), []byte(l.secret+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	l.grader = newGrader(t, base) // before TMPDIR moves: it makes a folder of its own
	t.Setenv("TMPDIR", l.temp)
	t.Setenv("KATA_REDTEAM_TOKEN", l.secret)
	l.ears = listen(t, base)
	l.grader.Environ = os.Environ()
	l.grader.CacheDir = filepath.Join(base, "cache")
	l.together = sync.OnceValue(func() map[*attack]verdict.Result { return l.judgeTogether(t, attacks) })
	return l
}

// lacks says what this machine has not that the attack is about.
func (l *lab) lacks(a *attack) string {
	for _, layer := range l.grader.Runner.Containment(context.Background()) {
		if !layer.Held && slices.Contains(a.needs, layer.Name) {
			return "no layer " + layer.Name + " on this machine: " + layer.Why
		}
	}
	if slices.Contains(a.needs, "linux") && runtime.GOOS != "linux" {
		return "not on " + runtime.GOOS
	}
	return ""
}

// judgeTogether judges all attacks that can be linked into one binary.
func (l *lab) judgeTogether(t *testing.T, attacks []*attack) map[*attack]verdict.Result {
	results := map[*attack]verdict.Result{}
	var subs []bench.Submission
	var whose []*attack
	for _, a := range attacks {
		if a.alone || a.inWorkspace() || l.lacks(a) != "" {
			continue
		}
		s, refused := l.submit(t, l.scene(t, a))
		if refused != nil {
			results[a] = *refused
			continue
		}
		subs, whose = append(subs, s), append(whose, a)
	}
	judged, err := l.grader.Judge(t.Context(), subs, grader.Options{Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range judged {
		results[whose[i]] = r
	}
	return results
}

// submit reads the scene's folder as kata reads a learner's.
func (l *lab) submit(t *testing.T, s *scene) (bench.Submission, *verdict.Result) {
	t.Helper()
	e := l.widened(s.attack)
	root, err := os.OpenRoot(s.workspace)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	reading, err := bench.Read(root, e)
	if refused := new(bench.RefusedError); errors.As(err, &refused) {
		g := *l.grader
		g.Workspace = s.workspace
		r := l.gradeIn(t, &g, e)
		return bench.Submission{}, &r
	}
	if err != nil {
		t.Fatalf("%s: %v", s.attack.name, err)
	}
	return bench.Submission{Exercise: e, Variant: variant(s.attack), Files: reading.Files}, nil
}

func variant(a *attack) string { return "redteam/" + a.name }

// widened is the exercise with what the attack is allowed beside it.
func (l *lab) widened(a *attack) *course.Exercise {
	e := *l.exercise
	e.Imports, e.Timeout = append(slices.Clone(e.Imports), a.allow...), a.timeout
	return &e
}

// judge grades one attack by itself, or takes what the whole lot gave.
func (l *lab) judge(t *testing.T, a *attack) verdict.Result {
	t.Helper()
	switch {
	case a.inWorkspace():
		s := l.scene(t, a)
		g := *l.grader
		g.Workspace, g.Environ = s.workspace, append(slices.Clone(g.Environ), s.environ...)
		return l.gradeIn(t, &g, l.widened(a))
	case a.alone:
		s, refused := l.submit(t, l.scene(t, a))
		if refused != nil {
			return *refused
		}
		results, err := l.grader.Judge(t.Context(), []bench.Submission{s}, grader.Options{Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	return l.together()[a]
}

func (l *lab) gradeIn(t *testing.T, g *grader.Grader, e *course.Exercise) verdict.Result {
	t.Helper()
	results, err := g.Grade(t.Context(), []*course.Exercise{e}, grader.Options{Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// scene lays an attack's workspace out.
func (l *lab) scene(t *testing.T, a *attack) *scene {
	t.Helper()
	at := filepath.Join(l.base, a.name)
	s := &scene{attack: a, workspace: filepath.Join(at, "work"), outside: filepath.Join(at, "outside"), folder: l.exercise.Dir()}
	for _, folder := range []string{s.workspace, s.outside} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(s.outside, 0o777); err != nil {
		t.Fatal(err)
	}
	s.replace = strings.NewReplacer(
		"@OUTSIDE@", s.outside, "@WORKSPACE@", s.workspace, "@SECRET@", filepath.Join(l.base, "secret.txt"), "@CACHE@", l.grader.CacheDir,
		"@PACKAGE@", bench.Submission{Exercise: l.exercise, Variant: variant(a)}.Package(), "@PID@", strconv.Itoa(os.Getpid()),
		"@TCP@", l.ears.tcp, "@UDP@", l.ears.udp, "@UNIX@", l.ears.unix, "@ABSTRACT@", l.ears.abstract, "@ATTACK@", a.name)
	starter, err := l.exercise.Starter()
	if err != nil {
		t.Fatal(err)
	}
	var files []txtar.File
	for _, f := range starter {
		files = append(files, txtar.File{Name: f.Name, Data: f.Data})
	}
	if err := s.lay(files); err != nil {
		t.Fatalf("%s: %v", a.name, err)
	}
	s.before = snapshot(t, s.workspace)
	l.scenes[a] = s
	return s
}

// inspect tells what an attack left behind, or got away with.
func (l *lab) inspect(t *testing.T, a *attack) {
	t.Helper()
	for _, heard := range l.ears.heard() {
		t.Errorf("somebody outside heard %q", heard)
	}
	for _, folder := range []string{filepath.Join(l.base, a.name, "outside"), l.temp} {
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left in %s: %v, %v", folder, left, err)
		}
	}
	for _, p := range processesBelow(l.base) {
		t.Errorf("a process lives on: %s", p)
	}
	s := l.scenes[a]
	if now := snapshot(t, s.workspace); !maps.Equal(s.before, now) {
		t.Errorf("the workspace changed: it has %v, had %v", now, s.before)
	}
}

// snapshot describes every file below a folder.
func snapshot(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(folder, p)
		all[rel] = fmt.Sprint(info.Mode(), " ", info.Size())
		if info.Mode().IsRegular() && info.Size() < 1<<20 {
			data, err := os.ReadFile(p)
			all[rel] += " " + verdict.Key(data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// texts returns everything that a result may show, a line each.
func texts(t *testing.T, r verdict.Result) string {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	collect(&all, tree)
	return all.String()
}

func collect(all *strings.Builder, node any) {
	switch node := node.(type) {
	case string:
		all.WriteString(node + "\n")
	case []any:
		for _, x := range node {
			collect(all, x)
		}
	case map[string]any:
		for _, x := range node {
			collect(all, x)
		}
	}
}
