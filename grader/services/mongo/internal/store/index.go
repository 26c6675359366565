package store

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Index is an index of a collection.
type Index struct {
	Name        string
	Key         value.D // path: 1 or -1
	Unique      bool
	Sparse      bool
	Partial     value.D // the filter, nil without one
	ExpireAfter *int64  // seconds
	filter      query.Node
	owners      map[string]*entry // of each key, when Unique
	arrays      map[string]bool   // paths on which a document has an array
}

func primary() *Index {
	return &Index{Name: "_id_", Key: value.D{{Key: "_id", Value: int32(1)}}, Unique: true, owners: map[string]*entry{}, arrays: map[string]bool{}}
}

// CompileIndex reads one entry of createIndexes.
func CompileIndex(spec value.D) (*Index, error) {
	i := &Index{owners: map[string]*entry{}, arrays: map[string]bool{}}
	for _, e := range spec {
		if err := i.option(e); err != nil {
			return nil, err
		}
	}
	switch {
	case len(i.Key) == 0:
		return nil, value.Errorf(67, "CannotCreateIndex", "Index keys cannot be an empty object")
	case i.Name == "":
		return nil, value.Parse("The 'name' field is a required property of an index specification")
	case i.Sparse && i.Partial != nil:
		return nil, value.Errorf(67, "CannotCreateIndex", "cannot mix \"partialFilterExpression\" and \"sparse\" options")
	}
	return i, i.keys()
}

func (i *Index) keys() error {
	for _, k := range i.Key {
		n, ok := value.Int(k.Value)
		text, special := k.Value.(string)
		switch {
		case special:
			return value.Unsupported("an index of the kind " + text)
		case strings.Contains(k.Key, "$**"):
			return value.Unsupported("a wildcard index")
		case !ok || n == 0:
			return value.Errorf(67, "CannotCreateIndex", "Values in v:2 index key pattern cannot be of type %T or 0. Only numbers > 0, numbers < 0, and strings are allowed.", k.Value)
		case n != 1 && n != -1:
			return value.Unsupported("an index key of " + fmt.Sprint(n))
		}
	}
	return nil
}

func (i *Index) option(e bson.E) error {
	var ok bool
	switch e.Key {
	case "name":
		i.Name, ok = e.Value.(string)
	case "key":
		i.Key, ok = e.Value.(value.D)
	case "unique":
		i.Unique, ok = value.Truthy(e.Value), true
	case "sparse":
		i.Sparse, ok = value.Truthy(e.Value), true
	case "background", "v", "ns":
		ok = true
	case "expireAfterSeconds":
		var n int64
		n, ok = value.Int(e.Value)
		i.ExpireAfter = &n
	case "partialFilterExpression":
		if i.Partial, ok = e.Value.(value.D); ok {
			return i.partial()
		}
	case "collation", "hidden", "weights", "default_language", "language_override", "textIndexVersion", "2dsphereIndexVersion", "bits", "min", "max", "wildcardProjection", "storageEngine":
		return value.Unsupported("the index option " + e.Key)
	default:
		return value.Errorf(197, "InvalidIndexSpecificationOption", "The field '%s' is not valid for an index specification", e.Key)
	}
	if !ok {
		return value.Mismatch("The field '%s' of an index specification has the wrong type", e.Key)
	}
	return nil
}

// partial checks the filter of a partial index: the server allows few operators.
func (i *Index) partial() (err error) {
	if i.filter, err = query.Compile(i.Partial); err != nil {
		return err
	}
	for _, c := range i.filter.Conjuncts() {
		switch c.Op {
		case "$eq", "$gt", "$gte", "$lt", "$lte", "$type", "$in":
			continue
		case "$exists":
			if value.Truthy(c.Value) {
				continue
			}
		}
		return value.Errorf(67, "CannotCreateIndex", "Expression not supported in partial index: %s", c.Op)
	}
	return nil
}

// Spec returns the index as listIndexes shows it.
func (i *Index) Spec() value.D {
	d := value.D{{Key: "v", Value: int32(2)}, {Key: "key", Value: i.Key}, {Key: "name", Value: i.Name}}
	if i.Unique && i.Name != "_id_" {
		d = append(d, bson.E{Key: "unique", Value: true})
	}
	if i.Sparse {
		d = append(d, bson.E{Key: "sparse", Value: true})
	}
	if i.Partial != nil {
		d = append(d, bson.E{Key: "partialFilterExpression", Value: i.Partial})
	}
	if i.ExpireAfter != nil {
		d = append(d, bson.E{Key: "expireAfterSeconds", Value: int32(*i.ExpireAfter)})
	}
	return d
}

// covers reports whether the index has keys for the document.
func (i *Index) covers(d value.D) bool {
	if i.Partial != nil {
		return i.filter.Match(d)
	}
	return !i.Sparse || slices.ContainsFunc(i.Key, func(k bson.E) bool {
		return value.Reach(d, k.Key, func(_ any, ok bool) bool { return ok })
	})
}

// keysOf returns the document's keys: one, or one for each element of an array.
func (i *Index) keysOf(d value.D) ([]value.A, error) {
	keys := []value.A{{}}
	array := ""
	for _, k := range i.Key {
		values, multi := value.IndexValues(d, k.Key)
		if multi && array != "" && !together(array, k.Key) {
			return nil, value.Errorf(171, "CannotIndexParallelArrays", "cannot index parallel arrays [%s] [%s]", k.Key, array)
		}
		if multi {
			array = k.Key
			i.arrays[k.Key] = true
		}
		keys = product(keys, values)
	}
	return keys, nil
}

// together reports whether two paths go through one array.
func together(a, b string) bool {
	x, _, _ := strings.Cut(a, ".")
	y, _, _ := strings.Cut(b, ".")
	return x == y
}

func product(keys []value.A, values []any) []value.A {
	var out []value.A
	for _, k := range keys {
		for _, v := range values {
			out = append(out, append(slices.Clone(k), v))
		}
	}
	return out
}

// index enters the keys of d for e into all indexes, or into none.
func (c *Collection) index(e *entry, d value.D) error {
	for n, i := range c.Indexes {
		if err := i.enter(c.Name, e, d); err != nil {
			for _, done := range c.Indexes[:n] {
				done.leave(e, d)
			}
			return err
		}
	}
	return nil
}

func (c *Collection) unindex(e *entry) {
	for _, i := range c.Indexes {
		i.leave(e, e.doc)
	}
}

func (i *Index) enter(collection string, e *entry, d value.D) error {
	if !i.covers(d) {
		return nil
	}
	keys, err := i.keysOf(d)
	if err != nil || !i.Unique {
		return err
	}
	for _, k := range keys {
		if owner := i.owners[value.Key(k)]; owner != nil && owner != e {
			return i.duplicate(collection, k)
		}
	}
	for _, k := range keys {
		i.owners[value.Key(k)] = e
	}
	return nil
}

func (i *Index) leave(e *entry, d value.D) {
	if !i.Unique || !i.covers(d) {
		return
	}
	keys, _ := i.keysOf(d)
	for _, k := range keys {
		if i.owners[value.Key(k)] == e {
			delete(i.owners, value.Key(k))
		}
	}
}

func (i *Index) duplicate(collection string, k value.A) error {
	var held []string
	values := value.D{}
	for n, part := range i.Key {
		v := k[n]
		if _, missing := v.(value.Missing); missing {
			v = bson.Undefined{}
		}
		held = append(held, fmt.Sprintf("%s: %s", part.Key, Show(v)))
		values = append(values, bson.E{Key: part.Key, Value: v})
	}
	err := value.Errorf(11000, "DuplicateKey", "E11000 duplicate key error collection: %s index: %s dup key: { %s }", collection, i.Name, strings.Join(held, ", "))
	err.Extra = value.D{{Key: "keyPattern", Value: i.Key}, {Key: "keyValue", Value: values}}
	return err
}

// Show writes a value as the server's messages do.
func Show(v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", x)
	case bson.ObjectID:
		return fmt.Sprintf("ObjectId('%s')", x.Hex())
	case bson.MinKey:
		return "MinKey"
	case bson.MaxKey:
		return "MaxKey"
	}
	return fmt.Sprint(v)
}

// CreateIndex adds an index and reports whether it is new.
func (c *Collection) CreateIndex(i *Index) (bool, error) {
	for _, old := range c.Indexes {
		same := value.Equal(old.Key, i.Key)
		switch {
		case same && old.Name == "_id_":
			return false, nil
		case same && old.Name == i.Name && value.Equal(old.Spec(), i.Spec()):
			return false, nil
		case old.Name == i.Name:
			return false, value.Errorf(86, "IndexKeySpecsConflict", "An existing index has the same name as the requested index. Requested index: %v, existing index: %v", i.Spec(), old.Spec())
		case same && value.Equal(value.D{{Key: "f", Value: old.Partial}}, value.D{{Key: "f", Value: i.Partial}}):
			return false, value.Errorf(85, "IndexOptionsConflict", "Index already exists with a different name or options: %s", old.Name)
		}
	}
	for _, e := range c.entries {
		if e.doc == nil {
			continue
		}
		if err := i.enter(c.Name, e, e.doc); err != nil {
			return false, err
		}
	}
	c.Indexes = append(c.Indexes, i)
	return true, nil
}

// DropIndex removes the index of that name.
func (c *Collection) DropIndex(name string) error {
	if name == "_id_" {
		return value.Errorf(72, "InvalidOptions", "cannot drop _id index")
	}
	n := len(c.Indexes)
	c.Indexes = slices.DeleteFunc(c.Indexes, func(i *Index) bool { return i.Name == name })
	if len(c.Indexes) == n {
		return value.Errorf(27, "IndexNotFound", "index not found with name [%s]", name)
	}
	return nil
}
