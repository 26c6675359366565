package value

import (
	"bytes"
	"cmp"
	"math"
	"math/big"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Rank is a type's place in the order of BSON types. Values of different rank
// never match one another in a range.
// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
func Rank(v any) int {
	switch v.(type) {
	case bson.MinKey:
		return 0
	case Missing, bson.Undefined:
		return 1
	case nil, bson.Null:
		return 2
	case int32, int64, float64, bson.Decimal128:
		return 3
	case string, bson.Symbol:
		return 4
	case D:
		return 5
	case A:
		return 6
	case bson.Binary:
		return 7
	case bson.ObjectID:
		return 8
	case bool:
		return 9
	case bson.DateTime:
		return 10
	case bson.Timestamp:
		return 11
	case bson.Regex:
		return 12
	case bson.MaxKey:
		return 14
	}
	return 13
}

// Compare orders any two values. Numbers compare by value, whatever their type.
func Compare(a, b any) int {
	if c := cmp.Compare(Rank(a), Rank(b)); c != 0 {
		return c
	}
	switch x := a.(type) {
	case D:
		return documents(x, b.(D))
	case A:
		return arrays(x, b.(A))
	case bson.ObjectID:
		y := b.(bson.ObjectID)
		return bytes.Compare(x[:], y[:])
	case bool:
		return cmp.Compare(digit(x), digit(b.(bool)))
	case bson.DateTime:
		return cmp.Compare(x, b.(bson.DateTime))
	case bson.Timestamp:
		y := b.(bson.Timestamp)
		return cmp.Or(cmp.Compare(x.T, y.T), cmp.Compare(x.I, y.I))
	case bson.Binary:
		y := b.(bson.Binary)
		return cmp.Or(cmp.Compare(len(x.Data), len(y.Data)), cmp.Compare(x.Subtype, y.Subtype), bytes.Compare(x.Data, y.Data))
	case bson.Regex:
		y := b.(bson.Regex)
		return cmp.Or(strings.Compare(x.Pattern, y.Pattern), strings.Compare(x.Options, y.Options))
	case string, bson.Symbol:
		return strings.Compare(text(a), text(b))
	}
	if IsNumber(a) {
		return numbers(a, b)
	}
	return others(a, b)
}

// Equal reports whether two values are the same to the server.
func Equal(a, b any) bool { return Compare(a, b) == 0 }

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func text(v any) string {
	if s, ok := v.(bson.Symbol); ok {
		return string(s)
	}
	return v.(string)
}

// documents compares field by field: type, then name, then value.
func documents(a, b D) int {
	for i := range min(len(a), len(b)) {
		c := cmp.Or(cmp.Compare(Rank(a[i].Value), Rank(b[i].Value)), strings.Compare(a[i].Key, b[i].Key), Compare(a[i].Value, b[i].Value))
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func arrays(a, b A) int {
	for i := range min(len(a), len(b)) {
		if c := Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// numbers compares exactly: an int64 beyond 2^53 is not rounded to a double.
func numbers(a, b any) int {
	x, xint := integer(a)
	y, yint := integer(b)
	if xint && yint {
		return cmp.Compare(x, y)
	}
	f, fdouble := a.(float64)
	g, gdouble := b.(float64)
	if fdouble && gdouble {
		return cmp.Compare(f, g) // NaN is below all
	}
	if !finite(a) || !finite(b) {
		return cmp.Compare(rough(a), rough(b))
	}
	return exact(a).Cmp(exact(b))
}

func integer(v any) (int64, bool) {
	switch x := v.(type) {
	case int32:
		return int64(x), true
	case int64:
		return x, true
	}
	return 0, false
}

func finite(v any) bool { return !math.IsNaN(rough(v)) && !math.IsInf(rough(v), 0) }

// rough returns a number as a double; what is not finite stays so.
func rough(v any) float64 {
	switch x := v.(type) {
	case int32:
		return float64(x)
	case int64:
		return float64(x)
	case float64:
		return x
	case bson.Decimal128:
		if x.IsNaN() {
			return math.NaN()
		}
		if sign := x.IsInf(); sign != 0 {
			return math.Inf(sign)
		}
	}
	return 0
}

func exact(v any) *big.Rat {
	switch x := v.(type) {
	case float64:
		return new(big.Rat).SetFloat64(x)
	case bson.Decimal128:
		return decimal(x)
	}
	n, _ := integer(v)
	return new(big.Rat).SetInt64(n)
}

func decimal(d bson.Decimal128) *big.Rat {
	n, exp, err := d.BigInt()
	if err != nil {
		return new(big.Rat)
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exp, -exp))), nil)
	r := new(big.Rat).SetInt(n)
	if exp < 0 {
		return r.Quo(r, new(big.Rat).SetInt(power))
	}
	return r.Mul(r, new(big.Rat).SetInt(power))
}

// others compares rare types by their encoding.
func others(a, b any) int {
	_, x, errA := bson.MarshalValue(a)
	_, y, errB := bson.MarshalValue(b)
	if errA != nil || errB != nil {
		return 0 // MinKey, MaxKey, null: one value each
	}
	return bytes.Compare(x, y)
}
