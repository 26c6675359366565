package mutate

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// constant replaces a literal: a number by its neighbours and 0, a text by the
// empty one, a truth value by the other.
//
// No targets are: texts for people (forPeople); the capacity of a make and the
// size of a map, which are hints to the runtime; and the number of units of a
// duration, since no brief asks for one unit more (durations change in unit).
func constant(g *goFile, n ast.Node) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if _, ok := g.parent().(*ast.Field); ok || g.isHint(n) {
			return
		}
		for _, text := range g.neighbours(n) {
			g.add("constant", n, g.replace(n, text))
		}
	case *ast.Ident:
		other := map[string]string{"true": "false", "false": "true"}[n.Name]
		if _, field := g.parent().(*ast.SelectorExpr); other != "" && !field {
			g.add("constant", n, g.replace(n, other))
		}
	}
}

// neighbours are the literals that a literal is replaced by.
func (g *goFile) neighbours(n *ast.BasicLit) []string {
	switch n.Kind {
	case token.INT:
		if g.countsUnits() {
			return nil
		}
		return numbers(n.Value)
	case token.FLOAT:
		return []string{"(" + n.Value + " + 1)", "0.0"}
	case token.CHAR:
		return []string{"(" + n.Value + " + 1)"}
	case token.STRING:
		if g.untested(n) {
			return nil
		}
		if n.Value == `""` || n.Value == "``" {
			return []string{`"x"`}
		}
		return []string{`""`}
	}
	return nil
}

// numbers are one more, one less and zero.
func numbers(literal string) []string {
	v, err := strconv.ParseInt(literal, 0, 63)
	switch {
	case err != nil:
		return []string{"0"}
	case v == 0:
		return []string{"1"}
	case v == 1:
		return []string{"2", "0"}
	}
	return []string{strconv.FormatInt(v+1, 10), strconv.FormatInt(v-1, 10), "0"}
}

// isHint reports whether a literal only tells a make how much will be needed.
func (g *goFile) isHint(n *ast.BasicLit) bool {
	call, ok := g.parent().(*ast.CallExpr)
	if !ok || !isName(call.Fun, "make") {
		return false
	}
	_, isMap := call.Args[0].(*ast.MapType)
	at := slices.Index(call.Args, ast.Expr(n))
	return at == 2 || at == 1 && isMap
}

var units = []string{"Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour"}

func isUnit(e ast.Expr) bool {
	x, name := selector(e)
	return x == "time" && slices.Contains(units, name)
}

// countsUnits reports whether the literal in hand is the 5 of 5 * time.Second.
func (g *goFile) countsUnits() bool {
	b, ok := g.parent().(*ast.BinaryExpr)
	return ok && b.Op == token.MUL && (isUnit(b.Y) || isUnit(b.X))
}

// statuses are what an HTTP status is replaced by: another of its class, which
// a careless test accepts.
var statuses = map[string]string{
	"StatusOK": "StatusAccepted", "StatusCreated": "StatusOK", "StatusAccepted": "StatusOK", "StatusNoContent": "StatusOK", "StatusPartialContent": "StatusOK",
	"StatusMovedPermanently": "StatusFound", "StatusFound": "StatusSeeOther", "StatusSeeOther": "StatusFound", "StatusNotModified": "StatusFound",
	"StatusTemporaryRedirect": "StatusFound", "StatusPermanentRedirect": "StatusTemporaryRedirect",
	"StatusBadRequest": "StatusUnprocessableEntity", "StatusUnauthorized": "StatusForbidden", "StatusForbidden": "StatusUnauthorized", "StatusNotFound": "StatusGone",
	"StatusInternalServerError": "StatusServiceUnavailable", "StatusNotImplemented": "StatusInternalServerError", "StatusBadGateway": "StatusInternalServerError",
	"StatusServiceUnavailable": "StatusInternalServerError", "StatusGatewayTimeout": "StatusInternalServerError",
}

// named replaces constants of the standard library: an HTTP status by another
// of its class ("status"), a unit of time by the next smaller one ("unit").
func named(g *goFile, n ast.Node) {
	x, name := selector(n)
	switch {
	case x == "http" && strings.HasPrefix(name, "Status") && name != "StatusText":
		g.add("status", n, g.replace(n, "http."+cmp.Or(statuses[name], "StatusBadRequest")))
	case x == "time" && slices.Contains(units, name):
		i := slices.Index(units, name)
		g.add("unit", n, g.replace(n, "time."+units[max(i-1, 1-i)]))
	}
}

// tag removes a field's tag, so that it goes by its Go name.
func tag(g *goFile, n ast.Node) {
	if f, ok := n.(*ast.Field); ok && f.Tag != nil {
		s := g.span(f.Tag)
		g.add("tag", f, cut(g.src, s.at, s.end))
	}
}

// forPeople returns the arguments of a call that are texts for people, and
// whose wording no brief asks for: of errors, panics, logs and test logs, and
// the body of http.Error. A literal in them is no target.
func forPeople(call *ast.CallExpr) []ast.Expr {
	x, name := selector(call.Fun)
	switch {
	case isName(call.Fun, "panic"), x == "errors" && name == "New", x == "fmt" && name == "Errorf", isLog(call.Fun):
		return call.Args
	case x == "http" && name == "Error" && len(call.Args) == 3:
		return call.Args[1:2]
	}
	return nil
}

var logNames = []string{"Print", "Printf", "Println", "Fatal", "Fatalf", "Log", "Logf", "Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"}

// isLog reports whether a function, by its name, writes a log.
func isLog(fun ast.Expr) bool {
	x, name := selector(fun)
	return slices.Contains([]string{"log", "slog", "logger", "t"}, x) && slices.Contains(logNames, name)
}

// callersContext passes a fresh context on instead of the caller's, as code
// does that does not stop when its caller has gone ("context").
func callersContext(g *goFile, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok || !g.imports("context") {
		return
	}
	for _, arg := range call.Args {
		inner, isCall := arg.(*ast.CallExpr)
		if isName(arg, "ctx") || isCall && len(inner.Args) == 0 && strings.HasSuffix(g.text(inner.Fun), "r.Context") {
			g.add("context", arg, g.replace(arg, "context.Background()"))
		}
	}
}
