package value

import "strings"

// Reach calls visit with every value that a dotted path leads to, going through
// the elements of arrays on the way, and with ok false where the path ends in
// nothing. It stops and returns true when visit does. A last value that is an
// array is handed over whole.
func Reach(d D, path string, visit func(v any, ok bool) bool) bool {
	head, rest, more := strings.Cut(path, ".")
	v, ok := Get(d, head)
	switch {
	case !ok:
		return visit(nil, false)
	case !more:
		return visit(v, true)
	}
	switch x := v.(type) {
	case D:
		return Reach(x, rest, visit)
	case A:
		return reachElements(x, rest, visit)
	}
	return visit(nil, false)
}

// reachElements goes on from an array in the middle of a path: into the element
// that the path's next part counts to, and into each element that is a document.
func reachElements(a A, path string, visit func(any, bool) bool) bool {
	head, rest, more := strings.Cut(path, ".")
	n, counts := Offset(head)
	if counts && n < len(a) && reachElement(a[n], rest, more, visit) {
		return true
	}
	for _, e := range a {
		d, ok := e.(D)
		if !ok {
			continue
		}
		if _, has := Get(d, head); counts && !has {
			continue
		}
		if Reach(d, path, visit) {
			return true
		}
	}
	return false
}

func reachElement(e any, rest string, more bool, visit func(any, bool) bool) bool {
	if !more {
		return visit(e, true)
	}
	switch x := e.(type) {
	case D:
		return Reach(x, rest, visit)
	case A:
		return reachElements(x, rest, visit)
	}
	return visit(nil, false)
}

// Lookup returns the value at a path as an aggregation's "$a.b" reads it: an
// array on the way becomes the array of what its documents hold there.
func Lookup(v any, path string) any {
	head, rest, more := strings.Cut(path, ".")
	switch x := v.(type) {
	case D:
		inner, ok := Get(x, head)
		if !ok {
			return Missing{}
		}
		if !more {
			return inner
		}
		return Lookup(inner, rest)
	case A:
		out := A{}
		for _, e := range x {
			if inner := Lookup(e, path); inner != (any)(Missing{}) && isDocument(e) {
				out = append(out, inner)
			}
		}
		return out
	}
	return Missing{}
}

func isDocument(v any) bool { _, ok := v.(D); return ok }

// SortKey returns what a document is sorted by at a path: the least value there,
// or the greatest when descending; null when there is none.
func SortKey(d D, path string, descending bool) any {
	var key any
	found := false
	Reach(d, path, func(v any, ok bool) bool {
		for _, c := range spread(v, ok) {
			if c2 := Compare(c, key); !found || descending && c2 > 0 || !descending && c2 < 0 {
				key, found = c, true
			}
		}
		return false
	})
	return key
}

// spread returns the values that stand for v in an index: the elements of an
// array, or v.
func spread(v any, ok bool) []any {
	if !ok {
		return []any{nil}
	}
	if a, is := v.(A); is {
		if len(a) == 0 {
			return []any{Missing{}}
		}
		return a
	}
	return []any{v}
}

// IndexValues returns the values of a document at a path as an index holds them,
// and whether an array was on the path.
func IndexValues(d D, path string) (values []any, multi bool) {
	seen := map[string]bool{}
	n := 0
	Reach(d, path, func(v any, ok bool) bool {
		n++
		a, is := v.(A)
		multi = multi || is && ok && len(a) >= 0
		for _, c := range spread(v, ok) {
			if k := Key(c); !seen[k] {
				seen[k] = true
				values = append(values, c)
			}
		}
		return false
	})
	if n == 0 { // nothing but scalars, or no element, in an array on the way
		return []any{nil}, true
	}
	return values, multi || n > 1
}

// Order compares documents by a sort pattern of 1 and -1.
func Order(pattern D) func(a, b D) int {
	return func(a, b D) int {
		for _, e := range pattern {
			n, _ := Int(e.Value)
			c := Compare(SortKey(a, e.Key, n < 0), SortKey(b, e.Key, n < 0))
			if n < 0 {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
}

// SortPattern checks a sort document.
func SortPattern(d D) error {
	for _, e := range d {
		n, ok := Int(e.Value)
		if _, meta := e.Value.(D); meta {
			return Unsupported("sorting by " + e.Key + " with an expression")
		}
		if !ok || n != 1 && n != -1 {
			return Bad("$sort key ordering must be 1 (for ascending) or -1 (for descending)")
		}
	}
	return nil
}
