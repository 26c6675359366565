// Package expr compiles and evaluates the expressions of MongoDB's aggregation.
//
// An operator that is not known is refused when an expression is compiled, so
// that no document is needed to find it.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/
package expr

import (
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Scope is what an expression sees: the document and the variables.
type Scope struct {
	Root value.D
	Vars map[string]any
}

func (s Scope) with(name string, v any) Scope {
	vars := map[string]any{name: v}
	for k, old := range s.Vars {
		if k != name {
			vars[k] = old
		}
	}
	return Scope{s.Root, vars}
}

// Expr evaluates to a value; value.Missing when a field is not there.
type Expr func(Scope) (any, error)

// Compile reads an expression.
func Compile(v any) (Expr, error) {
	switch x := v.(type) {
	case string:
		if strings.HasPrefix(x, "$") {
			return path(x)
		}
	case value.A:
		return array(x)
	case value.D:
		return document(x)
	}
	return constant(v), nil
}

func constant(v any) Expr { return func(Scope) (any, error) { return v, nil } }

// path compiles "$a.b", "$$ROOT.a" and "$$variable".
func path(text string) (Expr, error) {
	name, isVariable := strings.CutPrefix(text, "$$")
	if !isVariable {
		field := text[1:]
		if field == "" || strings.HasPrefix(field, "$") {
			return nil, value.Errorf(16872, "Location16872", "'%s' by itself is not a valid FieldPath", text)
		}
		return func(s Scope) (any, error) { return value.Lookup(s.Root, field), nil }, nil
	}
	name, rest, more := strings.Cut(name, ".")
	if name != "ROOT" && name != "CURRENT" && name != "REMOVE" && (name == "" || name[0] < 'a' || name[0] > 'z') {
		return nil, value.Unsupported("the variable $$" + name)
	}
	return func(s Scope) (any, error) {
		v, err := s.variable(name)
		if err == nil && more {
			v = value.Lookup(v, rest)
		}
		return v, err
	}, nil
}

func (s Scope) variable(name string) (any, error) {
	switch name {
	case "ROOT", "CURRENT":
		return s.Root, nil
	case "REMOVE":
		return value.Missing{}, nil
	}
	v, ok := s.Vars[name]
	if !ok {
		return nil, value.Errorf(17276, "Location17276", "Use of undefined variable: %s", name)
	}
	return v, nil
}

func array(a value.A) (Expr, error) {
	items, err := list(a)
	if err != nil {
		return nil, err
	}
	return func(s Scope) (any, error) {
		out := value.A{}
		for _, item := range items {
			v, err := item(s)
			if err != nil {
				return nil, err
			}
			out = append(out, present(v))
		}
		return out, nil
	}, nil
}

// present turns what is missing into null.
func present(v any) any {
	if _, missing := v.(value.Missing); missing {
		return nil
	}
	return v
}

func list(a value.A) ([]Expr, error) {
	var all []Expr
	for _, v := range a {
		x, err := Compile(v)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// document compiles an operator or an object of expressions.
func document(d value.D) (Expr, error) {
	if len(d) > 0 && strings.HasPrefix(d[0].Key, "$") {
		if len(d) != 1 {
			return nil, value.Errorf(15983, "Location15983", "An object representing an expression must have exactly one field: %v", d)
		}
		return operator(d[0].Key, d[0].Value)
	}
	return object(d)
}

func object(d value.D) (Expr, error) {
	fields := map[string]Expr{}
	for _, e := range d {
		if strings.Contains(e.Key, ".") || strings.HasPrefix(e.Key, "$") {
			return nil, value.Errorf(16412, "Location16412", "FieldPath field names may not contain '.' or begin with '$': %s", e.Key)
		}
		x, err := Compile(e.Value)
		if err != nil {
			return nil, err
		}
		fields[e.Key] = x
	}
	return func(s Scope) (any, error) {
		out := value.D{}
		for _, e := range d {
			v, err := fields[e.Key](s)
			if err != nil {
				return nil, err
			}
			if _, missing := v.(value.Missing); !missing {
				out = value.Put(out, e.Key, v)
			}
		}
		return out, nil
	}, nil
}
