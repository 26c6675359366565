package workflow

import (
	"maps"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"
)

// matrix returns the combinations that a job runs with; one without a matrix.
func (s scope) matrix(strategy *actionlint.Strategy) []map[string]any {
	if strategy == nil || strategy.Matrix == nil {
		return []map[string]any{{}}
	}
	rows, include, exclude := s.rows(strategy.Matrix)
	combos := []map[string]any{{}}
	for _, name := range sorted(rows) {
		values, _ := elements(rows[name])
		var more []map[string]any
		for _, c := range combos {
			for _, v := range values {
				one := maps.Clone(c)
				one[name] = v
				more = append(more, one)
			}
		}
		combos = more
	}
	if len(rows) == 0 {
		combos = nil
	}
	combos = slices.DeleteFunc(combos, func(c map[string]any) bool {
		return slices.ContainsFunc(exclude, func(x any) bool { return fits(c, x) })
	})
	return included(combos, include)
}

// rows returns the parts of a matrix with the values of its expressions.
func (s scope) rows(m *actionlint.Matrix) (rows map[string]any, include, exclude []any) {
	rows = map[string]any{}
	if m.Expression != nil {
		whole, _ := s.assigned(m.Expression).(map[string]any)
		for k, v := range whole {
			rows[k] = v
		}
		include, _ = elements(rows["include"])
		exclude, _ = elements(rows["exclude"])
		delete(rows, "include")
		delete(rows, "exclude")
		return rows, include, exclude
	}
	for name, row := range m.Rows {
		if row.Expression != nil {
			rows[strings.ToLower(name)] = s.assigned(row.Expression)
			continue
		}
		values := []any{}
		for _, v := range row.Values {
			values = append(values, s.raw(v))
		}
		rows[strings.ToLower(name)] = values
	}
	return rows, s.combinations(m.Include), s.combinations(m.Exclude)
}

// assigned is the value of a text that is one expression.
func (s scope) assigned(e *actionlint.String) any {
	v, _ := s.value(strings.TrimPrefix(strings.TrimSpace(e.Value), "${{"))
	return v
}

func (s scope) combinations(c *actionlint.MatrixCombinations) []any {
	if c == nil {
		return nil
	}
	if c.Expression != nil {
		list, _ := elements(s.assigned(c.Expression))
		return list
	}
	var list []any
	for _, one := range c.Combinations {
		if one.Expression != nil {
			list = append(list, s.assigned(one.Expression))
			continue
		}
		m := map[string]any{}
		for _, a := range one.Assigns {
			m[strings.ToLower(a.Key.Value)] = s.raw(a.Value)
		}
		list = append(list, m)
	}
	return list
}

// raw is a value as YAML has it.
func (s scope) raw(v actionlint.RawYAMLValue) any {
	switch v := v.(type) {
	case *actionlint.RawYAMLArray:
		list := []any{}
		for _, e := range v.Elems {
			list = append(list, s.raw(e))
		}
		return list
	case *actionlint.RawYAMLObject:
		m := map[string]any{}
		for k, e := range v.Props {
			m[strings.ToLower(k)] = s.raw(e)
		}
		return m
	case *actionlint.RawYAMLString:
		if text := s.text(v.Value); text != "true" && text != "false" {
			return text
		}
		return s.text(v.Value) == "true"
	}
	return nil
}

// fits reports whether a combination has all values of an exclude's entry.
func fits(combo map[string]any, x any) bool {
	m, _ := x.(map[string]any)
	for k, v := range m {
		if toText(combo[k]) != toText(v) {
			return false
		}
	}
	return len(m) > 0
}

// included adds an include's entries: to every combination of which they
// change no value that it had from the start, else as one more.
func included(combos []map[string]any, include []any) []map[string]any {
	var first []map[string]any
	for _, c := range combos {
		first = append(first, maps.Clone(c))
	}
	var more []map[string]any
	for _, x := range include {
		m, _ := x.(map[string]any)
		added := false
		for i, c := range combos {
			if !agrees(first[i], m) {
				continue
			}
			added = true
			maps.Copy(c, m)
		}
		if !added {
			more = append(more, maps.Clone(m))
		}
	}
	return append(combos, more...)
}

func agrees(c, m map[string]any) bool {
	for k, v := range m {
		if old, ok := c[k]; ok && toText(old) != toText(v) {
			return false
		}
	}
	return true
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
