package mango

import (
	"bytes"
	"encoding/json"
	"testing"
)

func decode(text string) (any, bool) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v any
	return v, d.Decode(&v) == nil
}

// Whatever the selector is, it is refused or answers; and $not turns its answer.
func FuzzSelector(f *testing.F) {
	f.Add(`{"a.b":{"$gt":1},"$or":[{"c":"x"},{"d":{"$in":[1,null]}}]}`, `{"a":{"b":2},"c":"x"}`)
	f.Add(`{"a":{"$elemMatch":{"$eq":1}},"b":{"$all":[1]},"c":{"$allMatch":{"x":1}}}`, `{"a":[1],"b":[1,2],"c":[{"x":1e400}]}`)
	f.Add(`{"$nor":[{"a":{"$type":"number"}}],"b":{"$size":2},"c":{"$exists":false}}`, `{"b":[1,2]}`)
	f.Fuzz(func(t *testing.T, selector, document string) {
		s, ok1 := decode(selector)
		d, ok2 := decode(document)
		if !ok1 || !ok2 {
			return
		}
		match, err := Compile(s)
		if err != nil {
			return
		}
		not, err := Compile(map[string]any{"$not": s})
		if err != nil {
			t.Fatalf("$not of it is refused: %v", err)
		}
		if match(d) == not(d) {
			t.Errorf("%s and its $not answer alike of %s", selector, document)
		}
	})
}

func TestCompareOrdersTypes(t *testing.T) {
	order := []string{`null`, `false`, `true`, `-1`, `2`, `10`, `"a"`, `"b"`, `[]`, `[1]`, `{}`, `{"a":1}`}
	for i, a := range order {
		for j, b := range order {
			x, _ := decode(a)
			y, _ := decode(b)
			if c := Compare(x, y); c < 0 != (i < j) || c > 0 != (i > j) {
				t.Errorf("Compare(%s, %s) = %d", a, b, c)
			}
		}
	}
}
