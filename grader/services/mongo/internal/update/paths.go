package update

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// modifier computes a field's new value; keep false removes the field.
type modifier func(old any, ok bool) (v any, keep bool, err error)

// maxPad is the most nulls that setting an element far behind an array's end
// may add. A real server adds 1,500,000.
const maxPad = 10_000

// change returns a copy of the container with the modifier applied at the path.
func change(container any, parts []string, path string, create bool, f modifier) (any, error) {
	switch c := container.(type) {
	case value.D:
		return changeField(c, parts, path, create, f)
	case value.A:
		return changeElement(c, parts, path, create, f)
	}
	if !create {
		return container, nil
	}
	return nil, value.Errorf(28, "PathNotViable", "Cannot create field '%s' in element {%s: %v}", parts[0], strings.TrimSuffix(path, "."+strings.Join(parts, ".")), container)
}

func changeField(d value.D, parts []string, path string, create bool, f modifier) (any, error) {
	old, ok := value.Get(d, parts[0])
	if len(parts) == 1 {
		if !ok && !create {
			return d, nil
		}
		v, keep, err := f(old, ok)
		if err != nil || !keep {
			return value.Drop(d, parts[0]), err
		}
		return value.Put(d, parts[0], v), nil
	}
	if !ok {
		if !create {
			return d, nil
		}
		old = value.D{}
	}
	v, err := change(old, parts[1:], path, create, f)
	if err != nil {
		return nil, err
	}
	return value.Put(d, parts[0], v), nil
}

func changeElement(a value.A, parts []string, path string, create bool, f modifier) (any, error) {
	i, ok := value.Offset(parts[0])
	if ok && create && i >= len(a)+maxPad {
		return nil, value.Unsupported("an array with so many elements before the one that is set")
	}
	if !ok {
		if !create {
			return a, nil
		}
		return nil, value.Errorf(28, "PathNotViable", "Cannot create field '%s' in element {%s: %v}", parts[0], strings.TrimSuffix(path, "."+strings.Join(parts, ".")), a)
	}
	if i >= len(a) && !create {
		return a, nil
	}
	out := append(value.A{}, a...)
	for len(out) <= i {
		out = append(out, nil)
	}
	v, err := elementValue(out[i], i < len(a), parts, path, create, f)
	out[i] = v
	return out, err
}

func elementValue(old any, there bool, parts []string, path string, create bool, f modifier) (any, error) {
	if len(parts) > 1 {
		if !there {
			old = value.D{}
		}
		return change(old, parts[1:], path, create, f)
	}
	v, keep, err := f(old, there)
	if !keep {
		v = nil // an element that is unset becomes null
	}
	return v, err
}

// expand replaces "$", "$[]" and "$[name]" in a path by indexes.
func (u Update) expand(d value.D, path string, s Scene) ([]string, error) {
	parts := strings.Split(path, ".")
	at := slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, "$") })
	if at < 0 {
		return []string{path}, nil
	}
	if at == 0 {
		return nil, value.Errorf(2, "BadValue", "Cannot have positional (i.e. '$') element in the first position in path '%s'", path)
	}
	before, after := strings.Join(parts[:at], "."), parts[at+1:]
	a, ok := value.Lookup(d, before).(value.A)
	if direct := at0(d, parts[:at]); direct != nil {
		a, ok = direct.(value.A)
	}
	if !ok {
		return nil, value.Bad("The path '%s' must exist in the document in order to apply array updates.", before)
	}
	chosen, err := u.choose(a, parts[at], before, s)
	var all []string
	for _, i := range chosen {
		p := strings.Join(append([]string{before, strconv.Itoa(i)}, after...), ".")
		more, err := u.expand(d, p, s)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, err
}

// at0 follows a path literally, through indexes too; nil when it ends early.
func at0(v any, parts []string) any {
	for _, p := range parts {
		switch x := v.(type) {
		case value.D:
			v, _ = value.Get(x, p)
		case value.A:
			i, ok := value.Offset(p)
			if !ok || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// choose returns the indexes that a positional part stands for.
func (u Update) choose(a value.A, part, path string, s Scene) ([]int, error) {
	if part == "$" {
		i, ok := s.Query.Element(a, path)
		if !ok {
			return nil, value.Bad("The positional operator did not find the match needed from the query.")
		}
		return []int{i}, nil
	}
	name := strings.TrimSuffix(strings.TrimPrefix(part, "$["), "]")
	if "$["+name+"]" != part {
		return nil, value.Bad("malformed positional part '%s' in a path", part)
	}
	filter, ok := u.filters[name]
	if name != "" && !ok {
		return nil, value.Bad("No array filter found for identifier '%s' in path '%s.%s'", name, path, part)
	}
	var chosen []int
	for i, e := range a {
		if name == "" || filter.Match(value.D{{Key: name, Value: e}}) {
			chosen = append(chosen, i)
		}
	}
	return chosen, nil
}

// compileFilters reads arrayFilters; each names one identifier.
func compileFilters(list value.A) (map[string]query.Node, error) {
	filters := map[string]query.Node{}
	for _, item := range list {
		d, _ := item.(value.D)
		name := ""
		for _, e := range d {
			n, _, _ := strings.Cut(e.Key, ".")
			if strings.HasPrefix(n, "$") {
				return nil, value.Unsupported("arrayFilters with " + n)
			}
			if name != "" && n != name {
				return nil, value.Parse("Error parsing array filter :: caused by :: Expected a single top-level field name, found '%s' and '%s'", name, n)
			}
			name = n
		}
		if _, twice := filters[name]; name == "" || twice {
			return nil, value.Parse("Found multiple or empty array filters with the top-level field name '%s'", name)
		}
		n, err := query.Compile(d)
		if err != nil {
			return nil, err
		}
		filters[name] = n
	}
	return filters, nil
}

func rename(d value.D, a action) (value.D, error) {
	from, to := strings.Split(a.path, "."), a.value.(string)
	if throughArray(d, from) || throughArray(d, strings.Split(to, ".")) {
		return nil, value.Bad("The source and the target field of $rename cannot be an array element")
	}
	v, ok := literal(d, from)
	if !ok {
		return d, nil
	}
	out, err := change(d, from, a.path, false, func(any, bool) (any, bool, error) { return nil, false, nil })
	if err == nil {
		out, err = change(out, strings.Split(to, "."), to, true, func(any, bool) (any, bool, error) { return v, true, nil })
	}
	if err != nil {
		return nil, err
	}
	return out.(value.D), nil
}

func throughArray(d value.D, parts []string) bool {
	for i := 1; i < len(parts); i++ {
		if _, ok := at0(d, parts[:i]).(value.A); ok {
			return true
		}
	}
	return false
}

func literal(v any, parts []string) (any, bool) {
	d, _ := at0(v, parts[:len(parts)-1]).(value.D)
	if len(parts) == 1 {
		d, _ = v.(value.D)
	}
	return value.Get(d, parts[len(parts)-1])
}
