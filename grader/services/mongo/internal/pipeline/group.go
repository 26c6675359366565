package pipeline

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/expr"
	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// accumulator is a field of $group.
type accumulator struct {
	field, op string
	argument  expr.Expr
}

func group(v any) (stage, error) {
	d, ok := v.(value.D)
	by, has := value.Get(d, "_id")
	if !ok || !has {
		return nil, value.Errorf(15955, "Location15955", "a group specification must include an _id")
	}
	key, err := expr.Compile(by)
	if err != nil {
		return nil, err
	}
	var fields []accumulator
	for _, e := range value.Drop(d, "_id") {
		a, err := compileAccumulator(e)
		if err != nil {
			return nil, err
		}
		fields = append(fields, a)
	}
	return func(in []value.D, _ Source) ([]value.D, error) { return grouped(in, key, fields) }, nil
}

func compileAccumulator(e bson.E) (accumulator, error) {
	d, _ := e.Value.(value.D)
	if len(d) != 1 {
		return accumulator{}, value.Errorf(40234, "Location40234", "The field '%s' must be an accumulator object", e.Key)
	}
	op, argument := d[0].Key, d[0].Value
	if op == "$count" {
		op, argument = "$sum", int32(1)
	}
	if !expr.IsAccumulator(op) {
		return accumulator{}, value.Errorf(15952, "Location15952", "unknown group operator '%s'", op)
	}
	x, err := expr.Compile(argument)
	return accumulator{e.Key, op, x}, err
}

// bucket is one group in the making.
type bucket struct {
	id     any
	values [][]any // by accumulator
}

func grouped(in []value.D, key expr.Expr, fields []accumulator) ([]value.D, error) {
	var order []*bucket
	known := map[string]*bucket{}
	for _, d := range in {
		s := expr.Scope{Root: d}
		id, err := key(s)
		if err != nil {
			return nil, err
		}
		if _, missing := id.(value.Missing); missing {
			id = nil
		}
		b := known[value.Key(id)]
		if b == nil {
			b = &bucket{id, make([][]any, len(fields))}
			known[value.Key(id)] = b
			order = append(order, b)
		}
		for i, f := range fields {
			v, err := f.argument(s)
			if err != nil {
				return nil, err
			}
			b.values[i] = append(b.values[i], v)
		}
	}
	return finish(order, fields)
}

func finish(order []*bucket, fields []accumulator) ([]value.D, error) {
	var out []value.D
	for _, b := range order {
		d := value.D{{Key: "_id", Value: b.id}}
		for i, f := range fields {
			v, err := expr.Accumulate(f.op, b.values[i])
			if err != nil {
				return nil, err
			}
			d = append(d, bson.E{Key: f.field, Value: v})
		}
		out = append(out, d)
	}
	return out, nil
}

func sortByCount(v any) (stage, error) {
	p, err := Compile(value.A{
		value.D{{Key: "$group", Value: value.D{{Key: "_id", Value: v}, {Key: "count", Value: value.D{{Key: "$sum", Value: int32(1)}}}}}},
		value.D{{Key: "$sort", Value: value.D{{Key: "count", Value: int32(-1)}}}},
	})
	return p.Run, err
}

func unwind(v any) (stage, error) {
	path, _ := v.(string)
	index, keep := "", false
	if d, ok := v.(value.D); ok {
		for _, e := range d {
			switch e.Key {
			case "path":
				path, _ = e.Value.(string)
			case "includeArrayIndex":
				index, _ = e.Value.(string)
			case "preserveNullAndEmptyArrays":
				keep, _ = e.Value.(bool)
			default:
				return nil, value.Errorf(28811, "Location28811", "unrecognized option to $unwind stage: %s", e.Key)
			}
		}
	}
	if !strings.HasPrefix(path, "$") || len(path) < 2 {
		return nil, value.Errorf(28818, "Location28818", "path option to $unwind stage should be prefixed with a '$': %s", path)
	}
	parts := strings.Split(path[1:], ".")
	return func(in []value.D, _ Source) ([]value.D, error) {
		var out []value.D
		for _, d := range in {
			out = append(out, unwound(d, parts, index, keep)...)
		}
		return out, nil
	}, nil
}

func unwound(d value.D, parts []string, index string, keep bool) []value.D {
	set := func(v, i any) value.D {
		n := place(d, parts, v).(value.D)
		if index != "" {
			n = place(n, strings.Split(index, "."), i).(value.D)
		}
		return n
	}
	v := value.Lookup(d, strings.Join(parts, "."))
	a, isArray := v.(value.A)
	_, missing := v.(value.Missing)
	switch {
	case isArray && len(a) == 0:
		v, missing = value.Missing{}, true
		fallthrough
	case missing || v == nil:
		if keep {
			return []value.D{set(v, nil)}
		}
		return nil
	case !isArray:
		return []value.D{set(v, nil)}
	}
	var out []value.D
	for i, e := range a {
		out = append(out, set(e, int64(i)))
	}
	return out
}

// lookup compiles the form that joins on equal fields.
func lookup(v any) (stage, error) {
	d, _ := v.(value.D)
	text := map[string]string{}
	for _, e := range d {
		s, ok := e.Value.(string)
		if e.Key == "pipeline" || e.Key == "let" {
			return nil, value.Unsupported("$lookup with " + e.Key)
		}
		if !ok || !strings.Contains(" from localField foreignField as ", " "+e.Key+" ") {
			return nil, value.Parse("$lookup argument '%s' is not one", e.Key)
		}
		text[e.Key] = s
	}
	if len(text) != 4 {
		return nil, value.Parse("$lookup requires from, localField, foreignField and as")
	}
	return func(in []value.D, from Source) ([]value.D, error) {
		others := from(text["from"])
		var out []value.D
		for _, d := range in {
			found, err := joined(d, text["localField"], text["foreignField"], others)
			if err != nil {
				return nil, err
			}
			out = append(out, place(d, strings.Split(text["as"], "."), found).(value.D))
		}
		return out, nil
	}, nil
}

// joined returns the documents whose foreign field equals the local one, or one
// of its elements.
func joined(d value.D, local, foreign string, others []value.D) (value.A, error) {
	all, _ := value.IndexValues(d, local)
	values := []any{}
	for _, v := range all {
		if _, empty := v.(value.Missing); !empty { // an empty array has nothing to join
			values = append(values, v)
		}
	}
	n, err := query.Compile(value.D{{Key: foreign, Value: value.D{{Key: "$in", Value: value.A(values)}}}})
	found := value.A{}
	for _, o := range others {
		if err == nil && n.Match(o) {
			found = append(found, o)
		}
	}
	return found, err
}
