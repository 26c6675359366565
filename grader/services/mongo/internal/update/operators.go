package update

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/expr"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// check refuses an operator's argument before any document is seen.
func (a action) check() error {
	if err := checkPath(a.path); err != nil {
		return err
	}
	switch a.op {
	case "$inc", "$mul":
		if _, decimal := a.value.(bson.Decimal128); decimal {
			return value.Unsupported(a.op + " of decimals")
		}
		if !value.IsNumber(a.value) {
			return value.Mismatch("Cannot %s with non-numeric argument: {%s: %v}", map[string]string{"$inc": "increment", "$mul": "multiply"}[a.op], a.path, a.value)
		}
	case "$rename":
		to, ok := a.value.(string)
		if !ok {
			return value.Bad("The 'to' field for $rename must be a string: %s", a.path)
		}
		if strings.Contains(a.path, "$") || strings.Contains(to, "$") {
			return value.Bad("The source and the target field of $rename may not be dynamic: %s", a.path)
		}
		return checkPath(to)
	case "$pop":
		if n, ok := value.Int(a.value); !ok || n != 1 && n != -1 {
			return value.Parse("$pop expects 1 or -1, found: %v", a.value)
		}
	case "$pullAll":
		if _, ok := a.value.(value.A); !ok {
			return value.Bad("$pullAll requires an array argument but was given a %T", a.value)
		}
	case "$currentDate":
		return checkDate(a.value)
	case "$push", "$addToSet":
		_, err := a.additions()
		return err
	case "$pull":
		_, err := puller(a.value)
		return err
	}
	return nil
}

func checkPath(path string) error {
	if path == "" || slices.Contains(strings.Split(path, "."), "") {
		return value.Errorf(56, "EmptyFieldName", "The update path '%s' contains an empty field name, which is not allowed.", path)
	}
	return nil
}

func checkDate(v any) error {
	if d, ok := v.(value.D); ok && len(d) == 1 && d[0].Key == "$type" && (d[0].Value == "date" || d[0].Value == "timestamp") {
		return nil
	}
	if _, ok := v.(bool); ok {
		return nil
	}
	return value.Bad("%v is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).", v)
}

// function returns what the operator does to the field at path.
func (a action) function(path string, s Scene) modifier {
	switch a.op {
	case "$unset":
		return func(any, bool) (any, bool, error) { return nil, false, nil }
	case "$inc", "$mul":
		return a.arithmetic(path)
	case "$min", "$max":
		return a.bound()
	case "$currentDate":
		return func(any, bool) (any, bool, error) { return a.date(s), true, nil }
	case "$push", "$addToSet":
		return a.extend(path)
	case "$pull", "$pullAll", "$pop":
		return a.shrink(path)
	}
	return func(any, bool) (any, bool, error) { return a.value, true, nil } // $set, $setOnInsert
}

func (a action) date(s Scene) any {
	if d, ok := a.value.(value.D); ok && d[0].Value == "timestamp" {
		return bson.Timestamp{T: uint32(s.Now / 1000), I: 1}
	}
	return s.Now
}

func (a action) arithmetic(path string) modifier {
	return func(old any, ok bool) (any, bool, error) {
		if !ok && a.op == "$inc" {
			return a.value, true, nil
		}
		if !ok {
			zero, _ := expr.Product(a.value, int32(0))
			return zero, true, nil
		}
		if _, decimal := old.(bson.Decimal128); decimal {
			return nil, true, value.Unsupported(a.op + " of decimals")
		}
		combine := map[string]func(a, b any) (any, bool){"$inc": expr.Sum, "$mul": expr.Product}[a.op]
		v, numeric := combine(old, a.value)
		if !numeric {
			return nil, true, value.Mismatch("Cannot apply %s to a value of non-numeric type. {%s: %v} has a non-numeric type", a.op, path, old)
		}
		if _, double := v.(float64); double && whole(old) && whole(a.value) {
			return nil, true, value.Bad("Failed to apply %s operations to current value (%v) for path %s", a.op, old, path)
		}
		return v, true, nil
	}
}

func whole(v any) bool {
	_, double := v.(float64)
	return !double
}

func (a action) bound() modifier {
	return func(old any, ok bool) (any, bool, error) {
		c := value.Compare(a.value, old)
		if !ok || a.op == "$min" && c < 0 || a.op == "$max" && c > 0 {
			return a.value, true, nil
		}
		return old, true, nil
	}
}
