package expr

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

func nullish(args []any) bool {
	for _, a := range args {
		if present(a) == nil {
			return true
		}
	}
	return false
}

// Sum adds two numbers as the server does: an int32 that overflows becomes an
// int64, an int64 that overflows a double.
func Sum(a, b any) (any, bool) {
	return combine(a, b, func(x, y int64) (int64, bool) { s := x + y; return s, (s > x) == (y > 0) }, func(x, y float64) float64 { return x + y })
}

// Product multiplies two numbers in the same way.
func Product(a, b any) (any, bool) {
	return combine(a, b, func(x, y int64) (int64, bool) {
		if x == 0 || y == 0 {
			return 0, true
		}
		p := x * y
		return p, p/y == x && !(x == -1 && y == math.MinInt64) && !(y == -1 && x == math.MinInt64)
	}, func(x, y float64) float64 { return x * y })
}

// combine reports false for what is not a number, or a decimal.
func combine(a, b any, whole func(x, y int64) (int64, bool), double func(x, y float64) float64) (any, bool) {
	x, y := widen(a), widen(b)
	if x == nil || y == nil {
		return nil, false
	}
	i, iok := x.(int64)
	j, jok := y.(int64)
	if iok && jok {
		if n, fits := whole(i, j); fits {
			return narrow(n, a, b), true
		}
	}
	return double(Double(x), Double(y)), true
}

func widen(v any) any {
	switch x := v.(type) {
	case int32:
		return int64(x)
	case int64, float64:
		return x
	}
	return nil
}

// narrow keeps an int32 where both operands were one and the result fits.
func narrow(n int64, a, b any) any {
	_, x := a.(int32)
	_, y := b.(int32)
	if x && y && n == int64(int32(n)) {
		return int32(n)
	}
	return n
}

// Double converts an int32, int64 or double; NaN for anything else.
func Double(v any) float64 {
	switch x := v.(type) {
	case int32:
		return float64(x)
	case int64:
		return float64(x)
	case float64:
		return x
	}
	return math.NaN()
}

func add(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	var sum any = int32(0)
	for i, a := range args {
		if date, ok := a.(bson.DateTime); ok {
			rest, err := add(append(append([]any{}, args[:i]...), args[i+1:]...))
			if ms := Double(rest); err == nil && !math.IsNaN(ms) {
				return date + bson.DateTime(ms), nil
			}
			return nil, value.Errorf(16612, "Location16612", "only one date allowed in an $add expression")
		}
		var ok bool
		if sum, ok = Sum(sum, a); !ok {
			return nil, notNumeric("$add", a)
		}
	}
	return sum, nil
}

func notNumeric(name string, v any) error {
	if _, decimal := v.(bson.Decimal128); decimal {
		return value.Unsupported(name + " of decimals")
	}
	return value.Mismatch("%s only supports numeric types, not %T", name, v)
}

func subtract(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	if date, ok := args[0].(bson.DateTime); ok {
		if other, ok := args[1].(bson.DateTime); ok {
			return int64(date - other), nil
		}
		if ms := Double(args[1]); !math.IsNaN(ms) {
			return date - bson.DateTime(ms), nil
		}
	}
	minus, ok := Product(args[1], int32(-1))
	if !ok {
		return nil, notNumeric("$subtract", args[1])
	}
	d, ok := Sum(args[0], minus)
	if !ok {
		return nil, notNumeric("$subtract", args[0])
	}
	return d, nil
}

func multiply(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	var p any = int32(1)
	for _, a := range args {
		var ok bool
		if p, ok = Product(p, a); !ok {
			return nil, notNumeric("$multiply", a)
		}
	}
	return p, nil
}

func divide(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	if widen(args[0]) == nil || widen(args[1]) == nil {
		return nil, notNumeric("$divide", args)
	}
	if Double(args[1]) == 0 {
		return nil, value.Bad("can't $divide by zero")
	}
	return Double(args[0]) / Double(args[1]), nil
}

func modulo(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	if widen(args[0]) == nil || widen(args[1]) == nil {
		return nil, notNumeric("$mod", args)
	}
	if Double(args[1]) == 0 {
		return nil, value.Errorf(16610, "Location16610", "can't $mod by zero")
	}
	x, xok := widen(args[0]).(int64)
	y, yok := widen(args[1]).(int64)
	if xok && yok {
		return narrow(x%y, args[0], args[1]), nil
	}
	return math.Mod(Double(args[0]), Double(args[1])), nil
}

func absolute(args []any) (any, error) {
	if nullish(args) {
		return nil, nil
	}
	if value.Compare(args[0], int32(0)) >= 0 && widen(args[0]) != nil {
		return args[0], nil
	}
	v, ok := Product(args[0], int32(-1))
	if !ok {
		return nil, notNumeric("$abs", args[0])
	}
	return v, nil
}

func ceil(f float64) float64  { return math.Ceil(f) }
func floor(f float64) float64 { return math.Floor(f) }

func rounding(round func(float64) float64) func([]any) (any, error) {
	return func(args []any) (any, error) {
		switch x := present(args[0]).(type) {
		case nil, int32, int64:
			return x, nil
		case float64:
			return round(x), nil
		}
		return nil, notNumeric("rounding", args[0])
	}
}

// toString converts what has one obvious text.
func toString(args []any) (any, error) {
	switch x := present(args[0]).(type) {
	case nil, string:
		return x, nil
	case bson.ObjectID:
		return x.Hex(), nil
	case bson.DateTime:
		return x.Time().UTC().Format("2006-01-02T15:04:05.000Z"), nil
	case int32, int64, bool:
		return plain(x), nil
	}
	return nil, value.Unsupported("$toString of this type")
}
