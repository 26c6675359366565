package bench

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

const hiddenTest = `package crud_test

import (
	"testing"

	"github.com/kata-go/kata/solutions/rest/crud"
	wire "github.com/kata-go/kata/solutions/rest/crud/wire"
	"github.com/kata-go/kata/solutions/rest/crudely"
)

type runner struct{}

func (runner) Run(string, func()) {}

func TestA(t *testing.T) {
	t.Run("one", func(t *testing.T) { crud.New() })
	var r runner
	r.Run("not a test", func() {})
	helper(t)
}

func helper(tt *testing.T) { tt.Run("two", func(*testing.T) { wire.Of(crudely.X) }) }

func TestB(b *testing.T) {}

func Testing() {}

func TestMain(m *testing.M) {}
`

func TestTurn(t *testing.T) {
	h, err := turn([]course.File{{Name: "crud_test.go", Data: []byte(hiddenTest)}, {Name: "testdata/a.json", Data: []byte("{}")}},
		[]string{Module + "/solutions/rest/crud"}, Module+"/exercises/rest/crud")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.files) != 1 || h.files[0].Name != "crud_hidden.go" || len(h.data) != 1 {
		t.Fatalf("got files %v and data %v, want crud_hidden.go and one data file", h.files, h.data)
	}
	if got := strings.Join(h.tests, " "); got != "TestA TestB" {
		t.Errorf("tests: got %q, want TestA TestB", got)
	}
	text := string(h.files[0].Data)
	for _, want := range []string{
		`package crud_test; import kataHarness "github.com/kata-go/kata/grader/kit/harness"`,
		`"github.com/kata-go/kata/exercises/rest/crud"`,
		`wire "github.com/kata-go/kata/exercises/rest/crud/wire"`,
		`"github.com/kata-go/kata/solutions/rest/crudely"`,
		`kataHarness.Run(t, "one", func`,
		`kataHarness.Run(tt, "two", func`,
		`r.Run("not a test"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the turned file lacks %s:\n%s", want, text)
		}
	}
	if got, want := strings.Count(text, "\n"), strings.Count(hiddenTest, "\n"); got != want {
		t.Errorf("the turned file has %d lines, want the %d of the original", got, want)
	}
}

func TestTurnWithoutSubtests(t *testing.T) {
	h, err := turn([]course.File{{Name: "a_test.go", Data: []byte("package a_test\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n")}}, nil, "")
	if err != nil || strings.Contains(string(h.files[0].Data), "harness") {
		t.Errorf("got %v and %s, want no import that nobody uses", err, h.files[0].Data)
	}
}

func TestTurnRefusesWhatDoesNotParse(t *testing.T) {
	if _, err := turn([]course.File{{Name: "a_test.go", Data: []byte("package")}}, nil, ""); err == nil || !strings.Contains(err.Error(), "a_test.go") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func TestWithSeal(t *testing.T) {
	files := withSeal([]course.File{
		{Name: "a.go", Data: []byte("// hello\npackage shop\n")},
		{Name: "kata_seal.go", Data: []byte("package shop\n\nfunc init() { panic(1) }\n")},
		{Name: "sub/b.go", Data: []byte("package sub\n")},
		{Name: "c.sql", Data: []byte("SELECT 1;\n")},
	})
	seals := map[string]string{}
	for _, f := range files {
		if strings.HasSuffix(f.Name, sealFile) {
			seals[f.Name] += string(f.Data)
		}
	}
	if len(seals) != 2 || seals["kata_seal.go"] != "package shop\n\nimport _ \""+sealPath+"\"\n" || !strings.HasPrefix(seals["sub/kata_seal.go"], "package sub\n") {
		t.Errorf("got %q, want one import of the seal in each folder with Go code, and never the learner's", seals)
	}
}

func TestVariantsHaveFoldersOfTheirOwn(t *testing.T) {
	e := &course.Exercise{Track: "rest", Name: "crud"}
	own := Submission{Exercise: e}
	if own.ID() != "rest/crud" || own.folder() != "exercises/rest/crud" {
		t.Errorf("the learner's own: got %s in %s", own.ID(), own.folder())
	}
	seen := map[string]bool{}
	for _, v := range []string{"", "wrong/a-b", "wrong/a_b", "wrong/a/b", "right/a-b"} {
		s := Submission{Exercise: e, Variant: v}
		if seen[s.folder()] || seen[s.hiddenFolder()] {
			t.Errorf("variant %q shares a folder with another", v)
		}
		seen[s.folder()], seen[s.hiddenFolder()] = true, true
	}
}
