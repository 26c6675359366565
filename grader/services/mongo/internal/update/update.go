// Package update changes documents as MongoDB's update operators say.
//
// An update is checked whole before it is applied, and applied to a copy: a
// failure leaves the document as it was.
// https://www.mongodb.com/docs/manual/reference/operator/update/
package update

import (
	"cmp"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/pipeline"
	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Update is a compiled update. Exactly one of its kinds is set.
type Update struct {
	actions     []action
	replacement value.D
	stages      *pipeline.Pipeline
	filters     map[string]query.Node // arrayFilters by identifier
}

// Scene is what an update is applied in.
type Scene struct {
	Query  query.Node // "$" in a path is the element that it selected
	Insert bool       // by an upsert
	Now    bson.DateTime
}

// action is one operator on one path.
type action struct {
	op    string
	path  string
	value any
}

// Compile reads the update of an update or findAndModify command.
func Compile(u any, arrayFilters value.A) (Update, error) {
	filters, err := compileFilters(arrayFilters)
	if err != nil {
		return Update{}, err
	}
	switch x := u.(type) {
	case value.A:
		p, err := pipeline.CompileUpdate(x)
		return Update{stages: &p}, err
	case value.D:
		if len(x) == 0 || !strings.HasPrefix(x[0].Key, "$") {
			return Update{replacement: append(value.D{}, x...)}, replaceable(x)
		}
		up := Update{filters: filters}
		return up, up.compile(x)
	}
	return Update{}, value.Parse("Update argument must be either an object or an array")
}

func replaceable(d value.D) error {
	for _, e := range d {
		if strings.HasPrefix(e.Key, "$") {
			return value.Errorf(52, "DollarPrefixedFieldName", "The dollar ($) prefixed field '%s' is not allowed in the context of an update's replacement document.", e.Key)
		}
	}
	return nil
}

// Replaces reports whether the update is a whole document.
func (u Update) Replaces() bool { return u.replacement != nil }

func (u *Update) compile(d value.D) error {
	for _, e := range d {
		fields, ok := e.Value.(value.D)
		if !strings.HasPrefix(e.Key, "$") || !slices.Contains(operators, e.Key) {
			return unknown(e.Key)
		}
		if !ok {
			return value.Parse("Modifiers operate on fields but we found type %T instead. For example: {$mod: {<field>: ...}} not {%s: ...}", e.Value, e.Key)
		}
		for _, f := range fields {
			a := action{e.Key, f.Key, f.Value}
			if err := a.check(); err != nil {
				return err
			}
			u.actions = append(u.actions, a)
		}
	}
	slices.SortStableFunc(u.actions, func(a, b action) int { return comparePaths(a.path, b.path) })
	return u.conflicts()
}

var operators = []string{"$set", "$unset", "$inc", "$mul", "$min", "$max", "$rename", "$setOnInsert", "$currentDate", "$push", "$addToSet", "$pull", "$pullAll", "$pop"}

func unknown(op string) error {
	if op == "$bit" {
		return value.Unsupported("$bit")
	}
	return value.Parse("Unknown modifier: %s. Expected a valid update modifier or pipeline-style update specified as an array", op)
}

// comparePaths orders numbers by value and everything else by text: the order in
// which the server adds new fields.
func comparePaths(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(x, y, func(p, q string) int {
		m, pn := value.Offset(p)
		n, qn := value.Offset(q)
		if pn && qn {
			return cmp.Compare(m, n)
		}
		return strings.Compare(p, q)
	})
}

// conflicts refuses two operators on one path, or on a path and one inside it.
func (u *Update) conflicts() error {
	var paths []string
	for _, a := range u.actions {
		paths = append(paths, a.path)
		if target, ok := a.value.(string); ok && a.op == "$rename" {
			paths = append(paths, target)
		}
	}
	for i, p := range paths {
		for _, q := range paths[:i] {
			if p == q || strings.HasPrefix(p, q+".") || strings.HasPrefix(q, p+".") {
				return value.Errorf(40, "ConflictingUpdateOperators", "Updating the path '%s' would create a conflict at '%s'", p, q)
			}
		}
	}
	return nil
}

// Apply returns the changed document; d stays as it is.
func (u Update) Apply(d value.D, s Scene) (value.D, error) {
	out, err := u.change(d, s)
	if err != nil {
		return nil, err
	}
	return out, sameID(d, out, u.Replaces())
}

func (u Update) change(d value.D, s Scene) (value.D, error) {
	if u.stages != nil {
		return u.stages.One(d)
	}
	if u.Replaces() {
		return u.replace(d), nil
	}
	for _, a := range u.actions {
		if a.op == "$setOnInsert" && !s.Insert {
			continue
		}
		var err error
		if d, err = u.act(d, a, s); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (u Update) replace(d value.D) value.D {
	id, had := value.Get(d, "_id")
	own, has := value.Get(u.replacement, "_id")
	if has {
		id = own
	}
	if !had && !has {
		return u.replacement
	}
	return append(value.D{{Key: "_id", Value: id}}, value.Drop(u.replacement, "_id")...)
}

func sameID(before, after value.D, replaced bool) error {
	old, had := value.Get(before, "_id")
	id, has := value.Get(after, "_id")
	if !had || has && value.Equal(old, id) {
		return nil
	}
	if replaced {
		return value.Errorf(66, "ImmutableField", "After applying the update, the (immutable) field '_id' was found to have been altered to _id: %v", id)
	}
	return value.Errorf(66, "ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'")
}

// act applies one operator to each path that its path stands for.
func (u Update) act(d value.D, a action, s Scene) (value.D, error) {
	if a.op == "$rename" {
		return rename(d, a)
	}
	paths, err := u.expand(d, a.path, s)
	for _, p := range paths {
		if err != nil {
			break
		}
		var out any
		out, err = change(d, strings.Split(p, "."), p, a.creates(), a.function(p, s))
		if err == nil {
			d = out.(value.D)
		}
	}
	return d, err
}

// creates reports whether the operator makes fields that are not there.
func (a action) creates() bool {
	return !slices.Contains([]string{"$unset", "$pull", "$pullAll", "$pop"}, a.op)
}
