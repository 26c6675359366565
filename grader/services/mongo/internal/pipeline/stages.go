package pipeline

import (
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/expr"
	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// each makes a stage of a function of one document.
func each(f func(value.D) (value.D, error)) stage {
	return func(in []value.D, _ Source) ([]value.D, error) {
		out := make([]value.D, 0, len(in))
		for _, d := range in {
			n, err := f(d)
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		}
		return out, nil
	}
}

func match(v any) (stage, error) {
	d, ok := v.(value.D)
	if !ok {
		return nil, value.Errorf(15959, "Location15959", "the match filter must be an expression in an object")
	}
	n, err := query.Compile(d)
	return func(in []value.D, _ Source) ([]value.D, error) {
		var out []value.D
		for _, d := range in {
			if n.Match(d) {
				out = append(out, d)
			}
		}
		return out, nil
	}, err
}

func sorting(v any) (stage, error) {
	d, ok := v.(value.D)
	if !ok || len(d) == 0 {
		return nil, value.Errorf(15976, "Location15976", "$sort stage must have at least one sort key")
	}
	order := value.Order(d)
	return func(in []value.D, _ Source) ([]value.D, error) {
		out := slices.Clone(in)
		slices.SortStableFunc(out, order)
		return out, nil
	}, value.SortPattern(d)
}

func window(name string, v any) (stage, error) {
	n, ok := value.Int(v)
	if !ok || n < 0 || n == 0 && name == "$limit" {
		return nil, value.Errorf(15958, "Location15958", "the %s must be a positive integer: %v", strings.TrimPrefix(name, "$"), v)
	}
	return func(in []value.D, _ Source) ([]value.D, error) {
		k := min(n, int64(len(in)))
		if name == "$limit" {
			return in[:k], nil
		}
		return in[k:], nil
	}, nil
}

func projecting(v any) (stage, error) {
	d, ok := v.(value.D)
	if !ok || len(d) == 0 {
		return nil, value.Errorf(51272, "Location51272", "Invalid $project :: caused by :: projection specification must have at least one field")
	}
	p, err := CompileProjection(d)
	return each(p.Apply), err
}

// adding compiles $set: each path gets a computed value; arrays on the way get it
// in each element.
func adding(v any) (stage, error) {
	d, ok := v.(value.D)
	if !ok || len(d) == 0 {
		return nil, value.Errorf(40272, "Location40272", "$addFields specification stage must be an object with at least one field")
	}
	var exprs []expr.Expr
	for _, e := range d {
		x, err := expr.Compile(e.Value)
		if err != nil {
			return nil, err
		}
		exprs = append(exprs, x)
	}
	return each(func(doc value.D) (value.D, error) {
		out := doc
		for i, e := range d {
			v, err := exprs[i](expr.Scope{Root: doc})
			if err != nil {
				return nil, err
			}
			out = place(out, strings.Split(e.Key, "."), v).(value.D)
		}
		return out, nil
	}), nil
}

func place(container any, parts []string, v any) any {
	if len(parts) == 0 {
		return v
	}
	if a, ok := container.(value.A); ok {
		out := value.A{}
		for _, e := range a {
			out = append(out, place(e, parts, v))
		}
		return out
	}
	d, _ := container.(value.D)
	old, _ := value.Get(d, parts[0])
	inner := place(old, parts[1:], v)
	if _, missing := inner.(value.Missing); missing {
		return value.Drop(d, parts[0])
	}
	return value.Put(d, parts[0], inner)
}

func removing(v any) (stage, error) {
	names, ok := v.(value.A)
	if !ok {
		names = value.A{v}
	}
	d := value.D{}
	for _, n := range names {
		name, ok := n.(string)
		if !ok || name == "" {
			return nil, value.Errorf(31120, "Location31120", "$unset specification must be a string or an array containing only string values")
		}
		d = value.Put(d, name, int32(0))
	}
	return projecting(d)
}

func counting(v any) (stage, error) {
	name, ok := v.(string)
	if !ok || name == "" || strings.ContainsAny(name, "$.") {
		return nil, value.Errorf(40156, "Location40156", "the count field must be a non-empty string without '$' and '.'")
	}
	return func(in []value.D, _ Source) ([]value.D, error) {
		if len(in) == 0 {
			return nil, nil
		}
		return []value.D{{{Key: name, Value: int32(len(in))}}}, nil
	}, nil
}

func facet(v any) (stage, error) {
	d, _ := v.(value.D)
	if len(d) == 0 {
		return nil, value.Errorf(40169, "Location40169", "the $facet specification must be a non-empty object")
	}
	var parts []Pipeline
	for _, e := range d {
		list, ok := e.Value.(value.A)
		if !ok {
			return nil, value.Errorf(40170, "Location40170", "arguments to $facet must be arrays, %s is type %T", e.Key, e.Value)
		}
		p, err := Compile(list)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return func(in []value.D, from Source) ([]value.D, error) {
		out := value.D{}
		for i, e := range d {
			docs, err := parts[i].Run(in, from)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
			out[i].Value = array(docs)
		}
		return []value.D{out}, nil
	}, nil
}

func array(docs []value.D) value.A {
	out := value.A{}
	for _, d := range docs {
		out = append(out, d)
	}
	return out
}

func replaceRoot(name string, v any) (stage, error) {
	if d, ok := v.(value.D); ok && name == "$replaceRoot" {
		root, has := value.Get(d, "newRoot")
		if !has || len(d) != 1 {
			return nil, value.Errorf(40231, "Location40231", "no newRoot specified for the $replaceRoot stage")
		}
		v = root
	}
	x, err := expr.Compile(v)
	return each(func(d value.D) (value.D, error) {
		v, err := x(expr.Scope{Root: d})
		if err != nil {
			return nil, err
		}
		out, ok := v.(value.D)
		if !ok {
			return nil, value.Errorf(40228, "Location40228", "'newRoot' expression must evaluate to an object")
		}
		return out, nil
	}), err
}
