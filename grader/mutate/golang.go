package mutate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// goOperators are asked about every node of a Go file, in this order. Where it
// can, an operator makes code dead instead of deleting it, so that variables
// and imports stay in use and the mutant compiles.
var goOperators = []func(*goFile, ast.Node){
	condition, comparison, logic, arithmetic, constant, named, tag, loop, statement, deferred, early, returned, locks, branch, callersContext, script,
}

// goFile is a Go file being searched for steps.
type goFile struct {
	src     string
	fset    *token.FileSet
	file    *ast.File
	path    []ast.Node // from the file to the node in hand
	texts   []span     // what nobody tests: messages for people
	structs map[string]bool
	steps   []step
}

// span is src[at:end].
type span struct{ at, end int }

// goSteps returns the steps over a Go file. Imports, comments and generated
// files are no targets.
func goSteps(name string, src []byte) ([]step, error) {
	g := &goFile{src: string(src), fset: token.NewFileSet(), structs: map[string]bool{}}
	var err error
	if g.file, err = parser.ParseFile(g.fset, name, src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	if ast.IsGenerated(g.file) {
		return nil, nil
	}
	g.survey()
	ast.PreorderStack(g.file, nil, func(n ast.Node, path []ast.Node) bool {
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			return false
		}
		g.path = path
		for _, find := range goOperators {
			find(g, n)
		}
		return true
	})
	return g.steps, nil
}

// survey notes the file's struct types and its untested texts.
func (g *goFile) survey() {
	ast.Inspect(g.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			if _, ok := n.Type.(*ast.StructType); ok && n.TypeParams == nil {
				g.structs[n.Name.Name] = true
			}
		case *ast.CallExpr:
			for _, arg := range forPeople(n) {
				g.texts = append(g.texts, g.span(arg))
			}
		}
		return true
	})
}

// add records a step at a node.
func (g *goFile) add(operator string, at ast.Node, edits ...edit) {
	g.steps = append(g.steps, step{operator, g.offset(at.Pos()), g.around(), edits})
}

func (g *goFile) offset(p token.Pos) int { return g.fset.PositionFor(p, false).Offset }

func (g *goFile) span(n ast.Node) span { return span{g.offset(n.Pos()), g.offset(n.End())} }

// text is a node as it is written.
func (g *goFile) text(n ast.Node) string {
	s := g.span(n)
	return g.src[s.at:s.end]
}

// replace is the edit that writes text in a node's place.
func (g *goFile) replace(n ast.Node, text string) edit {
	s := g.span(n)
	return edit{s.at, s.end, text}
}

// parent is the node right above the one in hand.
func (g *goFile) parent() ast.Node {
	if len(g.path) == 0 {
		return nil
	}
	return g.path[len(g.path)-1]
}

// untested reports whether a node stands in a text for people.
func (g *goFile) untested(n ast.Node) bool {
	at := g.offset(n.Pos())
	return slices.ContainsFunc(g.texts, func(s span) bool { return s.at <= at && at < s.end })
}

// around names the declaration that holds the node in hand: "New",
// "shop.list", "count".
func (g *goFile) around() string {
	for _, n := range g.path {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return g.funcName(n)
		case *ast.TypeSpec:
			return n.Name.Name
		case *ast.ValueSpec:
			return n.Names[0].Name
		}
	}
	return ""
}

func (g *goFile) funcName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	receiver := strings.TrimPrefix(g.text(d.Recv.List[0].Type), "*")
	receiver, _, _ = strings.Cut(receiver, "[")
	return receiver + "." + d.Name.Name
}

// before writes a statement in front of another one, on a line of its own
// where that one begins its line.
func (g *goFile) before(n ast.Node, text string) edit {
	at := g.offset(n.Pos())
	indent := g.src[lineStart(g.src, at):at]
	if strings.TrimSpace(indent) != "" {
		return edit{at, at, text + "; "}
	}
	return edit{at, at, text + "\n" + indent}
}

// after writes a statement behind another one, on a line of its own where that
// one begins its line.
func (g *goFile) after(n ast.Node, text string) edit {
	at, end := g.offset(n.Pos()), g.offset(n.End())
	indent := g.src[lineStart(g.src, at):at]
	if strings.TrimSpace(indent) != "" {
		return edit{end, end, "; " + text}
	}
	return edit{end, end, "\n" + indent + text}
}

// selector splits x.Name with a plain x: "http", "StatusOK".
func selector(n ast.Node) (x, name string) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if id, ok := sel.X.(*ast.Ident); ok {
		return id.Name, sel.Sel.Name
	}
	return "", sel.Sel.Name
}

// imports reports whether the file imports a path under its own name.
func (g *goFile) imports(path string) bool {
	return slices.ContainsFunc(g.file.Imports, func(s *ast.ImportSpec) bool {
		return s.Name == nil && s.Path.Value == `"`+path+`"`
	})
}
