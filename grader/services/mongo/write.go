package main

import (
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/store"
	"github.com/kata-go/kata/grader/services/mongo/internal/update"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// each runs f for each item of a batch. An item that fails is told in the
// answer; the rest are not tried when the batch is ordered.
func each(c command, list string, f func(n int, item value.D) error) (errs value.A, err error) {
	items, ok := c.get(list).(value.A)
	if !ok || len(items) == 0 {
		return nil, value.Errorf(16, "InvalidLength", "Write batch sizes must be between 1 and 100000. Got %d operations.", len(items))
	}
	for n, v := range items {
		item, ok := v.(value.D)
		if !ok {
			return nil, value.Mismatch("BSON field '%s.%s.%d' is the wrong type, expected an object", c.name, list, n)
		}
		err := guarded(func() error { return f(n, item) })
		if err == nil {
			continue
		}
		errs = append(errs, writeError(n, err))
		if c.get("ordered") == nil || c.truth("ordered") {
			break
		}
	}
	return errs, nil
}

// guarded turns the panic of a filter's failing expression into its error.
func guarded(f func() error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		e, ok := p.(*value.Error)
		if !ok {
			panic(p)
		}
		err = e
	}()
	return f()
}

func writeError(n int, err error) value.D {
	var e *value.Error
	if !errors.As(err, &e) {
		e = value.Errorf(1, "InternalError", "%v", err)
	}
	d := value.D{{Key: "index", Value: int32(n)}, {Key: "code", Value: e.Code}}
	d = append(d, e.Extra...)
	return append(d, bson.E{Key: "errmsg", Value: e.Message})
}

// written answers a batch.
func written(errs value.A, fields ...bson.E) value.D {
	if len(errs) > 0 {
		fields = append(fields, bson.E{Key: "writeErrors", Value: errs})
	}
	return done(fields...)
}

func insert(i *instance, c command) (value.D, error) {
	on, err := i.collection(c, true)
	if err != nil {
		return nil, err
	}
	n := 0
	errs, err := each(c, "documents", func(_ int, d value.D) error {
		if err := fits(d); err != nil {
			return err
		}
		if _, err := on.Insert(d); err != nil {
			return err
		}
		n++
		return nil
	})
	return written(errs, bson.E{Key: "n", Value: int32(n)}), err
}

// fits refuses a document that is too large for MongoDB.
func fits(d value.D) error {
	raw, err := bson.Marshal(d)
	if err != nil {
		return value.Bad("encode a document: %v", err)
	}
	if len(raw) > maxDocument {
		return value.Errorf(10334, "BSONObjectTooLarge", "BSONObj size: %d (0x%X) is invalid. Size must be between 0 and 16793600(16MB)", len(raw), len(raw))
	}
	return nil
}

// change is one entry of an update command, or findAndModify's update.
type change struct {
	filter query.Node
	update update.Update
	multi  bool
	upsert bool
}

// changed is what it did.
type changed struct {
	matched, modified int
	upserted          any // the _id
	isUpsert          bool
	before, after     value.D // of the last document
}

func compileChange(d value.D) (ch change, err error) {
	var filters value.A
	var u any
	for _, e := range d {
		switch e.Key {
		case "q":
			q, _ := e.Value.(value.D)
			if ch.filter, err = query.Compile(q); err != nil {
				return ch, err
			}
		case "u":
			u = e.Value
		case "multi":
			ch.multi = value.Truthy(e.Value)
		case "upsert":
			ch.upsert = value.Truthy(e.Value)
		case "arrayFilters":
			filters, _ = e.Value.(value.A)
		case "collation", "c", "sort", "hint":
			return ch, value.Unsupported("update with " + e.Key)
		default:
			return ch, value.Errorf(40415, "Location40415", "BSON field 'update.updates.%s' is an unknown field.", e.Key)
		}
	}
	ch.update, err = update.Compile(u, filters)
	if err == nil && ch.multi && ch.update.Replaces() {
		err = value.Parse("multi update is not supported for replacement-style update")
	}
	return ch, err
}

// apply changes the documents that match, in their order, or inserts one.
func (i *instance) apply(on *store.Collection, ch change, docs []value.D) (r changed, err error) {
	scene := update.Scene{Query: ch.filter, Now: i.now()}
	for _, d := range docs {
		after, err := ch.update.Apply(d, scene)
		if err == nil {
			err = fits(after)
		}
		if err != nil {
			return r, err
		}
		r.matched++
		r.before, r.after = d, after
		if same(d, after) {
			continue
		}
		if err := on.Replace(d, after); err != nil {
			return r, err
		}
		r.modified++
	}
	if r.matched == 0 && ch.upsert {
		return r, i.upsert(on, ch, scene, &r)
	}
	return r, nil
}

// same compares also what is equal but of another type, and the order of fields.
func same(a, b value.D) bool {
	x, errA := bson.Marshal(a)
	y, errB := bson.Marshal(b)
	return errA == nil && errB == nil && slices.Equal(x, y)
}

func (i *instance) upsert(on *store.Collection, ch change, scene update.Scene, r *changed) error {
	seed, err := ch.update.Seed(ch.filter)
	if err != nil {
		return err
	}
	scene.Insert = true
	d, err := ch.update.Apply(seed, scene)
	if err == nil {
		d, err = on.Insert(d)
	}
	if err != nil {
		return err
	}
	r.upserted, _ = value.Get(d, "_id")
	r.isUpsert, r.after = true, d
	return nil
}

func updates(i *instance, c command) (value.D, error) {
	on, err := i.collection(c, true)
	if err != nil {
		return nil, err
	}
	n, modified, upserted := 0, 0, value.A{}
	errs, err := each(c, "updates", func(at int, d value.D) error {
		ch, err := compileChange(d)
		if err != nil {
			return err
		}
		r, err := i.apply(on, ch, on.Find(ch.filter, limitOf(ch.multi)))
		n, modified = n+r.matched, modified+r.modified
		if r.isUpsert {
			n++
			upserted = append(upserted, value.D{{Key: "index", Value: int32(at)}, {Key: "_id", Value: r.upserted}})
		}
		return err
	})
	fields := []bson.E{{Key: "n", Value: int32(n)}, {Key: "nModified", Value: int32(modified)}}
	if len(upserted) > 0 {
		fields = append(fields, bson.E{Key: "upserted", Value: upserted})
	}
	return written(errs, fields...), err
}

func limitOf(multi bool) int {
	if multi {
		return 0
	}
	return 1
}

func remove(i *instance, c command) (value.D, error) {
	on, err := i.collection(c, false)
	if err != nil {
		return nil, err
	}
	n := 0
	errs, err := each(c, "deletes", func(_ int, d value.D) error {
		filter, limit, err := compileDelete(d)
		if err != nil {
			return err
		}
		for _, d := range on.Find(filter, limit) {
			on.Delete(d)
			n++
		}
		return nil
	})
	return written(errs, bson.E{Key: "n", Value: int32(n)}), err
}

func compileDelete(d value.D) (filter query.Node, limit int, err error) {
	limit = -1
	for _, e := range d {
		switch e.Key {
		case "q":
			q, _ := e.Value.(value.D)
			filter, err = query.Compile(q)
		case "limit":
			n, _ := value.Int(e.Value)
			limit = int(n)
		case "collation", "hint":
			err = value.Unsupported("delete with " + e.Key)
		default:
			err = value.Errorf(40415, "Location40415", "BSON field 'delete.deletes.%s' is an unknown field.", e.Key)
		}
		if err != nil {
			return filter, 0, err
		}
	}
	if limit != 0 && limit != 1 {
		return filter, 0, value.Parse("The limit field in delete objects must be 0 or 1. Got %d", limit)
	}
	return filter, limit, nil
}
