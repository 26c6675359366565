package update

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
)

// kataFiles are those of a small kata whose exercises need one of two modules
// and one of two packages.
func kataFiles() fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		NeedsFile:                     file("example.org/one\ngrader/kit/one\n"),
		"solutions/t/track.txtar":     file("-- track.toml --\ntitle = \"T\"\n"),
		"go.mod":                      file("module m\n\ngo 1.26\n\nrequire (\n\texample.org/one v1.2.0\n\texample.org/two v0.1.0 // indirect\n)\n\nrequire example.org/three v1.0.0\n"),
		"go.sum":                      file("example.org/two v0.1.0/go.mod h1:x\n"),
		"grader/kit/one/one.go":       file("package one\n"),
		"grader/kit/one/one_test.go":  file("package one\n"),
		"grader/kit/one/conforms.md":  file("a table\n"),
		"grader/kit/one/two/inner.go": file("package two\n"),
	}
}

func furnished(t *testing.T, files fs.FS) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	must(t, err)
	t.Cleanup(func() { root.Close() })
	must(t, Furnish(root, files))
	return root
}

// A workspace gets the modules and the packages that exercises need, and no
// others.
func TestFurnishWhatIsNeeded(t *testing.T) {
	root := furnished(t, kataFiles())
	mod, err := fs.ReadFile(root.FS(), "go.mod")
	must(t, err)
	if want := "module m\n\ngo 1.26\n\nrequire (\n\texample.org/one v1.2.0\n)\n\n"; string(mod) != want {
		t.Errorf("go.mod is %q, want %q", mod, want)
	}
	sum, err := fs.ReadFile(root.FS(), "go.sum")
	must(t, err)
	if want := "example.org/two v0.1.0/go.mod h1:x\n"; string(sum) != want {
		t.Errorf("go.sum is %q, want %q", sum, want)
	}
	entries, err := fs.ReadDir(root.FS(), "grader/kit/one")
	must(t, err)
	if len(entries) != 1 || entries[0].Name() != "one.go" {
		t.Errorf("of the package there is %v, want one.go", entries)
	}
}

// What an older kata's package had and this one has not goes, for it would not
// compile beside the new files.
func TestFurnishClearsOldPackages(t *testing.T) {
	root := furnished(t, kataFiles())
	must(t, root.WriteFile("grader/kit/one/old.go", []byte("package one\n"), 0o644))
	must(t, root.WriteFile("grader/kit/one/notes.txt", []byte("a learner's\n"), 0o644))
	must(t, Furnish(root, kataFiles()))
	if _, err := root.Stat("grader/kit/one/old.go"); !os.IsNotExist(err) {
		t.Errorf("old.go: %v, want it gone", err)
	}
	if _, err := root.Stat("grader/kit/one/notes.txt"); err != nil {
		t.Errorf("notes.txt: %v, want it kept", err)
	}
}

// Without a list the module files stay whole.
func TestFurnishWithoutAList(t *testing.T) {
	files := kataFiles()
	delete(files, NeedsFile)
	root := furnished(t, files)
	mod, err := fs.ReadFile(root.FS(), "go.mod")
	must(t, err)
	if string(mod) != string(files["go.mod"].Data) {
		t.Errorf("go.mod is %q, want it whole", mod)
	}
}
