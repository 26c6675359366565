package query

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// typeNumbers are the aliases of $type.
// https://www.mongodb.com/docs/manual/reference/bson-types/
func typeNumbers() map[string]int64 {
	return map[string]int64{
		"double": 1, "string": 2, "object": 3, "array": 4, "binData": 5, "undefined": 6, "objectId": 7, "bool": 8,
		"date": 9, "null": 10, "regex": 11, "dbPointer": 12, "javascript": 13, "symbol": 14, "javascriptWithScope": 15,
		"int": 16, "timestamp": 17, "long": 18, "decimal": 19, "minKey": -1, "maxKey": 127,
	}
}

// typeNames checks the argument of $type.
func typeNames(v any) error {
	list, ok := v.(value.A)
	if !ok {
		list = value.A{v}
	}
	if len(list) == 0 {
		return value.Parse("path must match at least one type")
	}
	for _, t := range list {
		if _, ok := typeNumber(t); !ok && t != "number" {
			return value.Bad("Unknown type name alias: %v", t)
		}
	}
	return nil
}

func typeNumber(v any) (int64, bool) {
	if name, ok := v.(string); ok {
		n, ok := typeNumbers()[name]
		return n, ok
	}
	n, ok := value.Int(v)
	return n, ok && (n >= -1 && n <= 19 || n == 127)
}

func hasType(v, want any) bool {
	if _, missing := v.(value.Missing); missing {
		return false
	}
	list, ok := want.(value.A)
	if !ok {
		list = value.A{want}
	}
	for _, t := range list {
		if n, _ := typeNumber(t); t == "number" && value.IsNumber(v) || t != "number" && n == typeOf(v) {
			return true
		}
	}
	return false
}

// typeOf returns the number of a value's type.
func typeOf(v any) int64 {
	if v == nil {
		return 10
	}
	t, _, err := bson.MarshalValue(v)
	if err != nil {
		return 0
	}
	if t == bson.TypeMinKey {
		return -1
	}
	return int64(t)
}
