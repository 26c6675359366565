// Package query reads MongoDB's query filters and decides whether a document
// matches one.
//
// A filter is checked whole before any document is looked at: an operator that
// is not known is refused also by an empty collection. What a filter's parts
// are is open to the planner of package store.
// https://www.mongodb.com/docs/manual/reference/operator/query/
package query

import (
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/expr"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Node is a condition. Op is a query operator: $and, $or, $nor, $not and
// $expr have no path, and $and may be empty.
type Node struct {
	Op      string
	Path    string
	Value   any
	Kids    []Node // of $and, $or, $nor, $not, $all; of $in the regular expressions
	element bool   // $elemMatch: Kids[0] is about the element itself, at the path ""
	pattern *regexp.Regexp
	expr    expr.Expr
}

// Compile reads a filter.
func Compile(filter value.D) (Node, error) {
	all := Node{Op: "$and"}
	for _, e := range filter {
		n, err := clause(e)
		if err != nil {
			return Node{}, err
		}
		all.Kids = append(all.Kids, n...)
	}
	return all, nil
}

// clause reads one entry of a filter.
func clause(e bson.E) ([]Node, error) {
	switch e.Key {
	case "$and", "$or", "$nor":
		n, err := logical(e)
		return []Node{n}, err
	case "$expr":
		x, err := expr.Compile(e.Value)
		return []Node{{Op: "$expr", expr: x}}, err
	case "$comment":
		return nil, nil
	case "$where", "$text", "$jsonSchema":
		return nil, value.Unsupported(e.Key)
	}
	if strings.HasPrefix(e.Key, "$") {
		return nil, value.Bad("unknown top level operator: %s. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.", e.Key)
	}
	return field(e.Key, e.Value)
}

func logical(e bson.E) (Node, error) {
	list, ok := e.Value.(value.A)
	if !ok || len(list) == 0 {
		return Node{}, value.Bad("%s must be a nonempty array", e.Key)
	}
	n := Node{Op: e.Key}
	for _, item := range list {
		d, ok := item.(value.D)
		if !ok {
			return Node{}, value.Bad("$or/$and/$nor entries need to be full objects")
		}
		kid, err := Compile(d)
		if err != nil {
			return Node{}, err
		}
		n.Kids = append(n.Kids, kid)
	}
	return n, nil
}

// field reads what a filter says about one path.
func field(path string, v any) ([]Node, error) {
	if re, ok := v.(bson.Regex); ok {
		n, err := pattern(path, re.Pattern, re.Options)
		return []Node{n}, err
	}
	d, ok := v.(value.D)
	if !ok || !isOperators(d) {
		return []Node{{Op: "$eq", Path: path, Value: v}}, nil
	}
	return operators(path, d)
}

// isOperators tells {$gt: 1} from a document to be equal to.
func isOperators(d value.D) bool {
	return len(d) > 0 && strings.HasPrefix(d[0].Key, "$") && d[0].Key != "$ref" && d[0].Key != "$id"
}

func operators(path string, d value.D) ([]Node, error) {
	var all []Node
	for _, e := range d {
		if e.Key == "$options" {
			if _, ok := value.Get(d, "$regex"); !ok {
				return nil, value.Bad("$options needs a $regex")
			}
			continue
		}
		n, err := operator(path, e, d)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// Match reports whether the document satisfies the condition. It panics with the
// error of a $expr that cannot be evaluated on it.
func (n Node) Match(d value.D) bool {
	switch n.Op {
	case "$and":
		for _, k := range n.Kids {
			if !k.Match(d) {
				return false
			}
		}
		return true
	case "$or", "$nor":
		for _, k := range n.Kids {
			if k.Match(d) {
				return n.Op == "$or"
			}
		}
		return n.Op == "$nor"
	case "$not":
		return !Node{Op: "$and", Kids: n.Kids}.Match(d)
	case "$expr":
		return n.evaluate(d)
	case "$ne":
		return !Node{Op: "$eq", Path: n.Path, Value: n.Value}.Match(d)
	case "$nin":
		return !Node{Op: "$in", Path: n.Path, Value: n.Value, Kids: n.Kids}.Match(d)
	case "$all":
		return len(n.Kids) > 0 && Node{Op: "$and", Kids: n.Kids}.Match(d)
	case "$exists":
		return n.exists(d) == value.Truthy(n.Value)
	}
	return n.reach(d)
}

// evaluate panics with the *value.Error of an expression that fails: the query
// as a whole then does, and whoever runs the command recovers it.
func (n Node) evaluate(d value.D) bool {
	v, err := n.expr(expr.Scope{Root: d})
	if err != nil {
		panic(err)
	}
	return value.Truthy(v)
}

func (n Node) exists(d value.D) bool {
	return value.Reach(d, n.Path, func(_ any, ok bool) bool { return ok })
}

// reach tests the values at the path and, unless the operator is about arrays,
// the elements of those that are arrays.
func (n Node) reach(d value.D) bool {
	return value.Reach(d, n.Path, func(v any, ok bool) bool {
		if !ok {
			return n.test(value.Missing{})
		}
		if n.test(v) {
			return true
		}
		a, is := v.(value.A)
		if !is || n.Op == "$size" || n.Op == "$elemMatch" {
			return false
		}
		for _, e := range a {
			if n.test(e) {
				return true
			}
		}
		return false
	})
}

// MatchValue tests a value that is no document's field, such as an array's
// element: paths of the condition start at "".
func (n Node) MatchValue(v any) bool { return n.Match(value.D{{Key: "", Value: v}}) }
