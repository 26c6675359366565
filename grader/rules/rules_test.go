package rules_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/rules"
)

var shop = rules.Options{
	Path: "example.org/kata/exercises/rest/shop", Module: "example.org/kata",
	Imports: []string{"net/http"}, Methods: []string{"Money.Equal"},
}

// source is a file of package shop with the given text after the clause.
func source(text string) rules.File {
	return rules.File{Name: "shop.go", Data: []byte("package shop\n" + text)}
}

func TestEachRuleHasItsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, text, message string }{
		{"imports", `import "os/exec"; var _ = exec.Command`, `the import of "os/exec" is not on this exercise's list`},
		{"imports", `import "C"`, `the import of "C" is not on this exercise's list`},
		{"imports", `import "example.org/kata/grader/kit"`, `the import of "example.org/kata/grader/kit" is not on this exercise's list`},
		{"imports", `import "example.org/kata/exercises/rest/other"`, `the import of "example.org/kata/exercises/rest/other" is not on this exercise's list`},
		{"imports", `import "net/http"; var _ = http.Dir("/")`, `Dir of net/http is not allowed in an exercise`},
		{"directives", "//go:linkname f runtime.f\nfunc f() {}", `//go:linkname is a directive, not a comment`},
		{"directives", "//go:embed x\nvar x string", `//go:embed is a directive, not a comment`},
		{"directives", "//export f\nfunc f() {}", `//export is a directive, not a comment`},
		{"directives", "//extern f\nfunc f() {}", `//extern is a directive, not a comment`},
		{"directives", "// +build ignore\n", `// +build is a directive, not a comment`},
		{"directives", "//+build ignore\n", `// +build is a directive, not a comment`},
		{"directives", "//go:build linux\n", `//go:build is a directive, not a comment`},
		{"directives", "func f() { /*line x.go:1*/ }", `/*line is a directive, not a comment`},
		{"directives", "//go:\tlinkname\r\nfunc f() {}", `//go: is a directive, not a comment`},
		{"bodiless", "func f()", `the function f has no body`},
		{"foreign", `import "io"; func f() { io.EOF = nil }`, `this changes io.EOF, a variable of another package`},
		{"predeclared", "func len() {}", `the package declares len anew, which is one of Go's own names`},
		{"methods", "type T int; func (T) Is(error) bool { return true }", `the method Is of T is not part of this exercise`},
	} {
		got, err := rules.Check([]rules.File{source(c.text)}, shop)
		if err != nil || len(got) != 1 {
			t.Errorf("%s\n%d findings, %v: %+v", c.text, len(got), err, got)
			continue
		}
		f := got[0]
		if f.Rule != c.rule || f.Message != c.message || f.File != "shop.go" || f.Line < 2-strings.Count(c.text, "line x") || f.Column < 1 {
			t.Errorf("%s\n%+v, want %s: %s", c.text, f, c.rule, c.message)
		}
		if !strings.HasSuffix(f.Why, ".") && !strings.HasSuffix(f.Why, ").") {
			t.Errorf("%s: the reason is no sentence: %q", c.text, f.Why)
		}
	}
}

func TestHonestCodeIsLeftAlone(t *testing.T) {
	t.Parallel()
	files := []rules.File{
		source(`
import (
	"log/slog"
	"net/http"

	"example.org/kata/exercises/rest/shop/store" // whose package is called otherwise
)

// Money is on the reference's list.
type Money struct{ cents int }

func (m Money) Equal(o Money) bool { return m == o }

//go is what this is written in
func New(min, max int) *http.Server {
	storage.Default.Log = slog.Default()
	http := &http.Server{Addr: "x"}
	http.Addr = "y"
	return http
}`),
		{Name: "store/store.go", Data: []byte("package storage\nvar Default = struct{ Log any }{}\n")},
		{Name: "notes.txt", Data: []byte("package ] not Go")},
	}
	if got, err := rules.Check(files, shop); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := rules.Check(nil, rules.Options{}); err != nil || got != nil {
		t.Errorf("nothing: %+v, %v", got, err)
	}
}

func TestFindingsAreInOrderAndAtTrueLines(t *testing.T) {
	t.Parallel()
	got, err := rules.Check([]rules.File{
		{Name: "z.go", Data: []byte("package shop\nfunc f()\n")},
		{Name: "a.go", Data: []byte("package shop\n//line z.go:700\nfunc g()\nfunc len() int\n")},
		{Name: "b/b.go", Data: []byte("package b\nimport \"os\"\n")},
	}, shop)
	var lines []string
	for _, f := range got {
		lines = append(lines, fmt.Sprintf("%s:%d:%s", f.File, f.Line, f.Rule))
	}
	want := "a.go:2:directives a.go:3:bodiless a.go:4:bodiless a.go:4:predeclared b/b.go:2:imports z.go:2:bodiless"
	if strings.Join(lines, " ") != want || err != nil {
		t.Errorf("got  %s, %v\nwant %s", strings.Join(lines, " "), err, want)
	}
}

func TestWhatDoesNotParseIsTheCompilersMatter(t *testing.T) {
	t.Parallel()
	got, err := rules.Check([]rules.File{
		source("import \"os\"\nfunc {"),
		{Name: "other.go", Data: []byte("package shop\nimport \"os\"")},
		{Name: "sub/sub.go", Data: []byte("package sub\nimport \"os\"")},
	}, shop)
	if !errors.Is(err, rules.ErrSyntax) || !strings.HasPrefix(err.Error(), "shop.go: ") {
		t.Errorf("error %v, want ErrSyntax of shop.go", err)
	}
	if len(got) != 1 || got[0].File != "sub/sub.go" {
		t.Errorf("findings %+v, want only sub/sub.go's", got)
	}
}

// Nesting that go/parser gives up on and cmd/compile does not must not be a way
// round the rules.
func TestTooDeepNestingIsNoWayRound(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 200_000) + "1" + strings.Repeat(")", 200_000)
	if _, err := rules.Check([]rules.File{source("import \"os\"; var _ = " + deep)}, shop); !errors.Is(err, rules.ErrSyntax) {
		t.Errorf("error %v, want ErrSyntax", err)
	}
}

func TestTypeErrorsAreTheCompilersMatter(t *testing.T) {
	t.Parallel()
	got, err := rules.Check([]rules.File{source(`
import ("strings"; "example.org/pot")
func f() int { undefined.Field = 1; undefined2++; _ = &nothing.At; return strings.Nope(pot.Lid) + "x" }`)}, rules.Options{Imports: []string{"example.org/pot"}})
	if err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	got := rules.Methods([]rules.File{
		source("func (m *Money) Equal(Money) bool { return true }\nfunc (gone) Unwrap() error { return nil }"),
		{Name: "broken.go", Data: []byte("package")},
		{Name: "README.md", Data: []byte("package shop; func (T) Is() {}")},
	})
	if want := []string{"Money.Equal", "Unwrap"}; !slices.Equal(got, want) {
		t.Errorf("Methods = %q, want %q", got, want)
	}
}

// BenchmarkCheck is what the rules cost in the edit loop, for a package of 400
// lines.
func BenchmarkCheck(b *testing.B) {
	names := []string{"rules.go", "foreign/foreign.go", "internal/loose/loose.go"}
	var files []rules.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, rules.File{Name: name, Data: data})
	}
	for b.Loop() {
		if _, err := rules.Check(files, shop); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzCheck looks for code that breaks the rules' reader instead of a rule.
func FuzzCheck(f *testing.F) {
	for _, text := range []string{
		"import . \"net/http\"\nvar _ = Dir", "func (T[_]) Is() {}", "import \"C\"\n//go:\nfunc f()", "func ((*T)) Equal() {}",
		"type T = T; func (T) As()", "import x \"io\"; func f() { for x.EOF = range f {}; &x.EOF++ }", "func f() { delete(); copy(io.EOF) }",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, err := rules.Check([]rules.File{source(text)}, shop)
		if err != nil && (!errors.Is(err, rules.ErrSyntax) || len(found) != 0) {
			t.Errorf("%d findings, %v", len(found), err)
		}
	})
}
