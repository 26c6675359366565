package mutate

import (
	"go/ast"
	"go/token"
	"strings"
)

// condition turns what an if, a loop or a case without a tag depends on:
// "negate" takes the opposite, "always" and "never" fix it. A branch on an
// error that is never taken is an error ignored. A loop is never made endless
// on purpose.
func condition(g *goFile, n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		g.add("negate", n.Cond, g.replace(n.Cond, g.opposite(n.Cond)))
		g.add("always", n.Cond, g.replace(n.Cond, g.text(n.Cond)+" || true"))
		g.add(never(n.Cond), n.Cond, g.replace(n.Cond, g.and(n.Cond, "false")))
	case *ast.ForStmt:
		if n.Cond != nil {
			g.add("never", n.Cond, g.replace(n.Cond, g.and(n.Cond, "false")))
		}
	case *ast.CaseClause:
		if g.tagless() {
			for _, c := range n.List {
				g.add("negate", c, g.replace(c, g.opposite(c)))
				g.add(never(c), c, g.replace(c, g.and(c, "false")))
			}
		}
	}
}

// tagless reports whether the node in hand is a case of `switch {`.
func (g *goFile) tagless() bool {
	if len(g.path) < 2 {
		return false
	}
	s, ok := g.path[len(g.path)-2].(*ast.SwitchStmt)
	return ok && s.Tag == nil
}

// never is what it is called when a branch is not taken.
func never(cond ast.Expr) string {
	b, ok := cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ || !isName(b.Y, "nil") {
		return "never"
	}
	if id, ok := b.X.(*ast.Ident); ok && strings.HasSuffix(strings.ToLower(id.Name), "err") {
		return "ignore-error"
	}
	return "never"
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func (g *goFile) and(cond ast.Expr, more string) string {
	if b, ok := cond.(*ast.BinaryExpr); ok && b.Op == token.LOR {
		return "(" + g.text(cond) + ") && " + more
	}
	return g.text(cond) + " && " + more
}

var opposites = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ,
	token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
}

// opposite is a condition's negation, as short as it can be written.
func (g *goFile) opposite(cond ast.Expr) string {
	switch c := cond.(type) {
	case *ast.BinaryExpr:
		if op, ok := opposites[c.Op]; ok {
			return g.text(c.X) + " " + op.String() + " " + g.text(c.Y)
		}
		return "!(" + g.text(c) + ")"
	case *ast.UnaryExpr:
		if c.Op == token.NOT {
			return g.text(c.X)
		}
	}
	return "!" + g.text(cond)
}

var shifts = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.LEQ,
	token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
}

// comparison shifts a bound by one: < to <=, and so on; == becomes !=.
func comparison(g *goFile, n ast.Node) { g.swap("comparison", n, shifts) }

// logic swaps && and ||.
func logic(g *goFile, n ast.Node) {
	g.swap("logic", n, map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND})
}

var calculations = map[token.Token]token.Token{
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
	token.SHL: token.SHR, token.SHR: token.SHL, token.AND: token.OR, token.OR: token.AND, token.XOR: token.AND, token.AND_NOT: token.AND,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.QUO_ASSIGN, token.QUO_ASSIGN: token.MUL_ASSIGN,
	token.OR_ASSIGN: token.AND_ASSIGN, token.AND_ASSIGN: token.OR_ASSIGN, token.INC: token.DEC, token.DEC: token.INC,
}

// arithmetic swaps an operation for its inverse. Texts are joined with + and
// have none; an operation with a unit of time as factor is one, too.
func arithmetic(g *goFile, n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if !joinsText(n) && !isUnit(n.Y) {
			g.swap("arithmetic", n, calculations)
		}
	case *ast.AssignStmt:
		if op, ok := calculations[n.Tok]; ok && !joinsText(n.Rhs[0]) {
			g.operator("arithmetic", n, n.TokPos, n.Tok, op)
		}
	case *ast.IncDecStmt:
		g.operator("arithmetic", n, n.TokPos, n.Tok, calculations[n.Tok])
	}
}

// joinsText reports whether an expression is, as far as its spelling tells, a
// text.
func joinsText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (joinsText(e.X) || joinsText(e.Y))
	case *ast.ParenExpr:
		return joinsText(e.X)
	}
	return false
}

func (g *goFile) swap(operator string, n ast.Node, table map[token.Token]token.Token) {
	if b, ok := n.(*ast.BinaryExpr); ok {
		if op, ok := table[b.Op]; ok {
			g.operator(operator, b, b.OpPos, b.Op, op)
		}
	}
}

func (g *goFile) operator(operator string, n ast.Node, at token.Pos, old, now token.Token) {
	offset := g.offset(at)
	g.add(operator, n, edit{offset, offset + len(old.String()), now.String()})
}
