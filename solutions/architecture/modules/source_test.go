package modules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/kata-go/kata/grader/kit"
)

// rank says who may import whom: a module imports those of a lower rank.
var rank = map[string]int{"catalog": 1, "orders": 2, "billing": 3}

// source is one package of the code under test, type-checked as far as its own
// packages go.
type source struct {
	folder string // from the exercise's folder, "." for that itself
	files  []*ast.File
	set    *token.FileSet
	info   *types.Info
	types  *types.Package
}

// program is the packages of the code under test by their folders.
type program map[string]*source

// home is how the import path of the code under test ends, wherever it is built.
const home = "/architecture/modules"

// load reads the packages of the working directory.
func load(t *testing.T) program {
	t.Helper()
	p, set := program{}, token.NewFileSet()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := fs.ReadFile(os.DirFS("."), name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(set, name, data, parser.SkipObjectResolution)
		if err == nil && !strings.HasSuffix(f.Name.Name, "_test") {
			p.add(path.Dir(name), set, f)
		}
		return err
	})
	if err != nil || len(p) == 0 {
		kit.Fail(t, kit.Failure{Sent: "read the packages of the exercise", Got: "error: " + strconv.Quote(errorText(err)), Want: "Go files in the exercise's folder and below"})
	}
	for module := range rank {
		if p[module] == nil {
			kit.Fail(t, kit.Failure{Sent: "read the packages of the exercise", Got: "no package in the folder " + module, Want: "one: it is a module"})
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(p)) {
		_, _ = p.Import(path.Join("kata"+home, folder))
	}
	return p
}

func errorText(err error) string {
	if err == nil {
		return "there are none"
	}
	return err.Error()
}

func (p program) add(folder string, set *token.FileSet, f *ast.File) {
	if p[folder] == nil {
		p[folder] = &source{folder: folder, set: set}
	}
	p[folder].files = append(p[folder].files, f)
}

// Import implements types.Importer: packages of the program are checked, others
// are empty.
func (p program) Import(name string) (*types.Package, error) {
	s := p[p.folder(name)]
	if s == nil {
		empty := types.NewPackage(name, path.Base(strings.TrimSuffix(name, "/v2")))
		empty.MarkComplete()
		return empty, nil
	}
	if s.types == nil {
		s.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
		config := types.Config{Importer: p, Error: func(error) {}, DisableUnusedImportCheck: true}
		s.types, _ = config.Check(name, s.set, s.files, s.info) // it compiles; what is missing are other packages
	}
	return s.types, nil
}

// folder returns the folder of an import path of the program, "" of any other.
func (p program) folder(name string) string {
	_, rel, ok := strings.Cut(name, home)
	switch {
	case ok && rel == "":
		return "."
	case ok && rel[0] == '/':
		return rel[1:]
	}
	return ""
}

// moduleOf returns the module that a folder is part of, or "".
func moduleOf(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	if rank[first] == 0 {
		return ""
	}
	return first
}

// edge is an import of one package of the program by another.
type edge struct{ from, to, at string }

func (e edge) fail(t *testing.T, want string) {
	t.Helper()
	kit.Fail(t, kit.Failure{Sent: "the imports of package " + e.from, Got: "it imports " + e.to, Want: want, At: e.at})
}

func (p program) imports() (all []edge) {
	for _, folder := range slices.Sorted(maps.Keys(p)) {
		for _, f := range p[folder].files {
			for _, spec := range f.Imports {
				name, _ := strconv.Unquote(spec.Path.Value)
				if to := p.folder(name); to != "" {
					all = append(all, edge{folder, to, p[folder].at(spec)})
				}
			}
		}
	}
	return all
}

// behind returns the modules that a package which is part of none leads to.
func (p program) behind(folder string, seen map[string]bool) (found []string) {
	if seen[folder] {
		return nil
	}
	seen[folder] = true
	for _, i := range p.imports() {
		if i.from != folder {
			continue
		}
		if m := moduleOf(i.to); m != "" {
			found = append(found, m)
		} else {
			found = append(found, p.behind(i.to, seen)...)
		}
	}
	return found
}

func (s *source) at(n ast.Node) string {
	p := s.set.Position(n.Pos())
	return kit.Line(p.Filename, p.Line)
}

// finding is a place in the source.
type finding struct{ what, kind, at string }

// modules returns the packages of the three modules.
func (p program) modules() (all []*source) {
	for _, folder := range slices.Sorted(maps.Keys(p)) {
		if moduleOf(folder) != "" {
			all = append(all, p[folder])
		}
	}
	return all
}

// anything returns the variables, fields, parameters and results of the modules
// whose types contain the empty interface.
func (p program) anything() (all []finding) {
	for _, s := range p.modules() {
		last := s.variadic()
		inspector.New(s.files).Preorder([]ast.Node{(*ast.Ident)(nil)}, func(n ast.Node) {
			v, ok := s.info.Defs[n.(*ast.Ident)].(*types.Var)
			if ok && !last[n.(*ast.Ident)] && empty(v.Type(), map[types.Type]bool{}) {
				all = append(all, finding{v.Name(), types.TypeString(v.Type(), types.RelativeTo(s.types)), s.at(n)})
			}
		})
		for _, e := range s.unnamed() {
			all = append(all, finding{"a parameter or result without a name", types.ExprString(e), s.at(e)})
		}
	}
	return all
}

// variadic returns the names of parameters that take ...any.
func (s *source) variadic() map[*ast.Ident]bool {
	last := map[*ast.Ident]bool{}
	inspector.New(s.files).Preorder([]ast.Node{(*ast.Field)(nil)}, func(n ast.Node) {
		if _, ok := n.(*ast.Field).Type.(*ast.Ellipsis); ok {
			for _, name := range n.(*ast.Field).Names {
				last[name] = true
			}
		}
	})
	return last
}

// unnamed returns the types of parameters, results and embedded fields without
// a name that contain the empty interface, also of function types.
func (s *source) unnamed() (all []ast.Expr) {
	inspector.New(s.files).Preorder([]ast.Node{(*ast.FuncType)(nil)}, func(n ast.Node) {
		f := n.(*ast.FuncType)
		for _, list := range []*ast.FieldList{f.Params, f.Results} {
			for _, field := range fields(list) {
				_, variadic := field.Type.(*ast.Ellipsis)
				if t := s.info.Types[field.Type].Type; len(field.Names) == 0 && !variadic && t != nil && empty(t, map[types.Type]bool{}) {
					all = append(all, field.Type)
				}
			}
		}
	})
	return all
}

func fields(list *ast.FieldList) []*ast.Field {
	if list == nil {
		return nil
	}
	return list.List
}

// empty reports whether a type is, or is made of, the empty interface. What a
// named struct has is looked at where it is declared.
func empty(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		return empty(types.Unalias(t), seen)
	case *types.Named:
		i, ok := t.Underlying().(*types.Interface)
		return ok && i.Empty()
	case *types.Interface:
		return t.Empty()
	case *types.Pointer:
		return empty(t.Elem(), seen)
	case *types.Slice:
		return empty(t.Elem(), seen)
	case *types.Array:
		return empty(t.Elem(), seen)
	case *types.Chan:
		return empty(t.Elem(), seen)
	case *types.Map:
		return empty(t.Key(), seen) || empty(t.Elem(), seen)
	}
	return false
}

// assertions returns the type assertions and type switches of the modules.
func (p program) assertions() (all []finding) {
	for _, s := range p.modules() {
		inspector.New(s.files).Preorder([]ast.Node{(*ast.TypeAssertExpr)(nil)}, func(n ast.Node) {
			what := "a type switch"
			if e := n.(*ast.TypeAssertExpr); e.Type != nil {
				what = types.ExprString(e)
			}
			all = append(all, finding{what: what, at: s.at(n)})
		})
	}
	return all
}
