package expr

import (
	"slices"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// function is an operator over evaluated arguments, from least to most of them.
type function struct {
	least, most int
	apply       func(args []any) (any, error)
}

const many = 1 << 20

func functions() map[string]function {
	compare := func(holds func(c int) bool) function {
		return function{2, 2, func(a []any) (any, error) { return holds(value.Compare(a[0], a[1])), nil }}
	}
	return map[string]function{
		"$eq":           compare(func(c int) bool { return c == 0 }),
		"$ne":           compare(func(c int) bool { return c != 0 }),
		"$gt":           compare(func(c int) bool { return c > 0 }),
		"$gte":          compare(func(c int) bool { return c >= 0 }),
		"$lt":           compare(func(c int) bool { return c < 0 }),
		"$lte":          compare(func(c int) bool { return c <= 0 }),
		"$cmp":          {2, 2, func(a []any) (any, error) { return int32(value.Compare(a[0], a[1])), nil }},
		"$and":          {0, many, func(a []any) (any, error) { return !slices.ContainsFunc(a, falsy), nil }},
		"$or":           {0, many, func(a []any) (any, error) { return slices.ContainsFunc(a, value.Truthy), nil }},
		"$not":          {1, 1, func(a []any) (any, error) { return falsy(a[0]), nil }},
		"$ifNull":       {2, many, func(a []any) (any, error) { return firstPresent(a), nil }},
		"$add":          {0, many, add},
		"$subtract":     {2, 2, subtract},
		"$multiply":     {0, many, multiply},
		"$divide":       {2, 2, divide},
		"$mod":          {2, 2, modulo},
		"$abs":          {1, 1, absolute},
		"$ceil":         {1, 1, rounding(ceil)},
		"$floor":        {1, 1, rounding(floor)},
		"$concat":       {0, many, concat},
		"$toUpper":      {1, 1, letters(upper)},
		"$toLower":      {1, 1, letters(lower)},
		"$toString":     {1, 1, toString},
		"$size":         {1, 1, size},
		"$arrayElemAt":  {2, 2, elementAt},
		"$first":        {1, 1, func(a []any) (any, error) { return elementAt([]any{a[0], int32(0)}) }},
		"$last":         {1, 1, func(a []any) (any, error) { return elementAt([]any{a[0], int32(-1)}) }},
		"$in":           {2, 2, in},
		"$isArray":      {1, 1, func(a []any) (any, error) { _, ok := a[0].(value.A); return ok, nil }},
		"$concatArrays": {0, many, concatArrays},
		"$slice":        {2, 2, slice},
		"$mergeObjects": {0, many, mergeObjects},
		"$sum":          {0, many, overArray("$sum")},
		"$avg":          {0, many, overArray("$avg")},
		"$min":          {0, many, overArray("$min")},
		"$max":          {0, many, overArray("$max")},
	}
}

func falsy(v any) bool { return !value.Truthy(v) }

// operator compiles {$name: argument}.
func operator(name string, argument any) (Expr, error) {
	switch name {
	case "$literal":
		return constant(argument), nil
	case "$cond":
		return condition(argument)
	case "$switch":
		return branches(argument)
	case "$filter", "$map":
		return overElements(name, argument)
	}
	f, ok := functions()[name]
	if !ok {
		return nil, value.Errorf(168, "InvalidPipelineOperator", "Unrecognized expression '%s'", name)
	}
	given, ok := argument.(value.A)
	if !ok {
		given = value.A{argument}
	}
	if len(given) < f.least || len(given) > f.most {
		return nil, value.Errorf(16020, "Location16020", "Expression %s takes %d to %d arguments. %d were passed in.", name, f.least, f.most, len(given))
	}
	args, err := list(given)
	if err != nil {
		return nil, err
	}
	return call(f, args), nil
}

func call(f function, args []Expr) Expr {
	return func(s Scope) (any, error) {
		values := make([]any, len(args))
		for i, a := range args {
			v, err := a(s)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
		return f.apply(values)
	}
}

// condition compiles $cond in both of its forms.
func condition(argument any) (Expr, error) {
	parts, _ := argument.(value.A)
	if d, ok := argument.(value.D); ok {
		for _, name := range []string{"if", "then", "else"} {
			if v, ok := value.Get(d, name); ok {
				parts = append(parts, v)
			}
		}
		if len(d) != 3 {
			parts = nil
		}
	}
	if len(parts) != 3 {
		return nil, value.Errorf(17080, "Location17080", "$cond needs if, then and else")
	}
	x, err := list(parts)
	if err != nil {
		return nil, err
	}
	return func(s Scope) (any, error) {
		v, err := x[0](s)
		if err != nil {
			return nil, err
		}
		if value.Truthy(v) {
			return x[1](s)
		}
		return x[2](s)
	}, nil
}

// branches compiles $switch.
func branches(argument any) (Expr, error) {
	d, _ := argument.(value.D)
	var cases value.A
	otherwise := Expr(func(Scope) (any, error) {
		return nil, value.Errorf(40066, "Location40066", "$switch could not find a matching branch for an input, and no default was specified.")
	})
	for _, e := range d {
		var err error
		switch e.Key {
		case "branches":
			cases, _ = e.Value.(value.A)
		case "default":
			otherwise, err = Compile(e.Value)
		default:
			err = value.Errorf(40067, "Location40067", "$switch found an unknown argument: %s", e.Key)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(cases) == 0 {
		return nil, value.Errorf(40068, "Location40068", "$switch requires at least one branch")
	}
	for i := len(cases) - 1; i >= 0; i-- {
		b, _ := cases[i].(value.D)
		when, hasCase := value.Get(b, "case")
		then, hasThen := value.Get(b, "then")
		if !hasCase || !hasThen {
			return nil, value.Errorf(40062, "Location40062", "$switch requires each branch have a 'case' and a 'then' expression")
		}
		test, err := list(value.A{when, then})
		if err != nil {
			return nil, err
		}
		next := otherwise
		otherwise = func(s Scope) (any, error) {
			v, err := test[0](s)
			if err != nil {
				return nil, err
			}
			if value.Truthy(v) {
				return test[1](s)
			}
			return next(s)
		}
	}
	return otherwise, nil
}

// overElements compiles $filter and $map.
func overElements(name string, argument any) (Expr, error) {
	d, _ := argument.(value.D)
	inner := map[string]string{"$filter": "cond", "$map": "in"}[name]
	as := "this"
	parts := map[string]Expr{}
	for _, e := range d {
		if e.Key == "as" {
			as, _ = e.Value.(string)
			continue
		}
		if e.Key != "input" && e.Key != inner {
			return nil, value.Unsupported(name + " with " + e.Key)
		}
		x, err := Compile(e.Value)
		if err != nil {
			return nil, err
		}
		parts[e.Key] = x
	}
	if len(parts) != 2 || as == "" {
		return nil, value.Errorf(28648, "Location28648", "%s needs input and %s", name, inner)
	}
	return func(s Scope) (any, error) {
		return each(name, parts["input"], parts[inner], as, s)
	}, nil
}

func each(name string, input, inner Expr, as string, s Scope) (any, error) {
	v, err := input(s)
	if err != nil {
		return nil, err
	}
	a, ok := v.(value.A)
	if !ok {
		if present(v) == nil {
			return nil, nil
		}
		return nil, value.Errorf(28651, "Location28651", "input to %s must be an array", name)
	}
	out := value.A{}
	for _, e := range a {
		got, err := inner(s.with(as, e))
		if err != nil {
			return nil, err
		}
		if name == "$map" {
			out = append(out, present(got))
		} else if value.Truthy(got) {
			out = append(out, e)
		}
	}
	return out, nil
}
