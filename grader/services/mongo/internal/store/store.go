// Package store holds databases: collections of documents, and their indexes.
//
// Documents that are stored never change; an update stores another one, so what
// a reader was given stays whole. A Store has no lock of its own: its owner lets
// one command at a time work on it, which makes every command atomic.
package store

import (
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Store is all databases of one instance.
type Store struct {
	databases map[string]map[string]*Collection
}

// New returns a store without databases.
func New() *Store { return &Store{map[string]map[string]*Collection{}} }

// Collection returns a collection; one that does not exist is empty, and is kept
// only when create is set.
func (s *Store) Collection(db, name string, create bool) *Collection {
	if c := s.databases[db][name]; c != nil {
		return c
	}
	c := &Collection{Name: db + "." + name, byID: map[string]*entry{}}
	c.Indexes = []*Index{primary()}
	if create {
		if s.databases[db] == nil {
			s.databases[db] = map[string]*Collection{}
		}
		s.databases[db][name] = c
	}
	return c
}

// Exists reports whether a collection was created.
func (s *Store) Exists(db, name string) bool { return s.databases[db][name] != nil }

// Drop removes a collection and reports whether there was one.
func (s *Store) Drop(db, name string) bool {
	there := s.Exists(db, name)
	delete(s.databases[db], name)
	if len(s.databases[db]) == 0 {
		delete(s.databases, db)
	}
	return there
}

// DropDatabase removes all collections of a database.
func (s *Store) DropDatabase(db string) { delete(s.databases, db) }

// Databases returns the databases' names in order.
func (s *Store) Databases() []string { return slices.Sorted(maps.Keys(s.databases)) }

// Collections returns the names of a database's collections in order.
func (s *Store) Collections(db string) []string { return slices.Sorted(maps.Keys(s.databases[db])) }

// Expire removes what TTL indexes say is old at a time.
func (s *Store) Expire(now bson.DateTime) {
	for _, db := range s.databases {
		for _, c := range db {
			c.expire(now)
		}
	}
}

// Collection is documents in the order of their insertion.
type Collection struct {
	Name    string // database.collection
	Indexes []*Index
	entries []*entry
	byID    map[string]*entry
	dead    int
}

// entry is a place for a document; doc is nil when it was deleted.
type entry struct{ doc value.D }

// Count returns the number of documents.
func (c *Collection) Count() int { return len(c.byID) }

// Docs returns all documents.
func (c *Collection) Docs() []value.D {
	return c.Find(query.Node{Op: "$and"}, 0)
}

// Find returns the documents that match, at most limit of them when that is not
// 0, in the order of insertion.
func (c *Collection) Find(n query.Node, limit int) []value.D {
	var out []value.D
	for _, e := range c.candidates(n) {
		if e.doc != nil && n.Match(e.doc) {
			out = append(out, e.doc)
			if len(out) == limit {
				break
			}
		}
	}
	return out
}

// candidates narrows a search for one _id down to it.
func (c *Collection) candidates(n query.Node) []*entry {
	for _, k := range n.Conjuncts() {
		if k.Op == "$eq" && k.Path == "_id" {
			if e := c.byID[value.Key(k.Value)]; e != nil {
				return []*entry{e}
			}
			return nil
		}
	}
	return c.entries
}

// Insert adds a document, which has an _id as its first field afterwards.
func (c *Collection) Insert(d value.D) (value.D, error) {
	d = identified(d)
	id, _ := value.Get(d, "_id")
	if err := validID(id); err != nil {
		return nil, err
	}
	e := &entry{}
	if err := c.index(e, d); err != nil {
		return nil, err
	}
	e.doc = d
	c.entries = append(c.entries, e)
	c.byID[value.Key(id)] = e
	return d, nil
}

func identified(d value.D) value.D {
	id, ok := value.Get(d, "_id")
	if !ok {
		id = bson.NewObjectID()
	}
	return append(value.D{{Key: "_id", Value: id}}, value.Drop(d, "_id")...)
}

func validID(id any) error {
	switch id.(type) {
	case value.A:
		return value.Errorf(53, "InvalidIdField", "The '_id' value cannot be of type array")
	case bson.Regex:
		return value.Errorf(53, "InvalidIdField", "The '_id' value cannot be of type regex")
	}
	return nil
}

// Replace puts another document with the same _id in a document's place.
func (c *Collection) Replace(before, after value.D) error {
	id, _ := value.Get(before, "_id")
	e := c.byID[value.Key(id)]
	c.unindex(e)
	if err := c.index(e, after); err != nil {
		return c.restore(e, err)
	}
	e.doc = after
	return nil
}

// restore puts the old keys back, which cannot fail.
func (c *Collection) restore(e *entry, err error) error {
	if again := c.index(e, e.doc); again != nil {
		return value.Errorf(1, "InternalError", "restore the indexes of %s: %v", c.Name, again)
	}
	return err
}

// Delete removes a document.
func (c *Collection) Delete(d value.D) {
	id, _ := value.Get(d, "_id")
	e := c.byID[value.Key(id)]
	c.unindex(e)
	delete(c.byID, value.Key(id))
	e.doc = nil
	c.dead++
	if c.dead > len(c.entries)/2 {
		c.entries = slices.DeleteFunc(slices.Clone(c.entries), func(e *entry) bool { return e.doc == nil })
		c.dead = 0
	}
}

func (c *Collection) expire(now bson.DateTime) {
	for _, i := range c.Indexes {
		if i.ExpireAfter == nil || len(i.Key) != 1 {
			continue
		}
		line := now - bson.DateTime(*i.ExpireAfter*1000)
		for _, d := range c.Docs() {
			if old(d, i.Key[0].Key, line) {
				c.Delete(d)
			}
		}
	}
}

// old reports whether a date at the path, the earliest in an array, is not after
// line.
func old(d value.D, path string, line bson.DateTime) bool {
	values, _ := value.IndexValues(d, path)
	return slices.ContainsFunc(values, func(v any) bool { t, ok := v.(bson.DateTime); return ok && t <= line })
}
