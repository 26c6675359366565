package mutate

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// early returns zero values at the beginning of a function ("early-return").
func early(g *goFile, n ast.Node) {
	typ, body := signature(n)
	if body == nil || len(body.List) == 0 {
		return
	}
	path := g.path
	g.path = append(slices.Clone(path), n) // what follows is inside of n
	g.add("early-return", body.List[0], g.before(body.List[0], g.returnZeros(typ)))
	g.path = path
}

// signature returns the type and the body of a function, or nil.
func signature(n ast.Node) (*ast.FuncType, *ast.BlockStmt) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Type, n.Body
	case *ast.FuncLit:
		return n.Type, n.Body
	}
	return nil, nil
}

// returned puts another return in front of one: of zero values
// ("early-return"), of true where it is the only result ("constant"), and of
// the same without its error ("ignore-error").
func returned(g *goFile, n ast.Node) {
	s, ok := n.(*ast.ReturnStmt)
	if !ok || !g.inList(s) || len(s.Results) == 0 {
		return
	}
	typ, _ := signature(g.function())
	if typ == nil {
		return
	}
	results := resultTypes(typ)
	if len(results) == 0 {
		return // it does not compile either
	}
	if zeros := g.zeros(typ); strings.Join(zeros, ", ") != g.results(s) {
		g.add("early-return", s, g.before(s, "return "+strings.Join(zeros, ", ")))
	}
	if len(results) == 1 && isName(results[0], "bool") && !isName(s.Results[0], "true") && !isName(s.Results[0], "false") {
		g.add("constant", s, g.before(s, "return true"))
	}
	last := s.Results[len(s.Results)-1]
	if isName(results[len(results)-1], "error") && len(results) == len(s.Results) && !isName(last, "nil") {
		text := strings.TrimSuffix(g.src[g.offset(s.Pos()):g.offset(last.Pos())], " ") + " nil"
		g.add("ignore-error", s, g.before(s, text))
	}
}

// results is what a return statement returns, as it is written.
func (g *goFile) results(s *ast.ReturnStmt) string {
	var texts []string
	for _, r := range s.Results {
		texts = append(texts, g.text(r))
	}
	return strings.Join(texts, ", ")
}

// returnZeros is the return statement with the zero value of each result.
func (g *goFile) returnZeros(typ *ast.FuncType) string {
	if zeros := g.zeros(typ); len(zeros) > 0 {
		return "return " + strings.Join(zeros, ", ")
	}
	return "return"
}

func (g *goFile) zeros(typ *ast.FuncType) []string {
	var zeros []string
	for _, r := range resultTypes(typ) {
		zeros = append(zeros, g.zero(r))
	}
	return zeros
}

// resultTypes are the types of a function's results, one for each.
func resultTypes(typ *ast.FuncType) []ast.Expr {
	var list []ast.Expr
	if typ.Results == nil {
		return nil
	}
	for _, f := range typ.Results.List {
		for range max(len(f.Names), 1) {
			list = append(list, f.Type)
		}
	}
	return list
}

var zeroOf = map[string]string{
	"string": `""`, "bool": "false", "error": "nil", "any": "nil", "byte": "0", "rune": "0", "int": "0", "int8": "0", "int16": "0", "int32": "0", "int64": "0",
	"uint": "0", "uint8": "0", "uint16": "0", "uint32": "0", "uint64": "0", "uintptr": "0", "float32": "0", "float64": "0",
}

// zero is the zero value of a type; *new(T) is one for every T.
func (g *goFile) zero(typ ast.Expr) string {
	switch t := typ.(type) {
	case *ast.Ident:
		if z, ok := zeroOf[t.Name]; ok {
			return z
		}
		if g.structs[t.Name] {
			return t.Name + "{}"
		}
	case *ast.StarExpr, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.InterfaceType:
		return "nil"
	case *ast.ArrayType:
		if t.Len == nil {
			return "nil"
		}
	}
	return "*new(" + g.text(typ) + ")"
}

// script looks into texts that are programs themselves: SQL is mutated as SQL,
// of other scripts (raw literals of several lines, such as Lua for Redis) lines
// are dropped, numbers and bounds changed.
func script(g *goFile, n ast.Node) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING || g.untested(lit) {
		return
	}
	if _, ok := g.parent().(*ast.Field); ok {
		return
	}
	text := lit.Value[1 : len(lit.Value)-1]
	if lit.Value[0] == '"' && strings.Contains(text, `\`) {
		return // offsets would differ
	}
	var inner []step
	switch {
	case isSQL(text):
		inner = sqlSteps(text)
	case strings.Contains(strings.TrimSpace(text), "\n"):
		inner = scriptSteps(text)
	}
	from := g.offset(lit.Pos()) + 1
	for _, s := range inner {
		for i := range s.edits {
			s.edits[i].at += from
			s.edits[i].end += from
		}
		g.steps = append(g.steps, step{s.operator, s.at + from, g.around(), s.edits})
	}
}
