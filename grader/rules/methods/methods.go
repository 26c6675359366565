// Package methods refuses the methods that comparing code calls behind
// everybody's back (Equal, Is, As, Unwrap) where the exercise has none.
package methods

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

const why = "errors.Is, errors.As and comparisons call it unseen and believe what it says, so it can make different things look alike; what this exercise asks for can be had without (fmt.Errorf with %w wraps an error)."

var unseen = []string{"Equal", "Is", "As", "Unwrap"}

// New makes the rule; allowed is as Of returns it.
func New(allowed []string) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "methods", Doc: "refuse Equal, Is, As and Unwrap methods that the exercise has no use for\n\n" + why,
		RunDespiteErrors: true,
		Run: func(pass *analysis.Pass) (any, error) {
			for _, file := range pass.Files {
				for _, m := range found(file) {
					if !m.plain && !slices.Contains(allowed, m.on+"."+m.name.Name) && !slices.Contains(allowed, m.name.Name) {
						refusal.Report(pass, m.name, why, "the method %s of %s is not part of this exercise", m.name.Name, m.on)
					}
				}
			}
			return nil, nil
		},
	}
}

// Of returns what a reference solution's files allow: "Type.Method" for the
// methods of exported types; for those of unexported types, which an answer
// may name as it likes, the bare "Method".
func Of(files ...*ast.File) (allowed []string) {
	for _, file := range files {
		for _, m := range found(file) {
			if ast.IsExported(m.on) {
				allowed = append(allowed, m.on+"."+m.name.Name)
			} else {
				allowed = append(allowed, m.name.Name)
			}
		}
	}
	slices.Sort(allowed)
	return slices.Compact(allowed)
}

type method struct {
	on    string
	name  *ast.Ident
	plain bool // an Unwrap that returns a field of its receiver, as fmt.Errorf's errors do
}

func found(file *ast.File) (methods []method) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if ok && f.Recv != nil && len(f.Recv.List) == 1 && slices.Contains(unseen, f.Name.Name) {
			methods = append(methods, method{receiver(f.Recv.List[0].Type), f.Name, unwraps(f)})
		}
	}
	return methods
}

// unwraps reports whether f is an Unwrap that only returns a field of its
// receiver: what it says is no more than what %w could.
func unwraps(f *ast.FuncDecl) bool {
	if f.Name.Name != "Unwrap" || f.Body == nil || len(f.Body.List) != 1 || len(f.Recv.List[0].Names) != 1 {
		return false
	}
	ret, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return false
	}
	field, ok := ret.Results[0].(*ast.SelectorExpr)
	if !ok {
		return false
	}
	on, ok := field.X.(*ast.Ident)
	return ok && on.Name == f.Recv.List[0].Names[0].Name
}

// receiver is the name of the type without pointer and type parameters.
func receiver(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return "an unnamed type"
		}
	}
}
