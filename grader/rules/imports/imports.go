// Package imports refuses imports that an exercise does not allow, and the few
// functions of allowed packages that open files by another name.
package imports

import (
	"go/ast"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/origin"
	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

// Policy says what a submission may import beside the base list.
type Policy struct {
	Extra []string // import paths that the exercise's front matter adds
	Own   string   // import path of the submission's root package; its sub-packages are its own
	Kata  string   // path of the module that holds grader and exercises; only for the reason given
}

// New makes the rule for a submission.
func New(p Policy) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "imports", Doc: "refuse imports and functions that reach beyond the exercise\n\n" + whyOther,
		RunDespiteErrors: true,
		Run: func(pass *analysis.Pass) (any, error) {
			for _, file := range pass.Files {
				p.paths(pass, file)
			}
			uses(pass)
			return nil, nil
		},
	}
}

// Allows tells whether the path may be imported at all.
func (p Policy) Allows(path string) bool {
	if path == "C" {
		return false
	}
	return base[path] || slices.Contains(p.Extra, path) || p.Own != "" && within(path, p.Own)
}

func (p Policy) paths(pass *analysis.Pass, file *ast.File) {
	for _, spec := range file.Imports {
		if path := origin.Path(spec); !p.Allows(path) {
			refusal.Report(pass, spec.Path, p.why(path), "the import of %s is not on this exercise's list", spec.Path.Value)
		}
	}
}

// why looks for a reason by the path and the folders above it.
func (p Policy) why(path string) string {
	if p.Kata != "" && within(path, p.Kata) {
		return whyGrader
	}
	for {
		if why, ok := whys[path]; ok {
			return why
		}
		cut := strings.LastIndexByte(path, '/')
		if cut < 0 {
			return whyOther
		}
		path = path[:cut]
	}
}

func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// uses refuses gated names. A value may travel between the files of a package,
// so methods are looked for in all files once one of them imports the type's
// package.
func uses(pass *analysis.Pass) {
	var open []gate
	for _, file := range pass.Files {
		for _, spec := range file.Imports {
			if g, ok := gates[origin.Path(spec)]; ok {
				open = append(open, g)
			}
		}
	}
	if len(open) == 0 {
		return
	}
	for _, file := range pass.Files {
		v := gatekeeper{pass, origin.Of(pass, file), open}
		ast.Inspect(file, v.visit)
	}
}

type gatekeeper struct {
	pass *analysis.Pass
	file origin.File
	open []gate
}

func (v gatekeeper) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if path, ok := v.file.Qualified(n); ok {
			v.function(path, n.Sel)
		} else {
			v.method(n.Sel)
		}
		ast.Inspect(n.X, v.visit)
		return false // n.Sel is no bare name
	case *ast.Ident:
		if path, ok := v.file.Dotted(n); ok {
			for _, from := range v.candidates(path) {
				v.function(from, n)
			}
		}
	}
	return true
}

// candidates are the packages that a bare name may be from.
func (v gatekeeper) candidates(path string) []string {
	if path == origin.Unknown {
		return v.file.Dots()
	}
	return []string{path}
}

func (v gatekeeper) function(path string, name *ast.Ident) {
	if g, ok := gates[path]; ok && slices.Contains(g.functions, name.Name) {
		refusal.Report(v.pass, name, g.why, "%s of %s is not allowed in an exercise", name.Name, path)
	}
}

// method refuses a gated method unless the learner's package declares it.
func (v gatekeeper) method(name *ast.Ident) {
	if object := v.pass.TypesInfo.ObjectOf(name); object != nil && object.Pkg() == v.pass.Pkg {
		return
	}
	for _, g := range v.open {
		if slices.Contains(g.methods, name.Name) {
			refusal.Report(v.pass, name, g.why, "the method %s is not allowed in an exercise", name.Name)
			return
		}
	}
}
