package main

import (
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/store"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// command is a command as it came.
type command struct {
	name string
	body value.D
}

// common are fields that every command may have and that change nothing here.
const common = "$db lsid $clusterTime $readPreference maxTimeMS comment readConcern writeConcern apiVersion apiStrict apiDeprecationErrors "

// check refuses fields that mean something which would not be done.
func (c command) check(fields string) error {
	known := strings.Fields(common + fields)
	for _, e := range c.body[1:] {
		switch {
		case e.Key == "txnNumber" || e.Key == "startTransaction" || e.Key == "autocommit":
			return noTransactions()
		case slices.Contains(known, e.Key):
		case slices.Contains(elsewhere, e.Key):
			return value.Unsupported(c.name + " with " + e.Key)
		default:
			return value.Errorf(40415, "Location40415", "BSON field '%s.%s' is an unknown field.", c.name, e.Key)
		}
	}
	return c.concerns()
}

// elsewhere are fields of a real MongoDB that are not implemented here.
var elsewhere = []string{
	"collation", "let", "tailable", "awaitData", "oplogReplay", "returnKey", "showRecordId", "min", "max", "capped", "size", "validator", "validationLevel",
	"validationAction", "timeseries", "viewOn", "pipeline", "clusteredIndex", "encryptedFields", "changeStreamPreAndPostImages", "expireAfterSeconds", "indexOptionDefaults", "storageEngine", "fields", "exchange",
}

// concerns refuses what a standalone server refuses.
func (c command) concerns() error {
	w, _ := value.Get(c.document("writeConcern"), "w")
	if n, ok := value.Int(w); ok && n > 1 {
		return value.Bad("cannot use 'w' > 1 when a host is not replicated")
	}
	level, _ := value.Get(c.document("readConcern"), "level")
	if level == "snapshot" || level == "linearizable" {
		return value.Errorf(123, "NotAReplicaSet", "node needs to be a replica set member to use read concern")
	}
	return nil
}

func (c command) get(name string) any {
	v, _ := value.Get(c.body, name)
	return v
}

func (c command) document(name string) value.D {
	d, _ := c.get(name).(value.D)
	return d
}

func (c command) truth(name string) bool { return value.Truthy(c.get(name)) }

// number returns a field that is a whole number from 0 on; 0 when it is not
// there.
func (c command) number(name string) (int, error) {
	v := c.get(name)
	n, ok := value.Int(v)
	switch {
	case v == nil:
		return 0, nil
	case !ok:
		return 0, value.Mismatch("BSON field '%s.%s' is the wrong type '%T', expected a whole number", c.name, name, v)
	case n < 0:
		return 0, value.Errorf(51024, "Location51024", "BSON field '%s' value must be >= 0, actual value '%d'", name, n)
	}
	return int(n), nil
}

func (c command) db() string {
	s, _ := c.get("$db").(string)
	return s
}

// target returns the name of the collection that the command is about.
func (c command) target() (string, error) {
	name, ok := c.body[0].Value.(string)
	if !ok {
		return "", value.Errorf(73, "InvalidNamespace", "collection name has invalid type %T", c.body[0].Value)
	}
	if name == "" || strings.ContainsAny(name, "$\x00") || strings.HasPrefix(name, ".") || c.db() == "" || strings.ContainsAny(c.db(), "/\\. \"$\x00") {
		return "", value.Errorf(73, "InvalidNamespace", "Invalid namespace specified '%s.%s'", c.db(), name)
	}
	return name, nil
}

// collection returns what the command is about; it comes to be when create is
// set.
func (i *instance) collection(c command, create bool) (*store.Collection, error) {
	name, err := c.target()
	if err != nil {
		return nil, err
	}
	return i.data.Collection(c.db(), name, create), nil
}

// filter compiles a field that is a query filter.
func (c command) filter(name string) (query.Node, error) {
	v := c.get(name)
	d, ok := v.(value.D)
	if v != nil && !ok {
		return query.Node{}, value.Mismatch("Expected field %s to be of type object, but it is %T", name, v)
	}
	return query.Compile(d)
}

// sorting returns a checked sort pattern.
func (c command) sorting() (value.D, error) {
	d := c.document("sort")
	return d, value.SortPattern(d)
}

// hint returns the name of the index that a command asks for.
func (c command) hint(on *store.Collection) (string, error) { return hintOf(c.get("hint"), on) }

func hintOf(v any, on *store.Collection) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case string:
		return x, nil
	case value.D:
		if _, natural := value.Get(x, "$natural"); natural {
			return "$natural", nil
		}
		for _, i := range on.Indexes {
			if value.Equal(i.Key, x) {
				return i.Name, nil
			}
		}
		return "(no such index)", nil
	}
	return "", value.Parse("Hint must be a string or an object")
}
