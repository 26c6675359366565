package query

import (
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Implies reports whether every document that satisfies n satisfies need. It may
// say no where the answer is yes.
func (n Node) Implies(need Node) bool {
	if n.Path != need.Path {
		return false
	}
	switch need.Op {
	case "$exists":
		return n.NeedsValue()
	case "$gt", "$gte", "$lt", "$lte":
		return n.inside(need)
	case "$in", "$type":
		return n.Op == "$eq" && need.test(n.Value) || n.Op == need.Op && value.Equal(n.Value, need.Value)
	}
	return n.Op == need.Op && value.Equal(n.Value, need.Value)
}

// inside compares ranges: a bound implies a wider one in the same direction.
func (n Node) inside(need Node) bool {
	if n.Op == "$eq" {
		return need.test(n.Value)
	}
	if n.Op[:min(3, len(n.Op))] != need.Op[:3] || value.Rank(n.Value) != value.Rank(need.Value) {
		return false
	}
	return need.test(n.Value) || n.Op == need.Op && value.Equal(n.Value, need.Value) || !strings.HasSuffix(n.Op, "e") && value.Equal(n.Value, need.Value)
}

// NeedsValue reports whether the condition holds only where the field is there.
func (n Node) NeedsValue() bool {
	switch n.Op {
	case "$eq":
		return n.Value != nil
	case "$gt", "$gte", "$lt", "$lte":
		return n.Value != nil
	case "$exists":
		return value.Truthy(n.Value)
	case "$in":
		return !n.test(value.Missing{})
	case "$regex", "$type", "$mod", "$size", "$elemMatch":
		return true
	}
	return false
}

// ElementHas reports whether an $elemMatch narrows down a path inside its
// elements.
func (n Node) ElementHas(path string) bool {
	rest, ok := strings.CutPrefix(path, n.Path+".")
	if !ok || n.element || len(n.Kids) == 0 {
		return false
	}
	for _, c := range n.Kids[0].Conjuncts() {
		if c.Path == rest {
			return true
		}
	}
	return false
}
