package main

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/pipeline"
	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/store"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

const findFields = "filter sort projection skip limit batchSize singleBatch hint noCursorTimeout allowDiskUse allowPartialResults"

// search is a find, or what is like one in another command.
type search struct {
	on          *store.Collection
	filter      query.Node
	sort        value.D
	skip, limit int
	projection  pipeline.Projection
	hint        string
}

func (i *instance) search(c command, filterField string) (s search, err error) {
	if s.on, err = i.collection(c, false); err != nil {
		return s, err
	}
	if s.filter, err = c.filter(filterField); err != nil {
		return s, err
	}
	if s.sort, err = c.sorting(); err != nil {
		return s, err
	}
	if s.skip, err = c.number("skip"); err != nil {
		return s, err
	}
	if s.limit, err = c.number("limit"); err != nil {
		return s, err
	}
	if s.projection, err = pipeline.CompileProjection(c.document("projection")); err != nil {
		return s, err
	}
	s.hint, err = c.hint(s.on)
	return s, err
}

// plan is how a real server would search; an error says that it would not.
func (s search) plan() (store.Plan, error) {
	ask := store.Ask{Filter: s.filter, Sort: s.sort, Hint: s.hint}
	if s.projection.Plain && s.projection.Paths != nil {
		ask.Fields = s.projection.Paths
	}
	return s.on.Plan(ask)
}

// docs returns what the search finds.
func (s search) docs() ([]value.D, error) {
	if s.hint != "" {
		if _, err := s.plan(); err != nil {
			return nil, err
		}
	}
	found := s.on.Find(s.filter, 0)
	if len(s.sort) > 0 {
		slices.SortStableFunc(found, value.Order(s.sort))
	}
	found = found[min(s.skip, len(found)):]
	if s.limit > 0 {
		found = found[:min(s.limit, len(found))]
	}
	return found, nil
}

func find(i *instance, c command) (value.D, error) {
	s, err := i.search(c, "filter")
	if err != nil {
		return nil, err
	}
	found, err := s.docs()
	if err != nil {
		return nil, err
	}
	for n, d := range found {
		if found[n], err = s.projection.Apply(d); err != nil {
			return nil, err
		}
	}
	size := 101
	if c.get("batchSize") != nil {
		if size, err = c.number("batchSize"); err != nil {
			return nil, err
		}
	}
	return i.reply(s.on.Name, found, size, c.truth("singleBatch"))
}

func count(i *instance, c command) (value.D, error) {
	s, err := i.search(c, "query")
	if err != nil {
		return nil, err
	}
	found, err := s.docs()
	return done(bson.E{Key: "n", Value: int32(len(found))}), err
}

func distinct(i *instance, c command) (value.D, error) {
	s, err := i.search(c, "query")
	if err != nil {
		return nil, err
	}
	key, ok := c.get("key").(string)
	if !ok || key == "" {
		return nil, value.Mismatch("BSON field 'distinct.key' must be a non-empty string")
	}
	found, err := s.docs()
	values, seen := value.A{}, map[string]bool{}
	for _, d := range found {
		value.Reach(d, key, func(v any, ok bool) bool {
			values = addDistinct(values, seen, v, ok)
			return false
		})
	}
	return done(bson.E{Key: "values", Value: values}), err
}

func addDistinct(values value.A, seen map[string]bool, v any, ok bool) value.A {
	each := value.A{v}
	if a, is := v.(value.A); is {
		each = a
	}
	for _, e := range each {
		if k := value.Key(e); ok && !seen[k] {
			seen[k] = true
			values = append(values, e)
		}
	}
	return values
}

func aggregate(i *instance, c command) (value.D, error) {
	list, ok := c.get("pipeline").(value.A)
	if !ok {
		return nil, value.Mismatch("'pipeline' option must be specified as an array")
	}
	if _, ok := c.get("cursor").(value.D); !ok {
		return nil, value.Parse("The 'cursor' option is required, except for aggregate with the explain argument")
	}
	p, err := pipeline.Compile(list)
	if err != nil {
		return nil, err
	}
	if _, ok := c.body[0].Value.(string); !ok {
		return nil, value.Unsupported("aggregate without a collection")
	}
	on, err := i.collection(c, false)
	if err != nil {
		return nil, err
	}
	found, err := p.Run(on.Docs(), i.source(c.db()))
	if err != nil {
		return nil, err
	}
	size := 101
	if v, ok := value.Get(c.document("cursor"), "batchSize"); ok {
		n, whole := value.Int(v)
		if !whole || n < 0 {
			return nil, value.Bad("cursor.batchSize must be a non-negative integer")
		}
		size = int(n)
	}
	return i.reply(on.Name, found, size, false)
}

func (i *instance) source(db string) pipeline.Source {
	return func(name string) []value.D { return i.data.Collection(db, name, false).Docs() }
}
