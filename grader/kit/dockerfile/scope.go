package dockerfile

import (
	"maps"
	"slices"
)

// scope holds the variables that ARG and ENV have set so far. It implements
// shell.EnvGetter.
type scope struct{ values map[string]string }

// Get implements shell.EnvGetter.
func (s scope) Get(name string) (string, bool) {
	v, ok := s.values[name]
	return v, ok
}

// Keys implements shell.EnvGetter.
func (s scope) Keys() []string { return slices.Sorted(maps.Keys(s.values)) }

func (s *scope) set(name, value string) {
	if s.values == nil {
		s.values = map[string]string{}
	}
	s.values[name] = value
}

func (s scope) clone() scope { return scope{maps.Clone(s.values)} }
