package main

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/store"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

func create(i *instance, c command) (value.D, error) {
	name, err := c.target()
	if err != nil {
		return nil, err
	}
	if i.data.Exists(c.db(), name) {
		return nil, value.Errorf(48, "NamespaceExists", "Collection %s.%s already exists.", c.db(), name)
	}
	i.data.Collection(c.db(), name, true)
	return done(), nil
}

func drop(i *instance, c command) (value.D, error) {
	name, err := c.target()
	if err != nil {
		return nil, err
	}
	i.data.Drop(c.db(), name) // since 7.0 it is no error that there is none
	return done(bson.E{Key: "ns", Value: c.db() + "." + name}), nil
}

func dropDatabase(i *instance, c command) (value.D, error) {
	i.data.DropDatabase(c.db())
	return done(bson.E{Key: "dropped", Value: c.db()}), nil
}

// matching keeps the descriptions that a listing's filter selects.
func matching(c command, all []value.D) ([]value.D, error) {
	n, err := c.filter("filter")
	return slices.DeleteFunc(all, func(d value.D) bool { return !n.Match(d) }), err
}

func listCollections(i *instance, c command) (value.D, error) {
	var all []value.D
	for _, name := range i.data.Collections(c.db()) {
		d := value.D{{Key: "name", Value: name}, {Key: "type", Value: "collection"}}
		if !c.truth("nameOnly") {
			d = append(d, bson.E{Key: "options", Value: value.D{}}, bson.E{Key: "info", Value: value.D{{Key: "readOnly", Value: false}}},
				bson.E{Key: "idIndex", Value: i.data.Collection(c.db(), name, false).Indexes[0].Spec()})
		}
		all = append(all, d)
	}
	all, err := matching(c, all)
	if err != nil {
		return nil, err
	}
	return i.reply(c.db()+".$cmd.listCollections", all, len(all), true)
}

func listDatabases(i *instance, c command) (value.D, error) {
	if c.db() != "admin" {
		return nil, value.Errorf(13, "Unauthorized", "listDatabases may only be run against the admin database.")
	}
	var all []value.D
	for _, name := range i.data.Databases() {
		d := value.D{{Key: "name", Value: name}}
		if !c.truth("nameOnly") {
			d = append(d, bson.E{Key: "sizeOnDisk", Value: int64(4096)}, bson.E{Key: "empty", Value: false})
		}
		all = append(all, d)
	}
	all, err := matching(c, all)
	list := value.A{}
	for _, d := range all {
		list = append(list, d)
	}
	return done(bson.E{Key: "databases", Value: list}, bson.E{Key: "totalSize", Value: int64(4096 * len(all))}), err
}

func createIndexes(i *instance, c command) (value.D, error) {
	list, _ := c.get("indexes").(value.A)
	if len(list) == 0 {
		return nil, value.Bad("Must specify at least one index to create")
	}
	var compiled []*store.Index
	for _, v := range list {
		spec, _ := v.(value.D)
		index, err := store.CompileIndex(spec)
		if err != nil {
			return nil, err
		}
		compiled = append(compiled, index)
	}
	name, err := c.target()
	if err != nil {
		return nil, err
	}
	there := i.data.Exists(c.db(), name)
	on := i.data.Collection(c.db(), name, true)
	before := len(on.Indexes)
	for _, index := range compiled {
		if _, err := on.CreateIndex(index); err != nil {
			on.Indexes = on.Indexes[:before] // all or none
			return nil, err
		}
	}
	fields := []bson.E{{Key: "numIndexesBefore", Value: int32(before)}, {Key: "numIndexesAfter", Value: int32(len(on.Indexes))}, {Key: "createdCollectionAutomatically", Value: !there}}
	if len(on.Indexes) == before {
		fields = append(fields, bson.E{Key: "note", Value: "all indexes already exist"})
	}
	return done(fields...), nil
}

func dropIndexes(i *instance, c command) (value.D, error) {
	on, err := i.existing(c)
	if err != nil {
		return nil, err
	}
	n := len(on.Indexes)
	switch x := c.get("index").(type) {
	case string:
		if x == "*" {
			on.Indexes = on.Indexes[:1]
		} else {
			err = on.DropIndex(x)
		}
	case value.D:
		var name string
		if name, err = hintOf(x, on); err == nil {
			err = on.DropIndex(name)
		}
	default:
		err = value.Unsupported("dropIndexes of a list")
	}
	return done(bson.E{Key: "nIndexesWas", Value: int32(n)}), err
}

// existing returns a collection that must be there.
func (i *instance) existing(c command) (*store.Collection, error) {
	name, err := c.target()
	if err == nil && !i.data.Exists(c.db(), name) {
		err = value.Errorf(26, "NamespaceNotFound", "ns does not exist: %s.%s", c.db(), name)
	}
	if err != nil {
		return nil, err
	}
	return i.data.Collection(c.db(), name, false), nil
}

func listIndexes(i *instance, c command) (value.D, error) {
	on, err := i.existing(c)
	if err != nil {
		return nil, err
	}
	var all []value.D
	for _, index := range on.Indexes {
		all = append(all, index.Spec())
	}
	return i.reply(on.Name, all, len(all), true)
}
