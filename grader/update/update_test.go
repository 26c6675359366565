package update

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kata-go/kata/grader/course"
)

const tests = `package NAME_test

import "testing"

// 1. It works.
func TestIt(t *testing.T) {}
`

const brief = "+++\ntitle = \"A title\"\nlevel = 1\nminutes = 5\nkind = \"code\"\nskills = [\"Go\"]\nedit = [\"a.go\"]\n+++\n\n# A title\n\nA report.\n\n## Done when\n\n1. It works.\n\n## Keep\n\nAll.\n\n## Read\n\nMuch.\n"

// starter is an exercise's files, of which a.go may have other content.
func starter(name, a string) []course.File {
	return []course.File{
		{Name: "README.md", Data: []byte(brief)},
		{Name: "a.go", Data: []byte("package " + name + "\n\n" + a)},
		{Name: "b.go", Data: []byte("package " + name + "\n\nvar B = 1\n")},
	}
}

// taught is a course of these exercises in one track, with renames.
func taught(t *testing.T, exercises map[string][]course.File, was map[string]string) *course.Course {
	t.Helper()
	list := slices.Sorted(maps.Keys(exercises))
	manifest := fmt.Sprintf("title = \"T\"\nabout = \"A.\"\nexercises = [%q]\n", strings.Join(list, `", "`))
	manifest = strings.ReplaceAll(manifest, `\"`, `"`)
	if len(was) > 0 {
		manifest += "[was]\n"
		for from, to := range was {
			manifest += fmt.Sprintf("%s = %q\n", from, to)
		}
	}
	m := fstest.MapFS{"solutions/t/track.txtar": {Data: txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: "track.toml", Data: []byte(manifest)}}})}}
	for name, files := range exercises {
		dir := "solutions/t/" + name + "/"
		m[dir+"starter.txtar"] = &fstest.MapFile{Data: archive(files)}
		m[dir+name+".go"] = &fstest.MapFile{Data: []byte("package " + name + "\n")}
		m[dir+name+"_test.go"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(tests, "NAME", name))}
		m[dir+"behaviours.txt"] = &fstest.MapFile{Data: []byte("1 TestIt It works.\n")}
		m[dir+"hints.md"] = &fstest.MapFile{Data: []byte("## 1\n\nA.\n\n## 2\n\nB.\n\n## 3\n\nC.\n")}
		m[dir+"notes.md"] = &fstest.MapFile{Data: []byte("# Notes\n\nText.\n")}
	}
	c, err := course.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	first  = "var One = 1\n\nvar Two = 2\n\nvar Three = 3\n"
	second = "var One = 100\n\nvar Two = 2\n\nvar Three = 3\n" // the course's change
	mine   = "var One = 1\n\nvar Two = 2\n\nvar Three = 333\n"
	clash  = "var One = 7\n\nvar Two = 2\n\nvar Three = 3\n"
)

// laid returns a workspace as kata init makes it, with the learner's change.
func laid(t *testing.T, learner func(root *os.Root) error) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	must(t, err)
	t.Cleanup(func() { _ = root.Close() })
	run(t, root, taught(t, map[string][]course.File{"ex": starter("ex", first), "other": starter("other", first)}, nil), nil)
	if learner != nil {
		must(t, learner(root))
	}
	return root
}

func run(t *testing.T, root *os.Root, c *course.Course, compiles Compiles) []Step {
	t.Helper()
	if compiles == nil {
		compiles = func(*course.Exercise, []course.File) bool { return true }
	}
	steps, err := Plan(root, c, compiles)
	must(t, err)
	_, err = Apply(root, steps, time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	must(t, err)
	return steps
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// edit replaces a.go's text below the package clause.
func edit(text string) func(*os.Root) error {
	return func(r *os.Root) error {
		return r.WriteFile("exercises/t/ex/a.go", []byte("package ex\n\n"+text), 0o644)
	}
}

func deleteFile(r *os.Root) error   { return r.Remove("exercises/t/ex/a.go") }
func deleteFolder(r *os.Root) error { return r.RemoveAll("exercises/t/ex") }
func renameFile(r *os.Root) error {
	return r.Rename("exercises/t/ex/a.go", "exercises/t/ex/mine.go")
}

// Whatever the learner did meets whatever the course did.
func TestMatrix(t *testing.T) {
	learners := map[string]func(*os.Root) error{
		"untouched": nil, "edited": edit(mine), "edited the same lines": edit(clash),
		"deleted a file": deleteFile, "deleted the folder": deleteFolder, "renamed a file": renameFile,
	}
	courses := map[string]*course.Course{
		"unchanged": taught(t, map[string][]course.File{"ex": starter("ex", first), "other": starter("other", first)}, nil),
		"changed":   taught(t, map[string][]course.File{"ex": starter("ex", second), "other": starter("other", first)}, nil),
		"removed":   taught(t, map[string][]course.File{"other": starter("other", first)}, nil),
		"renamed":   taught(t, map[string][]course.File{"now": starter("now", first), "other": starter("other", first)}, map[string]string{"ex": "t/now"}),
	}
	want := map[string]struct {
		action Action
		a      string // of a.go in the end, "" for none
	}{
		"untouched/unchanged": {Keep, "package ex\n\n" + first}, "untouched/changed": {Replace, "package ex\n\n" + second},
		"untouched/removed": {Retire, ""}, "untouched/renamed": {Replace, "package now\n\n" + first},
		"edited/unchanged": {Keep, "package ex\n\n" + mine}, "edited/removed": {Orphan, "package ex\n\n" + mine},
		"edited/changed": {Merged, "package ex\n\nvar One = 100\n\nvar Two = 2\n\nvar Three = 333\n"}, "edited/renamed": {Merged, "package now\n\n" + mine},
		"edited the same lines/unchanged": {Keep, "package ex\n\n" + clash}, "edited the same lines/changed": {Beside, "package ex\n\n" + clash},
		"edited the same lines/removed": {Orphan, "package ex\n\n" + clash}, "edited the same lines/renamed": {Merged, "package now\n\n" + clash},
		"deleted a file/unchanged": {Keep, ""}, "deleted a file/changed": {Beside, ""}, "deleted a file/removed": {Orphan, ""}, "deleted a file/renamed": {Beside, ""},
		"deleted the folder/unchanged": {Add, "package ex\n\n" + first}, "deleted the folder/changed": {Add, "package ex\n\n" + second},
		"deleted the folder/removed": {"", ""}, "deleted the folder/renamed": {Add, "package now\n\n" + first},
		"renamed a file/unchanged": {Keep, ""}, "renamed a file/changed": {Beside, ""}, "renamed a file/removed": {Orphan, ""}, "renamed a file/renamed": {Beside, ""},
	}
	for learner, change := range learners {
		for upstream, c := range courses {
			name := learner + "/" + upstream
			t.Run(name, func(t *testing.T) {
				root := laid(t, change)
				before := theirs(t, root)
				step := find(run(t, root, c, nil))
				if step.Action != want[name].action {
					t.Errorf("%s, want %s", step.Action, want[name].action)
				}
				id := "ex"
				if upstream == "renamed" {
					id = "now"
				}
				got, _ := root.ReadFile("exercises/t/" + id + "/a.go")
				if string(got) != want[name].a {
					t.Errorf("a.go is %q, want %q", got, want[name].a)
				}
				mustHold(t, root, before)
				if again := find(run(t, root, c, nil)); again.Action != Keep && again.Action != Orphan && again.Action != "" {
					t.Errorf("a second update would %s", again.Action)
				}
			})
		}
	}
}

// find returns the step of the exercise that the matrix is about.
func find(steps []Step) Step {
	i := slices.IndexFunc(steps, func(s Step) bool { return s.Exercise != "t/other" })
	if i < 0 {
		return Step{}
	}
	return steps[i]
}

// theirs are all bytes that the learner wrote: every file of the exercise that
// the first starter does not have.
func theirs(t *testing.T, root *os.Root) [][]byte {
	t.Helper()
	if !there(root, "exercises/t/ex") {
		return nil
	}
	files, err := folder(root, "exercises/t/ex")
	must(t, err)
	given := byName(starter("ex", first))
	var own [][]byte
	for _, f := range files {
		if !bytes.Equal(given[f.Name], f.Data) {
			own = append(own, f.Data)
		}
	}
	return own
}

// mustHold fails unless each text is still somewhere in the workspace.
func mustHold(t *testing.T, root *os.Root, texts [][]byte) {
	t.Helper()
	for _, text := range texts {
		found := false
		must(t, fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := root.ReadFile(p)
			found = found || bytes.Equal(data, text)
			return err
		}))
		if !found {
			t.Errorf("lost: %q", text)
		}
	}
}

// A merge that would no longer compile is not made.
func TestMergedCodeMustCompile(t *testing.T) {
	root := laid(t, edit(mine))
	changed := taught(t, map[string][]course.File{"ex": starter("ex", second), "other": starter("other", first)}, nil)
	onlyMine := func(_ *course.Exercise, files []course.File) bool {
		return !bytes.Contains(byName(files)["a.go"], []byte("100"))
	}
	if s := find(run(t, root, changed, onlyMine)); s.Action != Beside {
		t.Errorf("%s, want %s", s.Action, Beside)
	}
	got, err := root.ReadFile("exercises/t/ex/" + StarterNew)
	must(t, err)
	if !bytes.Contains(got, []byte(second)) {
		t.Errorf("the new starter is not beside: %s", got)
	}
	if a, _ := root.ReadFile("exercises/t/ex/a.go"); string(a) != "package ex\n\n"+mine {
		t.Errorf("the learner's version is now %s", a)
	}
}

// Without a record of where the learner began, as in a clone, nothing of an
// edited exercise is touched; the record begins with what is untouched.
func TestWithoutARecord(t *testing.T) {
	root := laid(t, edit(mine))
	must(t, root.RemoveAll(baseFolder))
	changed := taught(t, map[string][]course.File{"ex": starter("ex", second), "other": starter("other", first)}, nil)
	if s := find(run(t, root, changed, nil)); s.Action != Keep {
		t.Errorf("%s, want %s", s.Action, Keep)
	}
	for id, want := range map[string]bool{"t/ex": false, "t/other": true} {
		if _, known, err := readBase(root, id); err != nil || known != want {
			t.Errorf("a record of %s: %v, %v; want %v", id, known, err, want)
		}
	}
}

// An update that was stopped goes on where it stopped.
func TestStopped(t *testing.T) {
	root := laid(t, edit(mine))
	c := taught(t, map[string][]course.File{"ex": starter("ex", second), "other": starter("other", second)}, nil)
	steps, err := Plan(root, c, func(*course.Exercise, []course.File) bool { return true })
	must(t, err)
	must(t, steps[0].lay(root, "exercises/t/ex")) // and no record
	if s := find(run(t, root, c, nil)); s.Action != Keep {
		t.Errorf("%s, want %s", s.Action, Keep)
	}
	if s := find(run(t, root, c, nil)); s.Action != Keep {
		t.Errorf("then %s, want %s", s.Action, Keep)
	}
}

func TestMerge(t *testing.T) {
	lines := func(s string) []byte { return []byte(strings.ReplaceAll(s, " ", "\n") + "\n") }
	for _, test := range []struct{ name, base, ours, theirs, want string }{
		{"different places", "a b c d e", "A b c d e", "a b c d E", "A b c d E"},
		{"an insertion on each side", "a b c d", "x a b c d", "a b c d y", "x a b c d y"},
		{"the same change", "a b c", "a X c", "a X c", "a X c"},
		{"the same change and another", "a b c d e", "a X c d e", "a X c d E", "a X c d E"},
		{"the same lines", "a b c", "a X c", "a Y c", ""},
		{"lines that touch", "a b c", "a X c", "a b Y", ""},
		{"one deletes what the other changes", "a b c", "a c", "a X c", ""},
		{"nothing of ours", "a b c", "a b c", "a Y c", "a Y c"},
		{"nothing of theirs", "a b c", "a X c", "a b c", "a X c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := Merge(lines(test.base), lines(test.ours), lines(test.theirs))
			if want := test.want != ""; ok != want || ok && !bytes.Equal(got, lines(test.want)) {
				t.Errorf("%q, %v; want %q", got, ok, test.want)
			}
		})
	}
}

// FuzzMerge: a merge never panics, does not depend on the sides' order, and
// with an unchanged side gives the other.
func FuzzMerge(f *testing.F) {
	f.Add([]byte("a\nb\nc\n"), []byte("a\nx\nc\n"), []byte("a\nb\nc\nd\n"))
	f.Add([]byte(""), []byte("x"), []byte("x\n"))
	f.Fuzz(func(t *testing.T, base, a, b []byte) {
		if len(base)+len(a)+len(b) > 4<<10 {
			t.Skip()
		}
		one, ok := Merge(base, a, b)
		other, too := Merge(base, b, a)
		if ok != too || ok && !bytes.Equal(one, other) {
			t.Errorf("%q %v, the other way %q %v", one, ok, other, too)
		}
		if got, ok := Merge(base, a, base); !ok || !bytes.Equal(got, a) {
			t.Errorf("with an unchanged side: %q %v, want %q", got, ok, a)
		}
	})
}
