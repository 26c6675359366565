package bench

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/kata-go/kata/grader/run"
)

// proxy lays a module out as a Go module proxy does (go.dev/ref/mod, "GOPROXY
// protocol") and returns the folder, and the module's lines of go.sum.
func proxy(t *testing.T) (dir, sums string) {
	t.Helper()
	const path, version, mod = "example.org/word", "v1.0.0", "module example.org/word\n"
	dir = t.TempDir()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, text := range map[string]string{"go.mod": mod, "word.go": "package word\n\nconst Word = \"ready\"\n"} {
		w, err := z.Create(path + "@" + version + "/" + name)
		must(t, err)
		_, err = w.Write([]byte(text))
		must(t, err)
	}
	must(t, z.Close())
	put(t, dir, path+"/@v/"+version+".info", `{"Version":"v1.0.0"}`)
	put(t, dir, path+"/@v/"+version+".mod", mod)
	put(t, dir, path+"/@v/"+version+".zip", archive.String())
	put(t, dir, "mod", mod)
	whole, err := dirhash.HashZip(filepath.Join(dir, path, "@v", version+".zip"), dirhash.Hash1)
	must(t, err)
	alone, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(mod)), nil })
	must(t, err)
	return dir, path + " " + version + " " + whole + "\n" + path + " " + version + "/go.mod " + alone + "\n"
}

// fetching is a build tree with one program that needs one module.
func fetching(t *testing.T, sums, source string) *Bench {
	t.Helper()
	modules := t.TempDir()
	t.Cleanup(func() { // the go command leaves it read-only
		_ = filepath.WalkDir(modules, func(p string, _ os.DirEntry, _ error) error { return os.Chmod(p, 0o755) })
	})
	runner := run.New()
	tool, err := FindToolchain(t.Context(), runner, append(os.Environ(), "GOPROXY="+source, "GONOSUMDB=*", "GOMODCACHE="+modules), t.TempDir())
	must(t, err)
	b, err := Open(t.TempDir(), runner, tool, fstest.MapFS{
		"go.mod":                      {Data: []byte("module github.com/kata-go/kata\n\ngo 1.26\n\nrequire example.org/word v1.0.0\n")},
		"go.sum":                      {Data: []byte(sums)},
		"grader/services/one/main.go": {Data: []byte("package main\n\nimport \"example.org/word\"\n\nfunc main() { println(word.Word) }\n")},
	}, "test")
	must(t, err)
	t.Cleanup(b.Close)
	return b
}

// After FetchModules nobody is asked any more.
func TestFetchModules(t *testing.T) {
	dir, sums := proxy(t)
	b := fetching(t, sums, "file://"+filepath.ToSlash(dir))
	if n, err := b.FetchModules(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d modules, %v", n, err)
	}
	must(t, os.RemoveAll(dir))
	if _, err := b.Program(t.Context(), "grader/services/one"); err != nil {
		t.Errorf("without the network: %v", err)
	}
}

func TestFetchModulesFails(t *testing.T) {
	dir, sums := proxy(t)
	must(t, os.Remove(filepath.Join(dir, "example.org", "word", "@v", "v1.0.0.zip")))
	for source, says := range map[string]string{
		"off":                             "could not download a module",
		"file://" + filepath.ToSlash(dir): "the module example.org/word v1.0.0 cannot be had",
	} {
		_, err := fetching(t, sums, source).FetchModules(t.Context())
		var build *BuildError
		if !errors.As(err, &build) || !strings.Contains(err.Error(), says) || !strings.Contains(build.Hint, "kata doctor") {
			t.Errorf("%s: got %v, want %q", source, err, says)
		}
	}
}

// What was compiled ahead is not compiled by the build that needs it.
func TestCompile(t *testing.T) {
	b := workbench(t)
	s := answer(t, compiled(t)[0])
	must(t, b.Compile(t.Context(), []Submission{s}))
	if built, err := b.Build(t.Context(), []Submission{s}); err != nil || len(built.Failures) > 0 || built.Binaries[s.ID()] == "" {
		t.Errorf("%+v, %v", built, err)
	}
}
