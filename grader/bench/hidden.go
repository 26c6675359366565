package bench

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// Module is the path of the module that every submission is built in.
const Module = "github.com/kata-go/kata"

const (
	module      = Module
	harnessPath = module + "/grader/kit/harness"
	sealPath    = module + "/grader/kit/seal"
)

// hidden is the hidden tests of one exercise, turned into an ordinary package
// that tests the package at another import path.
type hidden struct {
	files []course.File // Go files
	data  []course.File // testdata, which tests read relative to the exercise's folder
	tests []string      // names of the top-level Test functions, in the files' order
}

// turn rewrites hidden test files: import paths `from` become `to`, and t.Run
// becomes harness.Run, each on its own line, so that line numbers stay.
func turn(files []course.File, from []string, to string) (hidden, error) {
	var h hidden
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".go") {
			h.data = append(h.data, f)
			continue
		}
		data, tests, err := turnFile(f, from, to)
		if err != nil {
			return hidden{}, fmt.Errorf("hidden test %s: %w", f.Name, err)
		}
		name := strings.TrimSuffix(strings.TrimSuffix(f.Name, ".go"), "_test") + turnedEnding
		h.files = append(h.files, course.File{Name: name, Data: data})
		h.tests = append(h.tests, tests...)
	}
	return h, nil
}

// edit replaces src[at:end] by text.
type edit struct {
	at, end int
	text    string
}

func turnFile(f course.File, from []string, to string) ([]byte, []string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, f.Name, f.Data, parser.ParseComments)
	if err != nil {
		return nil, nil, err
	}
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	var edits []edit
	for _, spec := range file.Imports {
		if path, ok := turnPath(spec.Path.Value, from, to); ok {
			edits = append(edits, edit{offset(spec.Path.Pos()), offset(spec.Path.End()), strconv.Quote(path)})
		}
	}
	runs := subtests(file)
	for _, call := range runs {
		edits = append(edits, edit{offset(call.Fun.Pos()), offset(call.Args[0].Pos()), "kataHarness.Run(" + call.Fun.(*ast.SelectorExpr).X.(*ast.Ident).Name + ", "})
	}
	if len(runs) > 0 {
		end := offset(file.Name.End())
		edits = append(edits, edit{end, end, "; import kataHarness " + strconv.Quote(harnessPath)})
	}
	return apply(f.Data, edits), testFuncs(file), nil
}

// turnedEnding marks a test file that was made an ordinary one.
const turnedEnding = "_hidden.go"

// turnedBack is the name that a turned test file had.
func turnedBack(name string) string {
	if base, ok := strings.CutSuffix(name, turnedEnding); ok {
		return base + "_test.go"
	}
	return name
}

// Told returns pairs, old and new, that turn what a process of the submission
// prints of its files into the names that the learner knows.
func (s Submission) Told() []string {
	return []string{s.hiddenFolder(), s.Exercise.Dir(), s.folder(), s.Exercise.Dir(), turnedEnding, "_test.go"}
}

// turnPath replaces one of the prefixes of a quoted import path.
func turnPath(quoted string, from []string, to string) (string, bool) {
	p, err := strconv.Unquote(quoted)
	for _, f := range from {
		if err == nil && (p == f || strings.HasPrefix(p, f+"/")) {
			return to + p[len(f):], true
		}
	}
	return "", false
}

// subtests returns the calls of Run on a variable declared as *testing.T.
func subtests(file *ast.File) []*ast.CallExpr {
	var calls []*ast.CallExpr
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Run" && isTestingT(sel.X) {
			calls = append(calls, call)
		}
		return true
	})
	return calls
}

func isTestingT(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok || id.Obj == nil {
		return false
	}
	field, ok := id.Obj.Decl.(*ast.Field)
	return ok && isPointerToT(field.Type)
}

func isPointerToT(e ast.Expr) bool {
	star, ok := e.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "T" {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "testing"
}

// testFuncs returns the names of the file's functions that `go test` would run.
func testFuncs(file *ast.File) []string {
	var names []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") || f.Name.Name == "TestMain" {
			continue
		}
		if p := f.Type.Params.List; len(p) == 1 && isPointerToT(p[0].Type) {
			names = append(names, f.Name.Name)
		}
	}
	return names
}

func apply(src []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var out []byte
	last := 0
	for _, e := range edits {
		out = append(append(out, src[last:e.at]...), e.text...)
		last = e.end
	}
	return append(out, src[last:]...)
}
