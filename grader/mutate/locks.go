package mutate

import (
	"go/ast"
	"slices"
)

var unlockOf = map[string]string{"Lock": "Unlock", "RLock": "RUnlock"}

// locks removes a lock and what unlocks it: the defer behind it, else each
// unlock of the same mutex up to the next lock in the function ("lock").
func locks(g *goFile, n ast.Node) {
	s, ok := n.(*ast.ExprStmt)
	if !ok || !g.inList(s) {
		return
	}
	mutex, name := g.method(s.X)
	if unlockOf[name] == "" {
		return
	}
	edits := g.dead(s)
	unlocks := g.unlocks(s, mutex, unlockOf[name])
	for _, u := range unlocks {
		edits = append(edits, g.dead(u)...)
	}
	if len(unlocks) > 0 {
		g.add("lock", s, edits...)
	}
}

// unlocks returns the statements after lock, in its function, that undo it.
func (g *goFile) unlocks(lock ast.Stmt, mutex, unlock string) []ast.Stmt {
	var found []ast.Stmt
	done := false
	ast.Inspect(g.function(), func(n ast.Node) bool {
		stmt, call := called(n)
		if stmt == nil || done || stmt.Pos() <= lock.Pos() {
			return true
		}
		other, name := g.method(call)
		if other != mutex {
			return true
		}
		if name == unlock {
			found = append(found, stmt)
			_, done = stmt.(*ast.DeferStmt)
		}
		done = done || unlockOf[name] != ""
		return true
	})
	return found
}

// called returns a statement that is only a call, deferred or not.
func called(n ast.Node) (ast.Stmt, ast.Expr) {
	switch n := n.(type) {
	case *ast.ExprStmt:
		return n, n.X
	case *ast.DeferStmt:
		return n, n.Call
	}
	return nil, nil
}

// method splits a call of a method without arguments: "b.mu", "Lock".
func (g *goFile) method(e ast.Expr) (receiver, name string) {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return "", ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	return g.text(sel.X), sel.Sel.Name
}

// function is the innermost function around the node in hand.
func (g *goFile) function() ast.Node {
	for _, n := range slices.Backward(g.path) {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return n
		}
	}
	return g.file
}
