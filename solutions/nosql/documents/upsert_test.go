package documents_test

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
)

// upsert is a command that inserts what it does not find.
type upsert struct {
	on     string   // the collection
	fields []string // that its filter says the value of
	told   string
	at     string
}

// upserts returns those that were sent since forget.
func (l *lines) upserts() (all []upsert) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.commands {
		for _, one := range statements(e) {
			if ok, _ := one.Lookup("upsert").BooleanOK(); !ok {
				continue
			}
			filter, ok := one.Lookup("q").DocumentOK()
			if !ok {
				filter, _ = one.Lookup("query").DocumentOK()
			}
			on, _ := e.Command.Index(0).Value().StringValueOK()
			all = append(all, upsert{on, equal(filter), on + " " + e.CommandName + " where " + filter.String(), l.sent[i]})
		}
	}
	return all
}

// statements returns what may hold an upsert: findAndModify itself, and each
// statement of an update.
func statements(e *event.CommandStartedEvent) []bson.Raw {
	if e.CommandName == "findAndModify" {
		return []bson.Raw{e.Command}
	}
	list, _ := e.Command.Lookup("updates").ArrayOK()
	values, _ := list.Values()
	var all []bson.Raw
	for _, v := range values {
		if doc, ok := v.DocumentOK(); ok {
			all = append(all, doc)
		}
	}
	return all
}

// equal returns the fields whose value a filter says.
func equal(filter bson.Raw) (fields []string) {
	elements, _ := filter.Elements()
	for _, e := range elements {
		doc, isDoc := e.Value().DocumentOK()
		switch first, err := doc.IndexErr(0); {
		case e.Key() == "$and":
			list, _ := e.Value().ArrayOK()
			values, _ := list.Values()
			for _, v := range values {
				part, _ := v.DocumentOK()
				fields = append(fields, equal(part)...)
			}
		case !isDoc || err != nil || !strings.HasPrefix(first.Key(), "$") || first.Key() == "$eq":
			fields = append(fields, e.Key())
		}
	}
	return fields
}

// unique reports whether a unique index allows one document for these fields.
func (b *bakery) unique(collection string, fields []string) bool {
	b.t.Helper()
	on := b.client(b.OwnURI(), nil).Database(b.Database()).Collection(collection)
	indexes, err := on.Indexes().ListSpecifications(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, i := range indexes {
		if i.Name != "_id_" && (i.Unique == nil || !*i.Unique) {
			continue
		}
		keys, _ := i.KeysDocument.Elements()
		if !slices.ContainsFunc(keys, func(k bson.RawElement) bool { return !slices.Contains(fields, k.Key()) }) {
			return true
		}
	}
	return false
}
