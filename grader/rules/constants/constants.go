// Package constants refuses constant texts that are built to be too long for
// whoever works them out: a compiler, or these rules.
//
// It reads syntax alone, so that it can look before types are checked.
package constants

import (
	"go/ast"
	"go/token"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

// longest is how long a constant text may be, in bytes.
const longest = 1 << 20

const why = "A constant is worked out while the program is built; one that doubles a few times fills the memory of whoever builds it."

// Analyzer is the rule.
var Analyzer = &analysis.Analyzer{
	Name: "constants", Doc: "refuse constant texts of more than a megabyte\n\n" + why,
	Run: run, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	if e := Swollen(pass.Files); e != nil {
		refusal.Report(pass, e, why, "a constant text is longer than a megabyte")
	}
	return nil, nil
}

// Swollen returns an expression whose text would be too long, or nil.
func Swollen(files []*ast.File) (found ast.Expr) {
	s := sizes{specs: map[string][]ast.Expr{}, known: map[string]int{}}
	for _, f := range files {
		ast.Inspect(f, s.collect)
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if e, ok := n.(*ast.BinaryExpr); ok && found == nil && s.of(e) > longest {
				found = e
			}
			return found == nil
		})
	}
	return found
}

// sizes knows how long texts are, by the names of constants in whatever scope;
// of several of one name the longest counts.
type sizes struct {
	specs map[string][]ast.Expr
	known map[string]int
}

func (s sizes) collect(n ast.Node) bool {
	d, ok := n.(*ast.GenDecl)
	if !ok || d.Tok != token.CONST {
		return true
	}
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		for i, name := range v.Names {
			if i < len(v.Values) {
				s.specs[name.Name] = append(s.specs[name.Name], v.Values[i])
			}
		}
	}
	return true
}

// of is the length of an expression's text as far as it is a constant one, and
// more than longest when it is longer than that.
func (s sizes) of(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return len(text)
		}
	case *ast.Ident:
		return s.named(e.Name)
	case *ast.ParenExpr:
		return s.of(e.X)
	case *ast.CallExpr: // a conversion
		if len(e.Args) == 1 {
			return s.of(e.Args[0])
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return min(s.of(e.X)+s.of(e.Y), longest+1)
		}
	}
	return 0
}

func (s sizes) named(name string) int {
	if n, ok := s.known[name]; ok {
		return n
	}
	s.known[name] = 0 // a constant that needs itself is an error
	for _, e := range s.specs[name] {
		s.known[name] = max(s.known[name], s.of(e))
	}
	return s.known[name]
}
