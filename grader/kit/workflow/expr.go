package workflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rhysd/actionlint"
)

// The values of expressions are those of JSON: nil, bool, float64, string,
// []any and map[string]any, whose keys are in lower case, since GitHub does not
// look at case there.

// scope is what an expression can see.
type scope struct {
	vars  map[string]any // github, env, matrix, needs, steps, secrets, …
	state state          // what success() and its kin are about
	files map[string]string
}

// state is how a run or a job stands.
type state struct{ failed, skipped bool }

// text replaces the ${{ }} of a text by their values.
func (s scope) text(src string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(src, "${{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		v, length := s.value(rest)
		b.WriteString(toText(v))
		src = rest[length:]
	}
}

// value evaluates an expression that ends with "}}" and returns where the text
// goes on behind it.
func (s scope) value(src string) (any, int) {
	lexer := actionlint.NewExprLexer(src)
	node, err := actionlint.NewExprParser().Parse(lexer)
	if err != nil {
		_, rest, _ := strings.Cut(src, "}}")
		return nil, len(src) - len(rest)
	}
	return s.eval(node), lexer.Offset()
}

// holds evaluates an `if`. Without a word about the state before, it means
// "and all went well before".
func (s scope) holds(cond *actionlint.String) bool {
	well := !s.state.failed && !s.state.skipped
	if cond == nil || strings.TrimSpace(cond.Value) == "" {
		return well
	}
	src := strings.TrimSpace(cond.Value)
	if strings.Contains(src, "${{") && !(strings.HasPrefix(src, "${{") && strings.HasSuffix(src, "}}") && strings.Count(src, "${{") == 1) {
		return well // a text, which is always true
	}
	src = strings.TrimSuffix(strings.TrimPrefix(src, "${{"), "}}")
	node, err := actionlint.NewExprParser().Parse(actionlint.NewExprLexer(src + "}}"))
	if err != nil {
		return well
	}
	return (asksForState(node) || well) && truth(s.eval(node))
}

func asksForState(n actionlint.ExprNode) bool {
	asks := false
	actionlint.VisitExprNode(n, func(n, _ actionlint.ExprNode, _ bool) {
		if c, ok := n.(*actionlint.FuncCallNode); ok {
			asks = asks || slices.Contains([]string{"success", "failure", "always", "cancelled"}, strings.ToLower(c.Callee))
		}
	})
	return asks
}

func (s scope) eval(n actionlint.ExprNode) any {
	switch n := n.(type) {
	case *actionlint.BoolNode:
		return n.Value
	case *actionlint.IntNode:
		return float64(n.Value)
	case *actionlint.FloatNode:
		return n.Value
	case *actionlint.StringNode:
		return n.Value
	case *actionlint.VariableNode:
		return s.vars[n.Name]
	case *actionlint.ObjectDerefNode:
		return property(s.eval(n.Receiver), n.Property)
	case *actionlint.IndexAccessNode:
		return property(s.eval(n.Operand), toText(s.eval(n.Index)))
	case *actionlint.ArrayDerefNode:
		return spread(s.eval(n.Receiver))
	case *actionlint.NotOpNode:
		return !truth(s.eval(n.Operand))
	case *actionlint.CompareOpNode:
		return compare(n.Kind, s.eval(n.Left), s.eval(n.Right))
	case *actionlint.LogicalOpNode:
		left := s.eval(n.Left)
		if truth(left) == (n.Kind == actionlint.LogicalOpNodeKindAnd) {
			return s.eval(n.Right)
		}
		return left
	case *actionlint.FuncCallNode:
		return s.call(n)
	}
	return nil
}

// all marks the outcome of `.*`, of which properties are taken one by one.
type all []any

func spread(v any) any {
	switch v := v.(type) {
	case []any:
		return all(v)
	case map[string]any:
		var list all
		for _, k := range slices.Sorted(maps.Keys(v)) {
			list = append(list, v[k])
		}
		return list
	}
	return all{}
}

func property(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[strings.ToLower(name)]
	case all:
		var list all
		for _, one := range v {
			list = append(list, property(one, name))
		}
		return list
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0 && !math.IsNaN(v)
	case string:
		return v != ""
	}
	return true
}

func toText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	case map[string]any:
		return "Object"
	}
	return "Array"
}

func toNumber(v any) float64 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case float64:
		return v
	case string:
		if strings.TrimSpace(v) == "" {
			return 0
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			return n
		}
	}
	return math.NaN()
}

// compare is GitHub's loose comparison: texts without regard to case, and what
// has different types as numbers.
func compare(kind actionlint.CompareOpNodeKind, a, b any) bool {
	left, right := toNumber(a), toNumber(b)
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			left, right = float64(strings.Compare(strings.ToLower(x), strings.ToLower(y))), 0
		}
	}
	switch kind {
	case actionlint.CompareOpNodeKindEq:
		return left == right
	case actionlint.CompareOpNodeKindNotEq:
		return left != right
	case actionlint.CompareOpNodeKindLess:
		return left < right
	case actionlint.CompareOpNodeKindLessEq:
		return left <= right
	case actionlint.CompareOpNodeKindGreater:
		return left > right
	}
	return left >= right
}

func (s scope) call(n *actionlint.FuncCallNode) any {
	var args []any
	for _, a := range n.Args {
		args = append(args, s.eval(a))
	}
	for len(args) < 2 {
		args = append(args, nil)
	}
	lower := func(v any) string { return strings.ToLower(toText(v)) }
	switch strings.ToLower(n.Callee) {
	case "success":
		return !s.state.failed && !s.state.skipped
	case "failure":
		return s.state.failed
	case "always":
		return true
	case "contains":
		if list, ok := elements(args[0]); ok {
			return slices.ContainsFunc(list, func(v any) bool { return compare(actionlint.CompareOpNodeKindEq, v, args[1]) })
		}
		return strings.Contains(lower(args[0]), lower(args[1]))
	case "startswith":
		return strings.HasPrefix(lower(args[0]), lower(args[1]))
	case "endswith":
		return strings.HasSuffix(lower(args[0]), lower(args[1]))
	case "format":
		return format(toText(args[0]), args[1:])
	case "join":
		return join(args)
	case "fromjson":
		return fromJSON(toText(args[0]))
	case "tojson":
		b, _ := json.MarshalIndent(args[0], "", "  ")
		return string(b)
	case "hashfiles":
		return s.hash(args)
	}
	return false // cancelled()
}

func elements(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case all:
		return v, true
	}
	return nil, false
}

func join(args []any) string {
	list, ok := elements(args[0])
	if !ok {
		return toText(args[0])
	}
	var words []string
	for _, v := range list {
		words = append(words, toText(v))
	}
	if args[1] == nil {
		args[1] = ","
	}
	return strings.Join(words, toText(args[1]))
}

func format(pattern string, args []any) string {
	pairs := []string{"{{", "{", "}}", "}"}
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), toText(a))
	}
	return strings.NewReplacer(pairs...).Replace(pattern)
}

// fromJSON returns the value with keys in lower case.
func fromJSON(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return lowerKeys(v)
}

func lowerKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, one := range v {
			m[strings.ToLower(k)] = lowerKeys(one)
		}
		return m
	case []any:
		for i := range v {
			v[i] = lowerKeys(v[i])
		}
	}
	return v
}

// hash is hashFiles: "" when no file fits a pattern.
func (s scope) hash(patterns []any) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		for _, p := range patterns {
			if pattern := strings.TrimPrefix(toText(p), "./"); pattern != "" && matches(pattern, name) {
				b.WriteString("[" + name + " " + s.files[name] + "]")
				break
			}
		}
	}
	return b.String()
}
