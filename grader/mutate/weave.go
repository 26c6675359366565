package mutate

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
)

// woven is how the bench knows the package that holds all woven mutants.
const woven = "woven"

// weave makes one submission's files of a solution and many of its mutants: a
// function begins by asking which mutant it is to be, and then runs that one's
// body instead of its own. Compiling a package and the tests that import it
// costs many times what running them does. The mutants that change more than
// the body of one function are left out; the result tells which are in, by
// their index, and is nil when none is.
func weave(solution []course.File, mutants []Mutant) (*bench.Woven, []bool) {
	w := &bench.Woven{Variant: woven, Files: slices.Clone(solution), Folders: map[string]string{}}
	in := make([]bool, len(mutants))
	for i, f := range solution {
		mine := map[int]Mutant{}
		for n, m := range mutants {
			if m.File == f.Name && path.Ext(f.Name) == ".go" {
				mine[n] = m
			}
		}
		if len(mine) == 0 {
			continue
		}
		text, name, taken := weaveFile(f, mine)
		if len(taken) == 0 {
			continue
		}
		w.Files[i].Data, w.Folders[path.Dir(f.Name)] = text, name
		for _, n := range taken {
			in[n] = true
		}
	}
	if len(w.Folders) == 0 {
		return nil, in
	}
	return w, in
}

// weaveFile returns the woven file, its package's name and the mutants, by
// their keys, that are in it.
func weaveFile(f course.File, mutants map[int]Mutant) (text []byte, name string, taken []int) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, f.Name, f.Data, parser.SkipObjectResolution)
	if err != nil {
		return nil, "", nil
	}
	src := string(f.Data)
	var edits []edit
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil || recovers(fn) {
			continue
		}
		b := body{fset: fset, src: src, fn: fn}
		if e, in := b.woven(mutants); len(in) > 0 {
			edits, taken = append(edits, e), append(taken, in...)
		}
	}
	return []byte(splice(src, 0, len(src), edits)), file.Name.Name, taken
}

// recovers reports whether a function calls recover itself, which would do
// nothing in a function that it calls.
func recovers(fn *ast.FuncDecl) bool {
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			id, ok := n.Fun.(*ast.Ident)
			found = found || ok && id.Name == "recover"
		}
		return !found
	})
	return found
}

// body is a function's body that mutants change.
type body struct {
	fset *token.FileSet
	src  string
	fn   *ast.FuncDecl
}

func (b body) offset(p token.Pos) int { return b.fset.PositionFor(p, false).Offset }

// woven returns the edit that lets the function be any of the mutants that
// change nothing outside its body, and which these are.
func (b body) woven(mutants map[int]Mutant) (edit, []int) {
	at, end := b.offset(b.fn.Body.Lbrace)+1, b.offset(b.fn.Body.Rbrace)
	var cases strings.Builder
	var in []int
	for _, n := range slices.Sorted(maps.Keys(mutants)) {
		edits := mutants[n].step.sorted()
		if edits[0].at < at || edits[len(edits)-1].end > end {
			continue
		}
		in = append(in, n)
		fmt.Fprintf(&cases, "case %d:\n%s\n", n+1, b.call(splice(b.src, at, end, edits)))
	}
	return edit{at, at, "\nswitch " + bench.Switch + " {\n" + cases.String() + "}\n"}, in
}

// call runs a body with the function's results and returns from it.
func (b body) call(text string) string {
	text = b.own() + text
	results := b.fn.Type.Results
	if results == nil || len(results.List) == 0 {
		return "func() {" + text + "}()\nreturn"
	}
	list := b.src[b.offset(results.Pos()):b.offset(results.End())]
	return "return func() " + list + " {" + text + "}()"
}

// own declares the receiver and the parameters anew, for a body may assign to
// them by := only where they are of its own scope.
func (b body) own() string {
	fields := slices.Clone(b.fn.Type.Params.List)
	if b.fn.Recv != nil {
		fields = append(fields, b.fn.Recv.List...)
	}
	var names, blanks []string
	for _, f := range fields {
		for _, name := range f.Names {
			if name.Name != "_" {
				names, blanks = append(names, name.Name), append(blanks, "_")
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	list := strings.Join(names, ", ")
	return "\n" + list + " := " + list + "\n" + strings.Join(blanks, ", ") + " = " + list + "\n"
}
