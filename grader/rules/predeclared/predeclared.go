// Package predeclared refuses package-level names, imports' names included,
// that hide one of the language's own (true, error, len …).
package predeclared

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

const why = "Every file of the package then reads that word with another meaning: a true that is false, an error that is none. Give it a name of its own; the language's min, max and clear are there already."

// Analyzer is the rule.
var Analyzer = &analysis.Analyzer{
	Name: "predeclared", Doc: "refuse package-level names that hide the language's own\n\n" + why,
	Run: run, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		for _, name := range declared(file) {
			if types.Universe.Lookup(name.Name) != nil {
				refusal.Report(pass, name, why, "the package declares %s anew, which is one of Go's own names", name.Name)
			}
		}
	}
	return nil, nil
}

// declared returns the names that a file gives to its package and to itself.
func declared(file *ast.File) (names []*ast.Ident) {
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				names = append(names, decl.Name)
			}
		case *ast.GenDecl:
			names = append(names, specified(decl)...)
		}
	}
	return names
}

func specified(decl *ast.GenDecl) (names []*ast.Ident) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			names = append(names, spec.Names...)
		case *ast.TypeSpec:
			names = append(names, spec.Name)
		case *ast.ImportSpec:
			if spec.Name != nil {
				names = append(names, spec.Name)
			}
		}
	}
	return names
}
