// Package origin tells which package a name in a file comes from, with full
// type information or with the loose kind that knows no imported package's
// contents. It must never know a rule.
package origin

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Unknown stands for the path of a package that is surely imported, but under
// a name that loose type information cannot connect with a path.
const Unknown = "?"

// File answers for one file of a pass.
type File struct {
	pass  *analysis.Pass
	dots  []string // paths of its dot imports
	loose bool     // it has an import that loose types may have by a wrong name
}

// Of prepares the answers for a file.
func Of(pass *analysis.Pass, file *ast.File) File {
	f := File{pass: pass}
	for _, spec := range file.Imports {
		switch {
		case spec.Name != nil && spec.Name.Name == ".":
			f.dots = append(f.dots, Path(spec))
		case spec.Name == nil && strings.Contains(Path(spec), "."):
			f.loose = f.loose || !used(pass.TypesInfo, spec)
		}
	}
	return f
}

// used tells whether any name refers to what spec imports. A package outside
// the standard library that seems unused has another name than its path.
func used(info *types.Info, spec *ast.ImportSpec) bool {
	imported := info.Implicits[spec]
	for _, object := range info.Uses {
		if object == imported {
			return true
		}
	}
	return false
}

// Path is the path that an import names; it is empty for none that makes
// sense.
func Path(spec *ast.ImportSpec) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return ""
	}
	return path
}

// Qualified tells whether e is a package's name, a dot and a name, and of
// which package. An identifier that nothing declares is taken for the package
// that the file seems not to use; without one the compiler will refuse it.
func (f File) Qualified(e *ast.SelectorExpr) (path string, ok bool) {
	id, isName := e.X.(*ast.Ident)
	if !isName {
		return "", false
	}
	switch object := f.object(id).(type) {
	case *types.PkgName:
		return object.Imported().Path(), true
	case nil:
		return Unknown, f.loose
	default:
		return "", false
	}
}

// Dotted tells whether a bare name comes from a dot import, and from which
// path; with several dot imports and loose types, that is Unknown.
func (f File) Dotted(id *ast.Ident) (path string, ok bool) {
	if len(f.dots) == 0 || id.Name == "_" {
		return "", false
	}
	object := f.object(id)
	if object == nil {
		if len(f.dots) > 1 {
			return Unknown, true
		}
		return f.dots[0], true
	}
	from := object.Pkg()
	if from == nil || from == f.pass.Pkg || object.Parent() != from.Scope() {
		return "", false
	}
	return from.Path(), true
}

// Dots returns the paths of the file's dot imports.
func (f File) Dots() []string { return f.dots }

func (f File) object(id *ast.Ident) types.Object { return f.pass.TypesInfo.ObjectOf(id) }
