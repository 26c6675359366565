// Package foreign refuses code that changes variables of another package, or
// takes their address to change them later.
package foreign

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/origin"
	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

const why = "Such a variable belongs to the whole program, tests and other packages included: all of them would see the change. Make a value of your own (a client, a logger, an error) and hand that on."

// New makes the rule for a submission; own is the import path of its root
// package, whose sub-packages are not foreign.
func New(own string) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "foreign", Doc: "refuse changes to another package's variables\n\n" + why,
		RunDespiteErrors: true,
		Run: func(pass *analysis.Pass) (any, error) {
			for _, file := range pass.Files {
				v := visitor{pass, origin.Of(pass, file), own}
				ast.Inspect(file, v.visit)
			}
			return nil, nil
		},
	}
}

type visitor struct {
	pass *analysis.Pass
	file origin.File
	own  string
}

func (v visitor) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			v.refuse("changes", n.Lhs...)
		}
	case *ast.IncDecStmt:
		v.refuse("changes", n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			v.refuse("changes", n.Key, n.Value)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			v.refuse("takes the address of", n.X)
		}
	case *ast.CallExpr:
		v.call(n)
	}
	return true
}

// call looks at the builtin functions that change their first argument.
func (v visitor) call(n *ast.CallExpr) {
	name, ok := n.Fun.(*ast.Ident)
	if !ok || len(n.Args) == 0 {
		return
	}
	if _, builtin := v.pass.TypesInfo.ObjectOf(name).(*types.Builtin); !builtin {
		return
	}
	switch name.Name {
	case "delete", "clear", "copy":
		v.refuse("changes", n.Args[0])
	}
}

func (v visitor) refuse(does string, targets ...ast.Expr) {
	for _, target := range targets {
		if name := v.foreign(target); name != "" {
			refusal.Report(v.pass, target, why, "this %s %s, a variable of another package", does, name)
		}
	}
}

// foreign returns the name of the other package's variable that e is, or is
// reached through; empty for none.
func (v visitor) foreign(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.TypeAssertExpr:
			e = x.X
		case *ast.SelectorExpr:
			if from, ok := v.file.Qualified(x); ok {
				return v.name(from, x.X.(*ast.Ident).Name, x.Sel)
			}
			e = x.X
		case *ast.Ident:
			if from, ok := v.file.Dotted(x); ok {
				return v.name(from, path.Base(from), x)
			}
			return ""
		default:
			return ""
		}
	}
}

// name returns pkg.Name, unless the path is the submission's own or full type
// information says that it is no variable.
func (v visitor) name(from, pkg string, id *ast.Ident) string {
	if from == v.own || v.own != "" && strings.HasPrefix(from, v.own+"/") {
		return ""
	}
	if object := v.pass.TypesInfo.ObjectOf(id); object != nil {
		if _, variable := object.(*types.Var); !variable {
			return ""
		}
	}
	if from == origin.Unknown && pkg == origin.Unknown {
		return id.Name
	}
	return pkg + "." + id.Name
}
