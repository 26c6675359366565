// Package mango reads the selectors of CouchDB's _find and matches documents.
// https://docs.couchdb.org/en/stable/api/database/find.html
//
// A selector is checked whole before a document is looked at. Numbers come as
// json.Number.
package mango

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Selector reports whether a document matches.
type Selector func(doc any) bool

// Compile reads a selector.
func Compile(v any) (Selector, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, Refusef("Selector must be a JSON object, but was: %T", v)
	}
	var all []Selector
	for _, key := range sorted(m) {
		s, err := entry(key, m[key])
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return every(all), nil
}

func sorted(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func every(all []Selector) Selector {
	return func(d any) bool {
		return !slices.ContainsFunc(all, func(s Selector) bool { return !s(d) })
	}
}

func entry(key string, v any) (Selector, error) {
	switch key {
	case "$and", "$or", "$nor":
		return several(key, v)
	case "$not":
		s, err := Compile(v)
		return func(d any) bool { return !s(d) }, err
	}
	if strings.HasPrefix(key, "$") {
		return operator(key, v)
	}
	inner, err := condition(v)
	parts := strings.Split(key, ".")
	return func(d any) bool { return inner(lookup(d, parts)) }, err
}

func several(key string, v any) (Selector, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, Refusef("Invalid operator: %s needs an array", key)
	}
	var all []Selector
	for _, item := range list {
		s, err := Compile(item)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if key == "$and" {
		return every(all), nil
	}
	return func(d any) bool {
		return slices.ContainsFunc(all, func(s Selector) bool { return s(d) }) == (key == "$or")
	}, nil
}

// condition reads what stands at a field: a selector, or a value to be equal to.
func condition(v any) (Selector, error) {
	if m, ok := v.(map[string]any); ok && len(m) > 0 {
		return Compile(m)
	}
	return func(d any) bool { return Equal(d, v) }, nil
}

// missing is what is not there.
type missing struct{}

func lookup(d any, parts []string) any {
	for _, p := range parts {
		m, ok := d.(map[string]any)
		if !ok {
			return missing{}
		}
		if d, ok = m[p]; !ok {
			return missing{}
		}
	}
	return d
}

func present(d any) bool { _, gone := d.(missing); return !gone }

func operator(key string, v any) (Selector, error) {
	list, isList := v.([]any)
	switch key {
	case "$eq":
		return func(d any) bool { return Equal(d, v) }, nil
	case "$ne":
		return func(d any) bool { return present(d) && !Equal(d, v) }, nil
	case "$gt", "$gte", "$lt", "$lte":
		return func(d any) bool { return present(d) && holds(key, Compare(d, v)) }, nil
	case "$exists":
		want, ok := v.(bool)
		if !ok {
			return nil, Refusef("Invalid operator: $exists needs a boolean")
		}
		return func(d any) bool { return present(d) == want }, nil
	case "$in", "$nin", "$all":
		if !isList {
			return nil, Refusef("Invalid operator: %s needs an array", key)
		}
		return membership(key, list), nil
	case "$size":
		return func(d any) bool {
			a, ok := d.([]any)
			return ok && Equal(json.Number(fmt.Sprint(len(a))), v)
		}, nil
	case "$elemMatch", "$allMatch":
		return elements(key, v)
	case "$type":
		return func(d any) bool { return present(d) && kind(d) == v }, nil
	}
	return nil, Refusef("Invalid operator: %s", key)
}

func holds(key string, c int) bool {
	switch key {
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	case "$lt":
		return c < 0
	}
	return c <= 0
}

func membership(key string, list []any) Selector {
	in := func(v any) bool { return slices.ContainsFunc(list, func(w any) bool { return Equal(v, w) }) }
	return func(d any) bool {
		a, isArray := d.([]any)
		switch {
		case !present(d):
			return false
		case key == "$all":
			return isArray && !slices.ContainsFunc(list, func(w any) bool {
				return !slices.ContainsFunc(a, func(v any) bool { return Equal(v, w) })
			})
		case isArray:
			return slices.ContainsFunc(a, in) == (key == "$in")
		}
		return in(d) == (key == "$in")
	}
}

func elements(key string, v any) (Selector, error) {
	s, err := Compile(v)
	return func(d any) bool {
		a, ok := d.([]any)
		if key == "$elemMatch" {
			return slices.ContainsFunc(a, s)
		}
		return ok && len(a) > 0 && !slices.ContainsFunc(a, func(e any) bool { return !s(e) })
	}, err
}

func kind(v any) any {
	return []any{"null", "boolean", "number", "string", "array", "object"}[rank(v)]
}

// rank is a type's place in CouchDB's order of JSON.
func rank(v any) int {
	switch v.(type) {
	case bool:
		return 1
	case json.Number:
		return 2
	case string:
		return 3
	case []any:
		return 4
	case map[string]any:
		return 5
	}
	return 0
}

// Equal reports whether two values are the same.
func Equal(a, b any) bool { return present(a) && present(b) && Compare(a, b) == 0 }

// Compare orders JSON as CouchDB's views do, but strings by their bytes.
// https://docs.couchdb.org/en/stable/ddocs/views/collation.html
func Compare(a, b any) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch x := a.(type) {
	case bool:
		return cmp.Compare(fmt.Sprint(x), fmt.Sprint(b)) // false before true
	case json.Number:
		return number(x).Cmp(number(b.(json.Number)))
	case string:
		return strings.Compare(x, b.(string))
	case []any:
		return slices.CompareFunc(x, b.([]any), Compare)
	case map[string]any:
		return objects(x, b.(map[string]any))
	}
	return 0
}

// precision is enough for any double and for any int64.
const precision = 128

func number(n json.Number) *big.Float {
	f, _, err := big.ParseFloat(string(n), 10, precision, big.ToNearestEven)
	if err != nil {
		return new(big.Float)
	}
	return f
}

func objects(a, b map[string]any) int {
	x, y := sorted(a), sorted(b)
	for i := range min(len(x), len(y)) {
		if c := cmp.Or(strings.Compare(x[i], y[i]), Compare(a[x[i]], b[y[i]])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

// Lookup returns what stands at a dotted path.
func Lookup(d any, path string) (any, bool) {
	v := lookup(d, strings.Split(path, "."))
	return v, present(v)
}
