package store

import (
	"slices"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Plan is how MongoDB would answer a query: which index it would walk, and
// whether it must sort what it found. The rules are those of
// https://www.mongodb.com/docs/manual/core/query-plans/ and of the ESR guide
// (equality, sort, range); where a real MongoDB tries several plans and takes
// the fastest, the plan with the longest run of bounded fields is taken here.
type Plan struct {
	Index    *Index // nil: the whole collection is read
	Bounded  int    // how many leading fields of the index the filter bounds
	Equal    int    // how many of those by equality
	Sorts    bool   // documents must be sorted after they were found
	Backward bool   // the index is walked from its end
	Covered  bool   // no document is fetched
	Branches []Plan // of a $or, each answered by an index
	bounds   []query.Node
	filter   query.Node
}

// Ask is a query to plan.
type Ask struct {
	Filter query.Node
	Sort   value.D
	Fields []string // that alone are wanted; nil for all
	Hint   string   // an index's name, "$natural" for none
}

// Plan chooses. An error says that the hint names no index.
func (c *Collection) Plan(a Ask) (Plan, error) {
	if a.Hint != "" {
		return c.hinted(a)
	}
	best := Plan{Sorts: len(a.Sort) > 0, filter: a.Filter}
	for _, i := range c.Indexes {
		if p, ok := i.plan(a); ok && p.better(best) {
			best = p
		}
	}
	if or, ok := c.either(a); ok && best.Bounded == 0 {
		return or, nil
	}
	return best, nil
}

func (c *Collection) hinted(a Ask) (Plan, error) {
	if a.Hint == "$natural" {
		return Plan{Sorts: len(a.Sort) > 0, filter: a.Filter}, nil
	}
	at := slices.IndexFunc(c.Indexes, func(i *Index) bool { return i.Name == a.Hint })
	if at < 0 {
		return Plan{}, value.Bad("error processing query: planner returned error: hint provided does not correspond to an existing index")
	}
	return c.Indexes[at].walk(a), nil
}

// better prefers an index to none, then more fields by equality, then no sort,
// then more bounded fields, then what needs no document.
func (p Plan) better(q Plan) bool {
	score := func(p Plan) []int {
		return []int{flag(p.Index != nil), p.Equal, flag(!p.Sorts), p.Bounded, flag(p.Covered)}
	}
	return slices.Compare(score(p), score(q)) > 0
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plan returns the plan that uses the index, when that helps.
func (i *Index) plan(a Ask) (Plan, bool) {
	if !i.implied(a.Filter) {
		return Plan{}, false
	}
	p := i.walk(a)
	return p, p.Bounded > 0 || len(a.Sort) > 0 && !p.Sorts && !i.Sparse && i.Partial == nil
}

// walk returns the plan that uses the index, whether it helps or not.
func (i *Index) walk(a Ask) Plan {
	p := Plan{Index: i, filter: a.Filter}
	about := a.Filter.Conjuncts()
	for _, k := range i.Key {
		equal, bound := bounds(about, k.Key)
		if len(bound) == 0 {
			break
		}
		p.bounds = append(p.bounds, bound...)
		p.Bounded++
		if !equal {
			break
		}
		p.Equal++
	}
	p.Sorts, p.Backward = i.sorts(a.Sort, about, p)
	p.Covered = i.holds(a, about)
	return p
}

// bounds returns the conditions that narrow a field down, and whether to single
// values.
func bounds(about []query.Node, path string) (equal bool, bound []query.Node) {
	for _, c := range about {
		if c.Path != path || !indexable(c.Op) {
			continue
		}
		bound = append(bound, c)
		equal = equal || c.Op == "$eq" || c.Op == "$in" && len(c.Kids) == 0
	}
	return equal, append(bound, within(about, path)...)
}

// within returns the conditions that $elemMatch and $all put on a path.
func within(about []query.Node, path string) []query.Node {
	var bound []query.Node
	for _, c := range about {
		switch {
		case c.Op == "$all" && c.Path == path && len(c.Kids) > 0:
			bound = append(bound, c)
		case c.Op == "$elemMatch" && c.Path == path, c.Op == "$elemMatch" && c.ElementHas(path):
			bound = append(bound, c)
		}
	}
	return bound
}

func indexable(op string) bool {
	return slices.Contains([]string{"$eq", "$in", "$gt", "$gte", "$lt", "$lte", "$ne", "$nin", "$regex", "$exists", "$type", "$mod", "$not"}, op)
}

// implied reports whether every document that the filter selects is in the
// index.
func (i *Index) implied(filter query.Node) bool {
	about := filter.Conjuncts()
	if i.Partial != nil {
		for _, need := range i.filter.Conjuncts() {
			if !slices.ContainsFunc(about, func(c query.Node) bool { return c.Implies(need) }) {
				return false
			}
		}
		return true
	}
	if !i.Sparse {
		return true
	}
	return slices.ContainsFunc(about, func(c query.Node) bool { return c.Path == i.Key[0].Key && c.NeedsValue() })
}

// sorts reports whether a sort is left to do after a walk of the index, and
// whether the walk is backward.
func (i *Index) sorts(sort value.D, about []query.Node, p Plan) (left, backward bool) {
	if len(sort) == 0 {
		return false, false
	}
	at := 0
	direction := int64(0)
	for _, s := range sort {
		if single(about, s.Key) && !i.arrays[s.Key] {
			continue // the same in all documents
		}
		for at < len(i.Key) && i.Key[at].Key != s.Key && at < p.Equal {
			at++
		}
		if at >= len(i.Key) || i.Key[at].Key != s.Key || i.arrays[s.Key] {
			return true, false
		}
		want, _ := value.Int(s.Value)
		have, _ := value.Int(i.Key[at].Value)
		if direction == 0 {
			direction = want * have
		}
		if want*have != direction {
			return true, false
		}
		at++
	}
	return false, direction < 0
}

// single reports whether the filter lets a path have one value only.
func single(about []query.Node, path string) bool {
	return slices.ContainsFunc(about, func(c query.Node) bool { return c.Op == "$eq" && c.Path == path })
}

// holds reports whether the index alone answers the query.
func (i *Index) holds(a Ask, about []query.Node) bool {
	if a.Fields == nil || len(i.arrays) > 0 {
		return false
	}
	has := func(path string) bool { _, ok := value.Get(i.Key, path); return ok }
	for _, f := range a.Fields {
		if !has(f) {
			return false
		}
	}
	for _, s := range a.Sort {
		if !has(s.Key) {
			return false
		}
	}
	return !slices.ContainsFunc(about, func(c query.Node) bool { return !has(c.Path) })
}

// either plans a $or whose every branch an index answers.
func (c *Collection) either(a Ask) (Plan, bool) {
	for _, n := range a.Filter.Conjuncts() {
		if n.Op != "$or" {
			continue
		}
		p := Plan{Sorts: len(a.Sort) > 0, filter: a.Filter}
		for _, k := range n.Kids {
			branch, err := c.Plan(Ask{Filter: k})
			if err != nil || branch.Bounded == 0 && len(branch.Branches) == 0 {
				p.Branches = nil
				break
			}
			p.Branches = append(p.Branches, branch)
		}
		if len(p.Branches) > 0 {
			return p, true
		}
	}
	return Plan{}, false
}
