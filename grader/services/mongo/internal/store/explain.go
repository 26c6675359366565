package store

import (
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Stages returns the plan as explain's winningPlan shows it, without limits and
// projections.
func (p Plan) Stages(sort value.D) value.D {
	d := p.found()
	if p.Sorts {
		return value.D{{Key: "stage", Value: "SORT"}, {Key: "sortPattern", Value: sort}, {Key: "type", Value: "simple"}, {Key: "inputStage", Value: d}}
	}
	return d
}

func (p Plan) found() value.D {
	switch {
	case len(p.Branches) > 0:
		inputs := value.A{}
		for _, b := range p.Branches {
			if len(b.Branches) > 0 {
				inputs = append(inputs, b.found())
			} else {
				inputs = append(inputs, b.scan())
			}
		}
		or := value.D{{Key: "stage", Value: "OR"}, {Key: "inputStages", Value: inputs}}
		return value.D{{Key: "stage", Value: "FETCH"}, {Key: "inputStage", Value: or}}
	case p.Index == nil:
		return value.D{{Key: "stage", Value: "COLLSCAN"}, {Key: "direction", Value: "forward"}}
	case p.byID():
		return value.D{{Key: "stage", Value: "IDHACK"}}
	case p.Covered:
		return value.D{{Key: "stage", Value: "PROJECTION_COVERED"}, {Key: "inputStage", Value: p.scan()}}
	}
	return value.D{{Key: "stage", Value: "FETCH"}, {Key: "inputStage", Value: p.scan()}}
}

// byID reports whether the query is for one _id and nothing else.
func (p Plan) byID() bool {
	about := p.filter.Conjuncts()
	return p.Index.Name == "_id_" && len(about) == 1 && about[0].Op == "$eq"
}

func (p Plan) scan() value.D {
	direction := "forward"
	if p.Backward {
		direction = "backward"
	}
	paths := value.D{}
	bounds := value.D{}
	for n, k := range p.Index.Key {
		list := value.A{}
		if p.Index.arrays[k.Key] {
			list = append(list, k.Key)
		}
		paths = append(paths, bson.E{Key: k.Key, Value: list})
		bounds = append(bounds, bson.E{Key: k.Key, Value: p.interval(n, k.Key)})
	}
	return value.D{
		{Key: "stage", Value: "IXSCAN"}, {Key: "keyPattern", Value: p.Index.Key}, {Key: "indexName", Value: p.Index.Name},
		{Key: "isMultiKey", Value: len(p.Index.arrays) > 0}, {Key: "multiKeyPaths", Value: paths},
		{Key: "isUnique", Value: p.Index.Unique}, {Key: "isSparse", Value: p.Index.Sparse}, {Key: "isPartial", Value: p.Index.Partial != nil},
		{Key: "direction", Value: direction}, {Key: "indexBounds", Value: bounds},
	}
}

// interval describes what is walked of the n-th field.
func (p Plan) interval(n int, path string) value.A {
	if n >= p.Bounded {
		return value.A{"[MinKey, MaxKey]"}
	}
	out := value.A{}
	for _, c := range p.bounds {
		switch {
		case c.Path != path:
		case c.Op == "$eq":
			out = append(out, fmt.Sprintf("[%s, %s]", Show(c.Value), Show(c.Value)))
		default:
			out = append(out, fmt.Sprintf("%s %s", c.Op, Show(c.Value)))
		}
	}
	return out
}

// Work is what the execution of a plan costs.
type Work struct{ Returned, Keys, Docs int }

// Execute counts the work of a plan that stops after enough documents (0: never).
// A document that an index leads to counts one key, also when arrays give it
// several.
func (c *Collection) Execute(p Plan, enough int) Work {
	var w Work
	for _, e := range c.walked(p) {
		indexed, fetched := p.touches(e.doc)
		w.Keys += flag(indexed)
		w.Docs += flag(fetched)
		w.Returned += flag(p.filter.Match(e.doc))
		if enough > 0 && w.Returned == enough && !p.Sorts {
			break
		}
	}
	if enough > 0 {
		w.Returned = min(w.Returned, enough)
	}
	return w
}

// walked returns the entries in the order in which the plan comes to them.
func (c *Collection) walked(p Plan) []*entry {
	live := slices.DeleteFunc(slices.Clone(c.entries), func(e *entry) bool { return e.doc == nil || p.skips(e.doc) })
	if p.Index != nil {
		order := value.Order(p.Index.Key)
		slices.SortStableFunc(live, func(a, b *entry) int { return order(a.doc, b.doc) })
	}
	if p.Backward {
		slices.Reverse(live)
	}
	return live
}

// skips reports whether the plan never comes to the document.
func (p Plan) skips(d value.D) bool {
	indexed, fetched := p.touches(d)
	return !indexed && !fetched
}

// touches reports whether the plan reads a key of the document, and the document
// itself.
func (p Plan) touches(d value.D) (key, doc bool) {
	for _, b := range p.Branches {
		k, f := b.touches(d)
		key, doc = key || k, doc || f
	}
	switch {
	case len(p.Branches) > 0:
		return key, doc
	case p.Index == nil:
		return false, true
	}
	in := p.Index.covers(d) && (query.Node{Op: "$and", Kids: p.bounds}).Match(d)
	return in, in && !p.Covered && p.keyed(d)
}

// keyed tests what the key alone tells: conditions on fields of the index that
// do not narrow the walk down.
func (p Plan) keyed(d value.D) bool {
	for _, c := range p.filter.Conjuncts() {
		if _, has := value.Get(p.Index.Key, c.Path); has && c.Path != "" && !p.Index.arrays[c.Path] && !c.Match(d) {
			return false
		}
	}
	return true
}
