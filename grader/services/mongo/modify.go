package main

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/pipeline"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

const findAndModifyFields = "query sort remove update new upsert fields arrayFilters hint bypassDocumentValidation"

// findAndModify changes or removes the first document that matches and answers
// with it.
func findAndModify(i *instance, c command) (value.D, error) {
	s, err := i.search(c, "query")
	if err != nil {
		return nil, err
	}
	if s.on, err = i.collection(c, true); err != nil {
		return nil, err
	}
	s.limit = 1
	if s.projection, err = pipeline.CompileProjection(c.document("fields")); err != nil {
		return nil, err
	}
	found, err := s.docs()
	if err != nil {
		return nil, err
	}
	_, updates := value.Get(c.body, "update")
	switch {
	case c.truth("remove") && (updates || c.truth("new") || c.truth("upsert")):
		return nil, value.Parse("Cannot specify both an update or upsert or new and remove=true")
	case c.truth("remove"):
		return i.takeOut(s, found)
	case !updates:
		return nil, value.Parse("Either an update or remove=true must be specified")
	}
	return i.modify(c, s, found)
}

func (i *instance) takeOut(s search, found []value.D) (value.D, error) {
	last := value.D{{Key: "n", Value: int32(len(found))}}
	var shown any
	for _, d := range found {
		s.on.Delete(d)
		out, err := s.projection.Apply(d)
		if err != nil {
			return nil, err
		}
		shown = out
	}
	return done(bson.E{Key: "lastErrorObject", Value: last}, bson.E{Key: "value", Value: shown}), nil
}

func (i *instance) modify(c command, s search, found []value.D) (value.D, error) {
	ch, err := compileChange(value.D{{Key: "q", Value: c.document("query")}, {Key: "u", Value: c.get("update")}, {Key: "upsert", Value: c.truth("upsert")}, {Key: "arrayFilters", Value: c.get("arrayFilters")}})
	if err != nil {
		return nil, err
	}
	r, err := i.apply(s.on, ch, found)
	if err != nil {
		return nil, err
	}
	last := value.D{{Key: "n", Value: int32(r.matched)}, {Key: "updatedExisting", Value: r.matched > 0}}
	if r.isUpsert {
		last[0].Value = int32(1)
		last = append(last, bson.E{Key: "upserted", Value: r.upserted})
	}
	d := r.before
	if c.truth("new") {
		d = r.after
	}
	var shown any
	if d != nil {
		if shown, err = s.projection.Apply(d); err != nil {
			return nil, err
		}
	}
	return done(bson.E{Key: "lastErrorObject", Value: last}, bson.E{Key: "value", Value: shown}), nil
}
