package update

import (
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Seed returns the document that an upsert starts from: what the filter's
// conditions of equality say.
func (u Update) Seed(filter query.Node) (value.D, error) {
	d := value.D{}
	for _, c := range filter.Conjuncts() {
		v, path, ok := fixed(c)
		if !ok || u.Replaces() && path != "_id" {
			continue
		}
		v2 := v
		out, err := change(d, strings.Split(path, "."), path, true, func(old any, there bool) (any, bool, error) {
			if there {
				return nil, true, value.Errorf(54, "NotSingleValueField", "cannot infer query fields to set, path '%s' is matched twice", path)
			}
			return v2, true, nil
		})
		if err != nil {
			return nil, err
		}
		d = out.(value.D)
	}
	return d, nil
}

// fixed returns the one value that a condition allows, if it does.
func fixed(c query.Node) (v any, path string, ok bool) {
	list, _ := c.Value.(value.A)
	switch {
	case c.Op == "$eq":
		return c.Value, c.Path, true
	case c.Op == "$in" && len(list) == 1 && len(c.Kids) == 0:
		return list[0], c.Path, true
	case (c.Op == "$all" || c.Op == "$or") && len(c.Kids) == 1:
		kids := c.Kids[0].Conjuncts()
		if len(kids) == 1 {
			return fixed(kids[0])
		}
	}
	return nil, "", false
}
