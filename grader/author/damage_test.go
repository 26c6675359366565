package author

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// damage is one archive of testdata/damage: a way to spoil an exercise so that
// one rule, the first word of the archive's name, refuses it. Its comment is
// prose and then
//
//	exercise: NAME   which one is spoilt
//	says: TEXT       some finding's message contains it
//	pack: yes        the starter is packed again
//
// and its files are written into a copy, or, by the first word of their names,
//
//	edit NAME        OLD, a line of =====, NEW: OLD must be there
//	edit? PATTERN    the same, in each of the files that has OLD
//	remove PATTERN   must be there
//	copy FROM TO     nothing below
//
// A line ~~ NAME ~~ stands for -- NAME -- in an archive inside the archive.
type damage struct {
	rule, exercise, says string
	pack                 bool
	files                []txtar.File
}

func parseDamage(name string, data []byte) (damage, error) {
	archive := txtar.Parse(data)
	rule, _, _ := strings.Cut(strings.TrimSuffix(name, ".txtar"), "-")
	d := damage{rule: rule, files: archive.Files}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "exercise":
			d.exercise = value
		case "says":
			d.says = value
		case "pack":
			d.pack = true
		}
	}
	if d.exercise == "" || d.says == "" || len(d.files) == 0 {
		return d, fmt.Errorf("%s has no exercise, no says or no files", name)
	}
	return d, nil
}

// do spoils the copy at root.
func (d damage) do(root string) error {
	for _, f := range d.files {
		words := strings.Fields(f.Name)
		at := func(i int) string { return filepath.Join(root, filepath.FromSlash(words[i])) }
		var err error
		switch words[0] {
		case "edit":
			err = rewrite(at(1), f.Data, true)
		case "edit?":
			err = each(at(1), func(name string) error { return rewrite(name, f.Data, false) })
		case "remove":
			err = each(at(1), os.Remove)
		case "copy":
			var data []byte
			if data, err = os.ReadFile(at(1)); err == nil {
				err = os.WriteFile(at(2), data, 0o644)
			}
		default:
			err = os.WriteFile(at(0), marker.ReplaceAll(f.Data, []byte("-- $1 --")), 0o644)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return d.repack(root)
}

var marker = regexp.MustCompile(`(?m)^~~ (.*) ~~$`)

func (d damage) repack(root string) error {
	if !d.pack {
		return nil
	}
	data, err := course.PackStarter(os.DirFS(root), d.exercise)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "solutions", d.exercise, "starter.txtar"), data, 0o644)
}

func rewrite(name string, change []byte, must bool) error {
	old, now, ok := strings.Cut(string(change), "=====\n")
	data, err := os.ReadFile(name)
	if err != nil || !ok {
		return fmt.Errorf("edit %s: %w", name, err)
	}
	old, now = strings.TrimSuffix(old, "\n"), strings.TrimSuffix(now, "\n")
	if !bytes.Contains(data, []byte(old)) && must {
		return fmt.Errorf("%s has no %q any more", name, old)
	}
	return os.WriteFile(name, bytes.Replace(data, []byte(old), []byte(now), 1), 0o644)
}

func each(pattern string, do func(string) error) error {
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		return fmt.Errorf("nothing fits %s", pattern)
	}
	for _, name := range names {
		if err := do(name); err != nil {
			return err
		}
	}
	return nil
}

// copyOf makes root a course of one exercise, and the module around it.
func copyOf(t *testing.T, root, exercise string) {
	t.Helper()
	track, name, _ := strings.Cut(exercise, "/")
	for _, folder := range []string{"exercises", "solutions"} {
		if err := os.RemoveAll(filepath.Join(root, folder)); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"exercises/" + exercise, "solutions/" + exercise, "grader/kit", "grader/services", "go.mod", "go.sum"} {
		copyTree(t, root, part)
	}
	for file, text := range map[string]string{
		"exercises/course.toml":              "title = \"one\"\ntracks = [\"" + track + "\"]\n",
		"exercises/" + track + "/track.toml": "title = \"one\"\nabout = \"One.\"\nexercises = [\"" + name + "\"]\n",
	} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// copyTree copies a file or folder of this repository, unless what is there is
// the same already.
func copyTree(t *testing.T, root, part string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(repository), part, func(p string, d fs.DirEntry, err error) error {
		to := filepath.Join(root, filepath.FromSlash(p))
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(p)))
		if old, failed := os.ReadFile(to); err != nil || failed == nil && bytes.Equal(old, data) {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each way to spoil an exercise is refused by the rule that it is named after,
// and by no other.
func TestDamage(t *testing.T) {
	found, err := filepath.Glob("testdata/damage/*.txtar")
	if err != nil || len(found) < 20 {
		t.Fatalf("%d ways to spoil an exercise (%v), want 20 at least", len(found), err)
	}
	root, g := t.TempDir(), newGrader(t)
	tried := map[string]bool{"time": true, "solution": true} // have tests of their own
	for _, file := range found {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := parseDamage(filepath.Base(file), data)
		if err != nil {
			t.Fatal(err)
		}
		tried[d.rule] = true
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			copyOf(t, root, d.exercise)
			if err := d.do(root); err != nil {
				t.Fatal(err)
			}
			a, err := Open(root, g)
			if err != nil {
				t.Fatal(err)
			}
			reports, err := a.Check(t.Context(), course.Order(a.Course), Options{})
			if err != nil {
				t.Fatal(err)
			}
			d.verify(t, reports[0])
		})
	}
	for _, r := range Rules() {
		if !tried[r.Name] {
			t.Errorf("no archive spoils an exercise for the rule %s", r.Name)
		}
	}
}

func (d damage) verify(t *testing.T, r Report) {
	t.Helper()
	for _, x := range r.Rules {
		if refused := x.Status == verdict.Fail; refused != (x.Name == d.rule) {
			t.Errorf("the rule %s is %s: %v", x.Name, x.Status, x.Findings)
		}
	}
	if !slices.ContainsFunc(r.Findings(), func(f Finding) bool { return strings.Contains(f.Message, d.says) }) {
		t.Errorf("no finding says %q: %v", d.says, r.Findings())
	}
}

// One failure among many runs refuses a right answer, and the finding names its
// seed.
func TestEveryRunCounts(t *testing.T) {
	s := &subject{
		results: map[string]verdict.Result{solutionVariant: {Status: verdict.Pass, Seed: 1}},
		repeats: map[string][]verdict.Result{solutionVariant: {{Status: verdict.Pass, Seed: 2}, {Status: verdict.Fail, Seed: 3, Reason: "once"}}},
	}
	checkSolution(s)
	if len(s.findings) != 1 || s.findings[0].Message != "run 3, seed 3: fail: once" {
		t.Errorf("got %v", s.findings)
	}
}

// A solution that needs more than a quarter of its limit is refused.
func TestTime(t *testing.T) {
	for seconds, refused := range map[float64]bool{4.9: false, 5.1: true} {
		s := &subject{Exercise: &course.Exercise{Timeout: 20e9}, results: map[string]verdict.Result{solutionVariant: {Seconds: seconds}}}
		checkTime(s)
		if (len(s.findings) == 1) != refused {
			t.Errorf("%v s of 20 s: got %v", seconds, s.findings)
		}
	}
}
