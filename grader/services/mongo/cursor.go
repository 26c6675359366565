package main

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// cursor is what a client has not fetched yet.
type cursor struct {
	namespace string
	rest      []value.D
}

// batch takes documents until there are n, or as many bytes as a document may
// have.
func (c *cursor) batch(n int) (value.A, error) {
	out, size := value.A{}, 0
	for len(c.rest) > 0 && len(out) < n {
		raw, err := bson.Marshal(c.rest[0])
		if err != nil {
			return nil, value.Errorf(1, "InternalError", "encode a document: %v", err)
		}
		size += len(raw)
		if size > maxDocument && len(out) > 0 {
			break
		}
		out = append(out, bson.Raw(raw))
		c.rest = c.rest[1:]
	}
	return out, nil
}

// reply answers with a first batch and, unless all is in it, a cursor.
func (i *instance) reply(namespace string, docs []value.D, size int, single bool) (value.D, error) {
	c := &cursor{namespace, docs}
	first, err := c.batch(size)
	if err != nil {
		return nil, err
	}
	var id int64
	if len(c.rest) > 0 && !single {
		i.last++
		id = i.last
		i.cursors[id] = c
	}
	return done(cursorField(namespace, "firstBatch", first, id)), nil
}

func cursorField(namespace, batch string, docs value.A, id int64) bson.E {
	return bson.E{Key: "cursor", Value: value.D{{Key: batch, Value: docs}, {Key: "id", Value: id}, {Key: "ns", Value: namespace}}}
}

func getMore(i *instance, c command) (value.D, error) {
	id, _ := c.body[0].Value.(int64)
	cur := i.cursors[id]
	if cur == nil {
		return nil, value.Errorf(43, "CursorNotFound", "cursor id %d not found", id)
	}
	name, _ := c.get("collection").(string)
	if db, coll, _ := strings.Cut(cur.namespace, "."); db != c.db() || coll != name {
		return nil, value.Errorf(13, "Unauthorized", "Requested getMore on namespace '%s.%s', but cursor belongs to a different namespace %s", c.db(), name, cur.namespace)
	}
	size, err := c.number("batchSize")
	if err != nil {
		return nil, err
	}
	if size == 0 {
		size = len(cur.rest)
	}
	next, err := cur.batch(size)
	if err != nil {
		return nil, err
	}
	if len(cur.rest) == 0 {
		delete(i.cursors, id)
		id = 0
	}
	return done(cursorField(cur.namespace, "nextBatch", next, id)), nil
}

func killCursors(i *instance, c command) (value.D, error) {
	list, _ := c.get("cursors").(value.A)
	killed, unknown := value.A{}, value.A{}
	for _, v := range list {
		id, _ := v.(int64)
		if i.cursors[id] != nil {
			killed = append(killed, id)
			delete(i.cursors, id)
		} else {
			unknown = append(unknown, id)
		}
	}
	return done(bson.E{Key: "cursorsKilled", Value: killed}, bson.E{Key: "cursorsNotFound", Value: unknown},
		bson.E{Key: "cursorsAlive", Value: value.A{}}, bson.E{Key: "cursorsUnknown", Value: value.A{}}), nil
}
