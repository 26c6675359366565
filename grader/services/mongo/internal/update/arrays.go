package update

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// additions are the arguments of $push and $addToSet.
type additions struct {
	each     value.A
	slice    *int64
	position *int64
	sort     any
}

func (a action) additions() (additions, error) {
	d, ok := a.value.(value.D)
	each, has := value.Get(d, "$each")
	if !ok || !has {
		if ok && len(d) > 0 && strings.HasPrefix(d[0].Key, "$") {
			return additions{}, value.Bad("The dollar ($) prefixed field '%s' in '%s' is not allowed: %s needs $each", d[0].Key, a.path, a.op)
		}
		return additions{each: value.A{a.value}}, nil
	}
	list, ok := each.(value.A)
	if !ok {
		return additions{}, value.Bad("The argument to $each in %s must be an array but it was of type %T", a.op, each)
	}
	add := additions{each: list}
	for _, e := range d {
		if err := add.option(a.op, e); err != nil {
			return add, err
		}
	}
	return add, nil
}

func (add *additions) option(op string, e bson.E) error {
	n, whole := value.Int(e.Value)
	switch {
	case e.Key == "$each":
		return nil
	case op == "$push" && e.Key == "$sort":
		add.sort = e.Value
		if d, ok := e.Value.(value.D); ok && len(d) > 0 {
			return value.SortPattern(d)
		}
		if !whole || n != 1 && n != -1 {
			return value.Bad("The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields")
		}
	case op == "$push" && (e.Key == "$slice" || e.Key == "$position") && !whole:
		return value.Bad("The value for %s must be an integer value but was given type: %T", e.Key, e.Value)
	case op == "$push" && e.Key == "$slice":
		add.slice = &n
	case op == "$push" && e.Key == "$position":
		add.position = &n
	default:
		return value.Bad("Unrecognized clause in %s: %s", op, e.Key)
	}
	return nil
}

func (a action) extend(path string) modifier {
	return func(old any, ok bool) (any, bool, error) {
		list, isArray := old.(value.A)
		if ok && !isArray {
			return nil, true, value.Bad("The field '%s' must be an array but is of type %T", path, old)
		}
		add, err := a.additions()
		if a.op == "$addToSet" {
			return union(list, add.each), true, err
		}
		return add.push(list), true, err
	}
}

func union(list, each value.A) value.A {
	out := append(value.A{}, list...)
	for _, v := range each {
		if !slices.ContainsFunc(out, func(w any) bool { return value.Equal(v, w) }) {
			out = append(out, v)
		}
	}
	return out
}

// push inserts, then sorts, then cuts.
func (add additions) push(list value.A) value.A {
	at := len(list)
	if add.position != nil {
		at = position(*add.position, len(list))
	}
	out := slices.Concat(list[:at], add.each, list[at:])
	if add.sort != nil {
		slices.SortStableFunc(out, add.order())
	}
	if add.slice == nil {
		return append(value.A{}, out...)
	}
	if n := *add.slice; n < 0 {
		out = out[max(int64(len(out))+n, 0):]
	} else {
		out = out[:min(n, int64(len(out)))]
	}
	return append(value.A{}, out...)
}

// position counts from the end when it is negative.
func position(n int64, length int) int {
	if n < 0 {
		return int(max(int64(length)+n, 0))
	}
	return int(min(n, int64(length)))
}

func (add additions) order() func(a, b any) int {
	pattern, ok := add.sort.(value.D)
	if !ok {
		n, _ := value.Int(add.sort)
		return func(a, b any) int { return int(n) * value.Compare(a, b) }
	}
	order := value.Order(pattern)
	return func(a, b any) int {
		x, _ := a.(value.D)
		y, _ := b.(value.D)
		return order(x, y)
	}
}

func (a action) shrink(path string) modifier {
	return func(old any, _ bool) (any, bool, error) {
		list, ok := old.(value.A)
		if !ok && a.op == "$pop" {
			return nil, true, value.Mismatch("Path '%s' contains an element of non-array type %T", path, old)
		}
		if !ok {
			return nil, true, value.Bad("Cannot apply %s to a non-array value", a.op)
		}
		if a.op == "$pop" {
			return a.pop(list), true, nil
		}
		gone, err := a.gone()
		return without(list, gone), true, err
	}
}

func without(list value.A, gone func(any) bool) value.A {
	out := value.A{}
	for _, v := range list {
		if !gone(v) {
			out = append(out, v)
		}
	}
	return out
}

func (a action) pop(list value.A) value.A {
	n, _ := value.Int(a.value)
	switch {
	case len(list) == 0:
		return list
	case n < 0:
		return append(value.A{}, list[1:]...)
	}
	return append(value.A{}, list[:len(list)-1]...)
}

// gone tells which elements $pull and $pullAll take out.
func (a action) gone() (func(any) bool, error) {
	if all, ok := a.value.(value.A); ok && a.op == "$pullAll" {
		return func(v any) bool {
			return slices.ContainsFunc(all, func(w any) bool { return value.Equal(v, w) })
		}, nil
	}
	return puller(a.value)
}

// puller reads $pull's condition: operators or a pattern about the element, a
// filter of the element's fields, or a value to be equal to.
func puller(condition any) (func(any) bool, error) {
	d, isDocument := condition.(value.D)
	_, isPattern := condition.(bson.Regex)
	if isPattern || isDocument && len(d) > 0 && strings.HasPrefix(d[0].Key, "$") {
		n, err := query.Compile(value.D{{Key: "", Value: condition}})
		return n.MatchValue, err
	}
	if !isDocument {
		return func(v any) bool { return value.Equal(v, condition) }, nil
	}
	n, err := query.Compile(d)
	return func(v any) bool {
		e, ok := v.(value.D)
		return ok && n.Match(e)
	}, err
}
