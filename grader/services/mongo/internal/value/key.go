package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Key returns a string that two values share exactly when they are Equal. It is
// for maps; it does not sort.
func Key(v any) string {
	var b strings.Builder
	key(&b, v)
	return b.String()
}

func key(b *strings.Builder, v any) {
	b.WriteByte(byte('a' + Rank(v)))
	switch x := v.(type) {
	case D:
		for _, e := range x {
			fmt.Fprintf(b, "%q:", e.Key)
			key(b, e.Value)
		}
		b.WriteByte('}')
	case A:
		for _, e := range x {
			key(b, e)
		}
		b.WriteByte(']')
	case string, bson.Symbol:
		b.WriteString(strconv.Quote(text(v)))
	case int32, int64, float64, bson.Decimal128:
		b.WriteString(number(v))
	case nil, Missing, bson.Null, bson.Undefined, bson.MinKey, bson.MaxKey:
	default:
		_, raw, _ := bson.MarshalValue(v)
		fmt.Fprintf(b, "%x", raw)
	}
	b.WriteByte(';')
}

func number(v any) string {
	if !finite(v) {
		return strconv.FormatFloat(rough(v), 'g', -1, 64)
	}
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<62 {
		return strconv.FormatInt(int64(f), 10)
	}
	if n, ok := integer(v); ok {
		return strconv.FormatInt(n, 10)
	}
	return strings.TrimSuffix(exact(v).RatString(), "/1")
}
