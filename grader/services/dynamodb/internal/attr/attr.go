// Package attr holds DynamoDB's attribute values: their JSON, their equality and
// order, and their size. It knows no tables and no expressions.
//
// A Value never changes: what is stored may be shared.
package attr

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is a value's type as DynamoDB writes it: S, N, B, BOOL, NULL, L, M, SS,
// NS or BS.
type Kind string

// Value is an attribute's value. Numbers are in their normal form, binaries as
// bytes in a string.
type Value struct {
	Kind Kind
	Text string // of S, N, B
	Bool bool   // of BOOL
	List []Value
	Map  Item
	Set  []string // of SS, NS, BS: in order, without doubles
}

// Item is attributes by name.
type Item map[string]Value

// UnmarshalJSON reads {"S": "x"} and its kin.
func (v *Value) UnmarshalJSON(b []byte) error {
	var fields map[Kind]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	if len(fields) != 1 {
		return Refusef("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	for k, raw := range fields {
		v.Kind = k
		return v.read(raw)
	}
	return nil
}

func (v *Value) read(raw json.RawMessage) (err error) {
	switch v.Kind {
	case "S":
		return json.Unmarshal(raw, &v.Text)
	case "N":
		if err := json.Unmarshal(raw, &v.Text); err != nil {
			return err
		}
		v.Text, err = normal(v.Text)
		return err
	case "B":
		var b []byte
		err = json.Unmarshal(raw, &b)
		v.Text = string(b)
		return err
	case "BOOL":
		return json.Unmarshal(raw, &v.Bool)
	case "NULL":
		return nil
	case "L":
		v.List = []Value{}
		return json.Unmarshal(raw, &v.List)
	case "M":
		v.Map = Item{}
		return json.Unmarshal(raw, &v.Map)
	case "SS", "NS", "BS":
		return v.readSet(raw)
	}
	return fmt.Errorf("there is no type %q", v.Kind)
}

func (v *Value) readSet(raw json.RawMessage) error {
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	if len(list) == 0 {
		return Refusef("One or more parameter values were invalid: An string set  may not be empty")
	}
	for i, s := range list {
		var err error
		switch v.Kind {
		case "NS":
			list[i], err = normal(s)
		case "BS":
			var b []byte
			b, err = base64.StdEncoding.DecodeString(s)
			list[i] = string(b)
		}
		if err != nil {
			return err
		}
	}
	n := len(list)
	*v = SetOf(v.Kind, list)
	if len(v.Set) != n {
		return Refusef("One or more parameter values were invalid: Input collection contains duplicates.")
	}
	return nil
}

// SetOf makes a set; it takes the list.
func SetOf(k Kind, list []string) Value {
	slices.Sort(list)
	return Value{Kind: k, Set: slices.Compact(list)}
}

// MarshalJSON writes {"S": "x"} and its kin.
func (v Value) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[Kind]any{v.Kind: v.content()})
}

func (v Value) content() any {
	switch v.Kind {
	case "B":
		return []byte(v.Text)
	case "BOOL":
		return v.Bool
	case "NULL":
		return true
	case "L":
		return v.List
	case "M":
		return v.Map
	case "BS":
		var all [][]byte
		for _, s := range v.Set {
			all = append(all, []byte(s))
		}
		return all
	case "SS", "NS":
		return v.Set
	}
	return v.Text
}

// Equal reports whether two values are of one type and the same.
func Equal(a, b Value) bool {
	if a.Kind != b.Kind {
		return false
	}
	return a.Text == b.Text && a.Bool == b.Bool && slices.EqualFunc(a.List, b.List, Equal) && maps.EqualFunc(a.Map, b.Map, Equal) && slices.Equal(a.Set, b.Set)
}

// Compare orders two strings, numbers or binaries; ok is false for values that
// have no order between them.
func Compare(a, b Value) (c int, ok bool) {
	if a.Kind != b.Kind {
		return 0, false
	}
	switch a.Kind {
	case "N":
		return rational(a.Text).Cmp(rational(b.Text)), true
	case "S", "B":
		return strings.Compare(a.Text, b.Text), true
	}
	return 0, false
}

// Size returns the bytes of a value, about as DynamoDB counts them.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func (v Value) Size() int {
	switch v.Kind {
	case "N":
		return (len(v.Text)+1)/2 + 1
	case "BOOL", "NULL":
		return 1
	case "L":
		n := 3
		for _, e := range v.List {
			n += 1 + e.Size()
		}
		return n
	case "M":
		return 3 + len(v.Map) + v.Map.Size()
	case "SS", "NS", "BS":
		n := 0
		for _, s := range v.Set {
			n += len(s)
		}
		return n
	}
	return len(v.Text)
}

// Size returns the bytes of an item.
func (i Item) Size() int {
	n := 0
	for name, v := range i {
		n += len(name) + v.Size()
	}
	return n
}
