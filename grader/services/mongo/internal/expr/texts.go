package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

func plain(v any) string { return fmt.Sprint(v) }

func upper(s string) string { return strings.ToUpper(s) }
func lower(s string) string { return strings.ToLower(s) }

func letters(change func(string) string) func([]any) (any, error) {
	return func(args []any) (any, error) {
		switch x := present(args[0]).(type) {
		case nil:
			return "", nil
		case string:
			return change(x), nil
		}
		return nil, value.Errorf(16007, "Location16007", "can't convert this type to a string")
	}
}

func concat(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	var b strings.Builder
	for _, a := range args {
		s, ok := a.(string)
		if !ok {
			return nil, value.Errorf(16702, "Location16702", "$concat only supports strings, not %T", a)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func firstPresent(args []any) any {
	for _, a := range args[:len(args)-1] {
		if present(a) != nil {
			return a
		}
	}
	return args[len(args)-1]
}

func size(args []any) (any, error) {
	a, ok := args[0].(value.A)
	if !ok {
		return nil, value.Errorf(17124, "Location17124", "The argument to $size must be an array, but was of another type")
	}
	return int32(len(a)), nil
}

func elementAt(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	a, ok := args[0].(value.A)
	i, whole := value.Int(args[1])
	if !ok || !whole {
		return nil, value.Errorf(28689, "Location28689", "$arrayElemAt needs an array and an integer")
	}
	if i < 0 {
		i += int64(len(a))
	}
	if i < 0 || i >= int64(len(a)) {
		return value.Missing{}, nil
	}
	return a[i], nil
}

func in(args []any) (any, error) {
	a, ok := args[1].(value.A)
	if !ok {
		return nil, value.Errorf(40081, "Location40081", "$in requires an array as a second argument")
	}
	return slices.ContainsFunc(a, func(e any) bool { return value.Equal(e, args[0]) }), nil
}

func concatArrays(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	out := value.A{}
	for _, v := range args {
		a, ok := v.(value.A)
		if !ok {
			return nil, value.Errorf(28664, "Location28664", "$concatArrays only supports arrays")
		}
		out = append(out, a...)
	}
	return out, nil
}

// slice takes the first n elements, or the last -n.
func slice(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	a, ok := args[0].(value.A)
	n, whole := value.Int(args[1])
	if !ok || !whole {
		return nil, value.Errorf(28724, "Location28724", "$slice needs an array and an integer")
	}
	if n < 0 {
		return a[max(int64(len(a))+n, 0):], nil
	}
	return a[:min(n, int64(len(a)))], nil
}

func mergeObjects(args []any) (any, error) {
	out := value.D{}
	for _, v := range args {
		d, ok := v.(value.D)
		if !ok && present(v) != nil {
			return nil, value.Errorf(40400, "Location40400", "$mergeObjects requires object inputs")
		}
		for _, e := range d {
			out = value.Put(out, e.Key, e.Value)
		}
	}
	return out, nil
}

// overArray makes $sum and its kin work on their arguments or on one array.
func overArray(name string) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) == 1 {
			if a, ok := args[0].(value.A); ok {
				args = a
			}
		}
		return Accumulate(name, args)
	}
}

// Accumulate folds values as the accumulator called name does ($sum, $avg, $min,
// $max, $push, $addToSet, $first, $last, $mergeObjects).
func Accumulate(name string, values []any) (any, error) {
	switch name {
	case "$sum":
		return total(values)
	case "$avg":
		return average(values)
	case "$min", "$max":
		return extreme(name, values), nil
	case "$push":
		return without(values), nil
	case "$addToSet":
		return set(values), nil
	case "$first", "$last":
		if len(values) == 0 {
			return nil, nil
		}
		return present(values[map[string]int{"$first": 0, "$last": len(values) - 1}[name]]), nil
	case "$mergeObjects":
		return mergeObjects(values)
	}
	return nil, value.Errorf(15952, "Location15952", "unknown group operator '%s'", name)
}

// IsAccumulator reports whether Accumulate knows the name.
func IsAccumulator(name string) bool {
	return slices.Contains([]string{"$sum", "$avg", "$min", "$max", "$push", "$addToSet", "$first", "$last", "$mergeObjects"}, name)
}

// total adds the numbers and passes over everything else.
func total(values []any) (any, error) {
	var sum any = int32(0)
	for _, v := range values {
		if !value.IsNumber(v) {
			continue
		}
		var ok bool
		if sum, ok = Sum(sum, v); !ok {
			return nil, value.Unsupported("$sum of decimals")
		}
	}
	return sum, nil
}

func average(values []any) (any, error) {
	n := 0
	for _, v := range values {
		if value.IsNumber(v) {
			n++
		}
	}
	sum, err := total(values)
	if err != nil || n == 0 {
		return nil, err
	}
	return Double(sum) / float64(n), nil
}

func extreme(name string, values []any) any {
	var best any
	for _, v := range values {
		if present(v) == nil {
			continue
		}
		c := value.Compare(v, best)
		if best == nil || name == "$min" && c < 0 || name == "$max" && c > 0 {
			best = v
		}
	}
	return best
}

func without(values []any) value.A {
	out := value.A{}
	for _, v := range values {
		if _, missing := v.(value.Missing); !missing {
			out = append(out, v)
		}
	}
	return out
}

func set(values []any) value.A {
	out, seen := value.A{}, map[string]bool{}
	for _, v := range without(values) {
		if k := value.Key(v); !seen[k] {
			seen[k] = true
			out = append(out, v)
		}
	}
	return out
}
