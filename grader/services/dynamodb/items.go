package main

import (
	"slices"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
	"github.com/kata-go/kata/grader/services/dynamodb/internal/expr"
)

// writeItem is a put, an update, a delete or a check of one item, alone or in a
// transaction.
type writeItem struct {
	TableName                           string
	Item                                attr.Item
	Key                                 attr.Item
	UpdateExpression                    *string
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	expressions
	metered
}

// The kinds of write.
const (
	isPut    = "Put"
	isUpdate = "Update"
	isDelete = "Delete"
	isCheck  = "ConditionCheck"
)

// change is a checked write that is not done yet.
type change struct {
	table         *table
	id            string
	before, after attr.Item // nil: no item
	paths         []expr.Path
}

// do puts the change in force.
func (c change) do() {
	if c.after == nil {
		delete(c.table.items, c.id)
	} else {
		c.table.items[c.id] = c.after
	}
}

// prepare checks a write and its condition and computes what it will change.
func (a *account) prepare(kind string, w *writeItem) (change, error) {
	t, err := a.table(w.TableName)
	if err != nil {
		return change{}, err
	}
	key := w.Key
	if kind == isPut {
		if err := t.checkItem(w.Item); err != nil {
			return change{}, err
		}
		key = t.keyOf(w.Item)
	} else if err := t.checkKey(key); err != nil {
		return change{}, err
	}
	c := change{table: t, id: t.id(key), before: t.items[t.id(key)]}
	return c, a.compute(kind, w, key, &c)
}

func (a *account) compute(kind string, w *writeItem, key attr.Item, c *change) error {
	s := w.scope()
	holds, err := w.condition(s)
	if err != nil {
		return err
	}
	var u expr.Update
	if kind == isUpdate && w.UpdateExpression != nil {
		if u, err = expr.ParseUpdate(*w.UpdateExpression, s); err != nil {
			return wrong(err)
		}
		if err := c.table.sparesKey(u); err != nil {
			return err
		}
	}
	if err := s.Unused(); err != nil {
		return wrong(err)
	}
	if !holds(c.before) {
		f := &failure{kind: "ConditionalCheckFailedException", message: "The conditional request failed"}
		if w.ReturnValuesOnConditionCheckFailure == "ALL_OLD" {
			f.item = c.before
		}
		return f
	}
	return c.finish(kind, w, u, key)
}

// finish computes the item as it will be.
func (c *change) finish(kind string, w *writeItem, u expr.Update, key attr.Item) error {
	switch kind {
	case isPut:
		c.after = w.Item
	case isCheck:
		c.after = c.before
	case isUpdate:
		base := c.before
		if base == nil {
			base = key
		}
		after, err := u.Apply(base)
		if err != nil {
			return wrong(err)
		}
		c.after, c.paths = after, u.Paths()
		return c.table.checkItem(after)
	}
	return nil
}

// sparesKey refuses an update of the key.
func (t *table) sparesKey(u expr.Update) error {
	for _, p := range u.Paths() {
		for _, k := range t.KeySchema {
			if p[0] == k.AttributeName {
				return invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", p[0])
			}
		}
	}
	return nil
}

// run does one write and answers with what ReturnValues asks for.
func (a *account) run(kind string, w *writeItem, allowed ...string) (any, error) {
	if err := w.unmetered(); err != nil {
		return nil, err
	}
	if !slices.Contains(append(allowed, "", "NONE", "ALL_OLD"), w.ReturnValues) {
		return nil, invalid("Return values set to invalid value")
	}
	c, err := a.prepare(kind, w)
	if err != nil {
		return nil, err
	}
	c.do()
	var shown attr.Item
	switch w.ReturnValues {
	case "ALL_OLD":
		shown = c.before
	case "ALL_NEW":
		shown = c.after
	case "UPDATED_OLD":
		shown = expr.Project(c.before, c.paths)
	case "UPDATED_NEW":
		shown = expr.Project(c.after, c.paths)
	}
	if len(shown) == 0 {
		return map[string]any{}, nil
	}
	return map[string]any{"Attributes": shown}, nil
}

func (a *account) putItem(w *writeItem) (any, error) {
	if w.Key != nil || w.UpdateExpression != nil {
		return nil, invalid("PutItem has neither Key nor UpdateExpression")
	}
	return a.run(isPut, w)
}

func (a *account) deleteItem(w *writeItem) (any, error) {
	if w.Item != nil || w.UpdateExpression != nil {
		return nil, invalid("DeleteItem has neither Item nor UpdateExpression")
	}
	return a.run(isDelete, w)
}

func (a *account) updateItem(w *writeItem) (any, error) {
	if w.Item != nil {
		return nil, invalid("UpdateItem has no Item")
	}
	return a.run(isUpdate, w, "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")
}

// get is the request of GetItem, and a part of others.
type get struct {
	TableName                string
	Key                      attr.Item
	ConsistentRead           bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
	metered
}

func (a *account) getItem(g *get) (any, error) {
	item, size, err := a.read(g)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if item != nil {
		out["Item"] = item
	}
	if c := g.capacity(g.TableName, size, g.ConsistentRead); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}

// read returns an item, projected, and how many bytes were read.
func (a *account) read(g *get) (attr.Item, int, error) {
	t, err := a.table(g.TableName)
	if err != nil {
		return nil, 0, err
	}
	if err := t.checkKey(g.Key); err != nil {
		return nil, 0, err
	}
	s := &expr.Scope{Names: g.ExpressionAttributeNames}
	project, err := projector(g.ProjectionExpression, s)
	if err != nil {
		return nil, 0, err
	}
	if err := s.Unused(); err != nil {
		return nil, 0, wrong(err)
	}
	item := t.items[t.id(g.Key)]
	if item == nil {
		return nil, 0, nil
	}
	return project(item), item.Size(), nil
}

// projector compiles a projection; without one it keeps all.
func projector(text *string, s *expr.Scope) (func(attr.Item) attr.Item, error) {
	if text == nil {
		return func(i attr.Item) attr.Item { return i }, nil
	}
	paths, err := expr.ParseProjection(*text, s)
	return func(i attr.Item) attr.Item { return expr.Project(i, paths) }, wrong(err)
}
