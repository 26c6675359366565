// Package loose parses and type-checks a submission without knowing any
// package that it imports, which takes a hundredth of the time of loading them.
// Names that are declared in a package resolve within it, a qualified name
// resolves as far as to its package, all else has no type.
//
// It owns this and the running of an analyzer over the result. It must never
// know a rule.
package loose

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/constants"
)

// ErrSyntax is wrapped for a file that does not parse.
var ErrSyntax = errors.New("not checked, it does not parse")

// File is one Go file of a submission.
type File struct {
	Name string // slash path relative to the submission's root
	Data []byte
}

// Package is the files of one folder that share a package clause.
type Package struct {
	Folder string // relative to the submission's root; "." for the root
	Name   string
	Files  []*ast.File
	Set    *token.FileSet
	Types  *types.Package
	Info   *types.Info
	Sizes  types.Sizes
}

// Load returns the packages of a submission whose root has the import path
// root, in the order of the files. Folders with a file that does not parse are
// left out and named in the error, which then wraps ErrSyntax.
func Load(files []File, root string) ([]*Package, error) {
	packages, broken, err := parse(files)
	names := importer{}
	var sound []*Package
	for _, p := range packages {
		if !broken[p.Folder] {
			sound = append(sound, p)
			names.add(path.Join(root, p.Folder), p.Name)
		}
	}
	for _, p := range sound {
		p.check(names)
	}
	return sound, err
}

func parse(files []File) (packages []*Package, broken map[string]bool, err error) {
	set := token.NewFileSet()
	broken = map[string]bool{}
	for _, f := range files {
		file, failed := parser.ParseFile(set, f.Name, f.Data, parser.ParseComments|parser.SkipObjectResolution)
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w: %w", f.Name, ErrSyntax, failed))
			broken[path.Dir(f.Name)] = true
			continue
		}
		packages = place(packages, set, path.Dir(f.Name), file)
	}
	return packages, broken, err
}

// place puts the file into its package.
func place(packages []*Package, set *token.FileSet, folder string, file *ast.File) []*Package {
	for _, p := range packages {
		if p.Folder == folder && p.Name == file.Name.Name {
			p.Files = append(p.Files, file)
			return packages
		}
	}
	return append(packages, &Package{Folder: folder, Name: file.Name.Name, Files: []*ast.File{file}, Set: set})
}

func (p *Package) check(names importer) {
	p.Info = NewInfo()
	p.Sizes = types.SizesFor("gc", "amd64")
	if constants.Swollen(p.Files) != nil { // the rule refuses it; no checker should work it out
		p.Types = types.NewPackage(p.Folder, p.Name)
		return
	}
	config := types.Config{Importer: names, Error: func(error) {}, FakeImportC: true, DisableUnusedImportCheck: true, Sizes: p.Sizes}
	p.Types, _ = config.Check(p.Folder, p.Set, p.Files, p.Info) // errors: what it does not know is not wrong
}

// NewInfo returns type information with every map that analyzers may read.
func NewInfo() *types.Info {
	return &types.Info{
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		Instances: map[*ast.Ident]types.Instance{}, FileVersions: map[*ast.File]string{},
	}
}

// Run runs an analyzer that requires no other and uses no facts.
func (p *Package) Run(a *analysis.Analyzer) (found []analysis.Diagnostic, err error) {
	pass := &analysis.Pass{
		Analyzer: a, Fset: p.Set, Files: p.Files, Pkg: p.Types, TypesInfo: p.Info, TypesSizes: p.Sizes,
		Report: func(d analysis.Diagnostic) { found = append(found, d) },
	}
	if _, err := a.Run(pass); err != nil {
		return nil, fmt.Errorf("rule %s: %w", a.Name, err)
	}
	return found, nil
}
