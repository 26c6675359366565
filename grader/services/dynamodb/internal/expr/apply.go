package expr

import (
	"maps"
	"slices"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
)

// Apply returns the updated item; the item itself stays as it is.
func (u Update) Apply(item attr.Item) (attr.Item, error) {
	out := attr.Value{Kind: "M", Map: maps.Clone(item)}
	if item == nil {
		out.Map = attr.Item{}
	}
	actions := slices.Clone(u.actions)
	// elements go from the end of a list on, so that indexes stay what they were
	slices.SortStableFunc(actions, func(a, b action) int {
		if a.section != "REMOVE" || b.section != "REMOVE" {
			return rank(a) - rank(b)
		}
		return slices.CompareFunc(b.path, a.path, compareParts)
	})
	for _, a := range actions {
		v, remove, err := a.result(item)
		if err == nil {
			out, err = change(out, a.path, v, remove)
		}
		if err != nil {
			return nil, err
		}
	}
	return out.Map, nil
}

// rank puts what removes behind what sets.
func rank(a action) int {
	if a.section == "REMOVE" {
		return 1
	}
	return 0
}

func compareParts(a, b string) int {
	i, okA := index(a)
	j, okB := index(b)
	if okA && okB {
		return i - j
	}
	return len(a) - len(b)
}

// result computes the new value from the item as it was.
func (a action) result(item attr.Item) (v attr.Value, remove bool, err error) {
	old, there := a.path.Get(item)
	switch a.section {
	case "SET":
		v, err = a.compute(item)
		return v, false, err
	case "REMOVE":
		return v, true, nil
	case "ADD":
		v, err = a.add(old, there)
		return v, false, err
	}
	return a.subtract(old, there)
}

func (a action) add(old attr.Value, there bool) (attr.Value, error) {
	switch {
	case !there:
		return a.value, nil
	case old.Kind != a.value.Kind:
		return old, errType
	case old.Kind == "N":
		return attr.Add(old, a.value, false)
	}
	return attr.SetOf(old.Kind, slices.Concat(old.Set, a.value.Set)), nil
}

func (a action) subtract(old attr.Value, there bool) (attr.Value, bool, error) {
	if !there {
		return old, true, nil
	}
	if old.Kind != a.value.Kind {
		return old, false, errType
	}
	rest := slices.DeleteFunc(slices.Clone(old.Set), func(s string) bool { return slices.Contains(a.value.Set, s) })
	return attr.Value{Kind: old.Kind, Set: rest}, len(rest) == 0, nil
}

// change returns a copy of the container with a value set or removed.
func change(container attr.Value, path Path, v attr.Value, remove bool) (attr.Value, error) {
	if i, ok := index(path[0]); ok {
		return changeElement(container, i, path, v, remove)
	}
	if container.Kind != "M" {
		return container, errInvalidPath
	}
	out := maps.Clone(container.Map)
	inner, there := out[path[0]]
	if len(path) > 1 {
		if !there {
			return container, errInvalidPath
		}
		var err error
		if v, err = change(inner, path[1:], v, remove); err != nil {
			return container, err
		}
		remove = false
	}
	if remove {
		delete(out, path[0])
	} else {
		out[path[0]] = v
	}
	return attr.Value{Kind: "M", Map: out}, nil
}

func changeElement(container attr.Value, i int, path Path, v attr.Value, remove bool) (attr.Value, error) {
	if container.Kind != "L" {
		return container, errInvalidPath
	}
	out := slices.Clone(container.List)
	switch {
	case len(path) > 1:
		if i >= len(out) {
			return container, errInvalidPath
		}
		inner, err := change(out[i], path[1:], v, remove)
		if err != nil {
			return container, err
		}
		out[i] = inner
	case remove && i < len(out):
		out = slices.Delete(out, i, i+1)
	case remove:
	case i < len(out):
		out[i] = v
	default:
		out = append(out, v) // behind the end means at the end
	}
	return attr.Value{Kind: "L", List: out}, nil
}

// ParseProjection reads a ProjectionExpression.
func ParseProjection(text string, s *Scope) ([]Path, error) {
	p, err := newParser("ProjectionExpression", text, s)
	if err != nil {
		return nil, err
	}
	var all []Path
	for {
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		for _, other := range all {
			if n := min(len(path), len(other)); slices.Equal(path[:n], other[:n]) {
				return nil, attr.Refusef("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", other, path)
			}
		}
		all = append(all, path)
		if p.peek() == "" {
			return all, nil
		}
		if err := p.want(","); err != nil {
			return nil, err
		}
	}
}

// Project returns what an item holds at the paths, in its documents and lists.
func Project(item attr.Item, paths []Path) attr.Item {
	out := attr.Value{Kind: "M", Map: attr.Item{}}
	for _, path := range paths {
		if v, ok := path.Get(item); ok {
			out = graft(out, path, v)
		}
	}
	return out.Map
}

// graft puts v at the path and makes what is not there; elements of lists move
// together.
func graft(container attr.Value, path Path, v attr.Value) attr.Value {
	if len(path) == 0 {
		return v
	}
	if _, ok := index(path[0]); ok {
		container.Kind = "L"
		container.List = append(container.List, graft(attr.Value{}, path[1:], v))
		return container
	}
	container.Kind = "M"
	if container.Map == nil {
		container.Map = attr.Item{}
	}
	container.Map[path[0]] = graft(container.Map[path[0]], path[1:], v)
	return container
}
