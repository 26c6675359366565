package bench

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
)

const checkout = "../.."

// workbench opens a build tree of the repository's own assets.
func workbench(t *testing.T) *Bench {
	t.Helper()
	b := opened(t, t.TempDir())
	t.Cleanup(b.Close)
	return b
}

// opened is workbench in dir, for a test that closes it.
func opened(t *testing.T, dir string) *Bench {
	t.Helper()
	runner := run.New()
	tool, err := FindToolchain(t.Context(), runner, os.Environ(), t.TempDir())
	must(t, err)
	b, err := Open(dir, runner, tool, os.DirFS(checkout), "test")
	must(t, err)
	return b
}

// compiled lists the course's exercises whose learner edits Go code.
func compiled(t *testing.T) []*course.Exercise {
	t.Helper()
	c, err := course.Load(os.DirFS(checkout))
	must(t, err)
	list := slices.DeleteFunc(course.Order(c), func(e *course.Exercise) bool { return e.Kind != course.KindCode || path.Ext(e.Edit[0]) != ".go" })
	if len(list) < 2 {
		t.Fatalf("only %d exercises with Go code", len(list))
	}
	return list
}

func answer(t *testing.T, e *course.Exercise) Submission {
	t.Helper()
	files, err := e.Starter()
	must(t, err)
	return Submission{Exercise: e, Files: files}
}

// edited replaces the file that the brief names.
func (s Submission) edited(change func([]byte) []byte) Submission {
	s.Files = slices.Clone(s.Files)
	at := slices.IndexFunc(s.Files, func(f course.File) bool { return f.Name == s.Exercise.Edit[0] })
	s.Files[at].Data = change(s.Files[at].Data)
	return s
}

func appended(text string) func([]byte) []byte {
	return func(b []byte) []byte { return append(slices.Clone(b), text...) }
}

// without drops a line, drawn at random, below the imports.
func without(r *rand.Rand) func([]byte) []byte {
	return func(b []byte) []byte {
		lines := bytes.SplitAfter(b, []byte("\n"))
		from := max(slices.IndexFunc(lines, func(l []byte) bool { return bytes.HasPrefix(l, []byte(")")) }), 2)
		at := from + 1 + r.IntN(len(lines)-from-1)
		return bytes.Join(slices.Delete(slices.Clone(lines), at, at+1), nil)
	}
}

// A build without the go command and one with it say the same of every edit.
func TestDirectAgrees(t *testing.T) {
	b := workbench(t)
	seed := uint64(time.Now().UnixNano()) % 1e6
	r := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	edits := []struct {
		what   string
		change func([]byte) []byte
	}{
		{"a new function", appended("\nfunc kataEdit() int { return 7 }\n")},
		{"a wrong type", appended("\nvar kataEdit string = 7\n")},
		{"an unused variable", appended("\nfunc kataEdit() { x := 7 }\n")},
		{"no syntax", appended("\nfunc kataEdit( {\n")},
	}
	for i, e := range compiled(t) {
		s := answer(t, e)
		build(t, b, s)
		must(t, b.Learn(t.Context(), []Submission{s}))
		edit := edits[i%len(edits)]
		t.Run(e.ID()+"/"+edit.what, func(t *testing.T) { mustAgree(t, b, s.edited(edit.change)) })
		t.Run(e.ID()+"/a line dropped", func(t *testing.T) { mustAgree(t, b, s.edited(without(r))) })
	}
}

func build(t *testing.T, b *Bench, s Submission) Build {
	t.Helper()
	result, err := b.Build(t.Context(), []Submission{s})
	must(t, err)
	return result
}

// mustAgree compares a direct build with one by the go command.
func mustAgree(t *testing.T, b *Bench, s Submission) {
	t.Helper()
	suites, _, err := b.stage([]Submission{s})
	must(t, err)
	n := name(suites)
	binary := b.tree.path("direct.test")
	got, done, err := b.direct(t.Context(), n, binary)
	must(t, err)
	if !done {
		t.Fatal("the go command was needed")
	}
	want, err := b.goBuild(t.Context(), b.tree.path("built.test"), "./main/"+n)
	must(t, err)
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("direct: %v\ngo build: %v", got, want)
	}
	if len(want) == 0 && !exists(binary) {
		t.Error("there is no binary")
	}
}

// What only the go command can tell is left to it.
func TestDirectLeavesTheUnusual(t *testing.T) {
	b := workbench(t)
	s := answer(t, compiled(t)[0])
	build(t, b, s)
	must(t, b.Learn(t.Context(), []Submission{s}))
	more := func(name, text string) Submission {
		changed := s
		changed.Files = append(slices.Clone(s.Files), course.File{Name: name, Data: []byte(text)})
		return changed
	}
	pkg := "package " + path.Base(s.Exercise.ID()) + "\n"
	for what, edit := range map[string]Submission{
		"another file": more("zz.go", pkg),
		"another import": s.edited(func(b []byte) []byte {
			return bytes.Replace(b, []byte("import ("), []byte("import (\n\t_ \"unicode\""), 1)
		}),
		"a build constraint":  s.edited(func(b []byte) []byte { return append([]byte("//go:build ignore\n\n"), b...) }),
		"another package":     s.edited(func(b []byte) []byte { return bytes.Replace(b, []byte("\npackage "), []byte("\npackage x"), 1) }),
		"imports that end":    s.edited(func(b []byte) []byte { return bytes.Replace(b, []byte("import ("), []byte("import (("), 1) }),
		"a file with C in it": more("zz.go", pkg+"\nimport \"C\"\n"),
	} {
		t.Run(what, func(t *testing.T) {
			suites, _, err := b.stage([]Submission{edit})
			must(t, err)
			if _, done, err := b.direct(t.Context(), name(suites), b.tree.path("direct.test")); done || err != nil {
				t.Errorf("it was built directly (%v, %v)", done, err)
			}
		})
	}
}

// A recipe whose compiled packages are gone, or that is of another toolchain or
// torn, is none.
func TestRecipeHolds(t *testing.T) {
	b := workbench(t)
	s := answer(t, compiled(t)[0])
	build(t, b, s)
	must(t, b.Learn(t.Context(), []Submission{s}))
	suites, _, err := b.stage([]Submission{s})
	must(t, err)
	n := name(suites)
	r := b.recipe(n)
	if r == nil {
		t.Fatal("nothing was learnt")
	}
	digest := b.digest
	if b.digest = "another"; b.recipe(n) != nil {
		t.Error("a recipe of other assets holds")
	}
	b.digest = digest
	gone := *r
	gone.Exports = map[string]string{"fmt": b.tree.path("no/such.a")}
	must(t, b.keep(n, &gone))
	if b.recipe(n) != nil {
		t.Error("a recipe without its packages holds")
	}
	must(t, os.WriteFile(b.tree.path(path.Join(recipeFolder(n), "recipe.json")), []byte(`{"Digest":`), 0o644))
	if b.recipe(n) != nil {
		t.Error("a torn recipe holds")
	}
	if got := build(t, b, s.edited(appended("\nvar kataEdit = 1\n"))); len(got.Binaries) != 1 {
		t.Error("nothing was built without a recipe")
	}
}

// What is no compiled package has no face.
func TestFaceOfNoArchive(t *testing.T) {
	if _, err := face("direct_test.go"); err == nil {
		t.Error("a text file has a face")
	}
	if _, err := face("no/such/file"); err == nil {
		t.Error("a missing file has a face")
	}
}
