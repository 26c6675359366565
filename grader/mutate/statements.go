package mutate

import (
	"go/ast"
	"go/token"
	"slices"
)

// statement makes a statement dead: a call, an assignment to what is declared
// already, a send, the start of a goroutine, a break, a continue or a return that
// names no results ("drop").
// Taking a lock is no target of its own (locks drops the pair), nor is writing
// a log, nor `_ = x`, which does nothing.
func statement(g *goFile, n ast.Node) {
	s, ok := n.(ast.Stmt)
	if !ok || !g.inList(s) || g.idle(s) {
		return
	}
	switch s := s.(type) {
	case *ast.ExprStmt, *ast.SendStmt, *ast.GoStmt, *ast.IncDecStmt:
		g.add("drop", s, g.dead(s)...)
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			g.add("drop", s, g.dead(s)...)
		}
	case *ast.BranchStmt:
		if s.Tok == token.BREAK || s.Tok == token.CONTINUE {
			g.add("drop", s, g.dead(s)...)
		}
	case *ast.ReturnStmt:
		if len(s.Results) == 0 {
			g.add("drop", s, g.dead(s)...)
		}
	}
}

// idle reports whether dropping a statement says nothing about tests.
func (g *goFile) idle(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		_, name := selector(call.Fun)
		return isLog(call.Fun) || name == "Lock" || name == "RLock"
	case *ast.AssignStmt:
		discards := !slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool { return !isName(e, "_") })
		return discards && !slices.ContainsFunc(s.Rhs, calls)
	}
	return false
}

// calls reports whether evaluating an expression may do something.
func calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return true
	})
	return found
}

// inList reports whether the node in hand is one of a list of statements.
func (g *goFile) inList(s ast.Stmt) bool {
	switch p := g.parent().(type) {
	case *ast.BlockStmt, *ast.CaseClause:
		return true
	case *ast.CommClause:
		return p.Comm != s
	}
	return false
}

// dead keeps a statement from being run, and compiling.
func (g *goFile) dead(s ast.Stmt) []edit {
	at := g.span(s)
	return []edit{{at.at, at.at, "if false { "}, {at.end, at.end, " }"}}
}

// deferred drops a defer ("defer").
func deferred(g *goFile, n ast.Node) {
	if s, ok := n.(*ast.DeferStmt); ok && g.inList(s) {
		g.add("defer", s, g.dead(s)...)
	}
}

// loop ends a loop after its first round ("once").
func loop(g *goFile, n ast.Node) {
	var body *ast.BlockStmt
	switch n := n.(type) {
	case *ast.ForStmt:
		body = n.Body
	case *ast.RangeStmt:
		body = n.Body
	}
	if body == nil || len(body.List) == 0 || leaves(body.List[len(body.List)-1]) {
		return
	}
	g.add("once", n, g.after(body.List[len(body.List)-1], "break"))
}

// leaves reports whether nothing runs after a statement.
func leaves(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	}
	return false
}

// branch deletes a case of a switch with a tag, of a type switch or of a
// select ("case"); condition turns those of a switch without one.
func branch(g *goFile, n ast.Node) {
	switch c := n.(type) {
	case *ast.CaseClause:
		if g.tagless() && c.List != nil {
			return
		}
	case *ast.CommClause:
	default:
		return
	}
	s := g.span(n)
	g.add("case", n, cut(g.src, s.at, s.end))
}
