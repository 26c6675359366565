package bench

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kata-go/kata/grader/course"
)

// exercise is rest/crud with the starter's files a.go and notes.sql.
func exercise(t *testing.T, kind string) *course.Exercise {
	t.Helper()
	brief := "+++\ntitle = \"T\"\nlevel = 1\nminutes = 1\nkind = \"" + kind + "\"\nskills = [\"s\"]\nedit = [\"a.go\"]\n+++\n# T\n\n**Done when**\n1. One.\n2. Two.\n"
	starter := "-- README.md --\n" + brief + "-- a.go --\npackage crud\n-- notes.sql --\nSELECT 1;\n"
	c, err := course.Load(fstest.MapFS{
		"solutions/course.txtar":            {Data: []byte("-- course.toml --\ntitle = \"T\"\ntracks = [\"rest\"]\n")},
		"solutions/rest/track.txtar":        {Data: []byte("-- track.toml --\ntitle = \"T\"\nabout = \"A\"\nexercises = [\"crud\"]\n")},
		"solutions/rest/crud/starter.txtar": {Data: []byte(starter)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.Tracks[0].Exercises[0]
}

// folder makes a workspace whose rest/crud holds a.go, and returns both.
func folder(t *testing.T) (root *os.Root, dir string) {
	t.Helper()
	workspace := t.TempDir()
	dir = filepath.Join(workspace, "exercises", "rest", "crud")
	put(t, dir, "a.go", "package crud\n")
	root, err := os.OpenRoot(workspace)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root, dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadTakes(t *testing.T) {
	root, dir := folder(t)
	for _, name := range []string{"b.go", "sub/c.go", "notes.sql", "README.md", "own_test.go", "go.mod", "go.work", "vendor/x/x.go", "asm.s", "x.syso", ".hidden.go", "_draft.go", "testdata/t.go", "todo.txt"} {
		put(t, dir, name, "package crud\n")
	}
	r, err := Read(root, exercise(t, "code"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.Files {
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, " "), "README.md a.go b.go notes.sql sub/c.go"; got != want {
		t.Errorf("took   %s\nwanted %s", got, want)
	}
	ignored := strings.Join(r.Ignored, "\n")
	for _, name := range []string{"own_test.go", "go.mod", "go.work", "asm.s", "x.syso"} {
		if !strings.Contains(ignored, "exercises/rest/crud/"+name+": ") {
			t.Errorf("%s was ignored without a word:\n%s", name, ignored)
		}
	}
}

func TestReadTakesTestsOfKindTests(t *testing.T) {
	root, dir := folder(t)
	put(t, dir, "own_test.go", "package crud_test\n")
	r, err := Read(root, exercise(t, "tests"))
	if err != nil || len(r.Files) != 2 || len(r.Ignored) != 0 {
		t.Errorf("got %v, %v and %v, want the tests among the files", r.Files, r.Ignored, err)
	}
}

// Code that moved into another file of its package is an answer like any other.
func TestReadTakesMovedCode(t *testing.T) {
	root, dir := folder(t)
	must(t, os.Rename(filepath.Join(dir, "a.go"), filepath.Join(dir, "moved.go")))
	r, err := Read(root, exercise(t, "code"))
	if err != nil || !slices.ContainsFunc(r.Files, func(f course.File) bool { return f.Name == "moved.go" }) {
		t.Fatalf("got %v, %v; want moved.go taken", r.Files, err)
	}
	if told := strings.Join(r.Ignored, "\n"); !strings.Contains(told, "a.go: is no longer there") {
		t.Errorf("told %q, want that a.go is no longer there", told)
	}
}

func TestReadRefuses(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.go")
	if err := os.WriteFile(secret, []byte("package secret // hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, says string
		damage     func(t *testing.T, dir string)
	}{
		{"a missing file", "is missing", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "a.go"))) }},
		{"a missing folder", "folder is missing", func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)) }},
		{"a link to a file outside", "symbolic link", func(t *testing.T, dir string) { must(t, os.Symlink(secret, filepath.Join(dir, "b.go"))) }},
		{"a link in place of the file", "symbolic link", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "a.go")))
			must(t, os.Symlink(secret, filepath.Join(dir, "a.go")))
		}},
		{"a link in place of the folder", "cannot be read", func(t *testing.T, dir string) {
			must(t, os.RemoveAll(dir))
			must(t, os.Symlink(filepath.Dir(secret), dir))
		}},
		{"a folder in place of the file", "", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "a.go")))
			must(t, os.Mkdir(filepath.Join(dir, "a.go"), 0o755))
		}},
		{"a huge file", "larger than", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "b.go"), make([]byte, maxFile+1), 0o644))
		}},
		{"too many files", "more than", func(t *testing.T, dir string) {
			for i := range maxFiles {
				put(t, dir, strings.Repeat("x", i+1)+".go", "package crud\n")
			}
		}},
		{"folders without end", "nested", func(t *testing.T, dir string) { put(t, dir, "1/2/3/4/5/6/b.go", "package six\n") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root, dir := folder(t)
			test.damage(t, dir)
			_, err := Read(root, exercise(t, "code"))
			var refused *RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v, want a refusal that says %q", err, test.says)
			}
			if refused.Missing != (test.name == "a missing folder") {
				t.Errorf("the refusal's Missing is %t", refused.Missing)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the refusal shows what the link points at")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
