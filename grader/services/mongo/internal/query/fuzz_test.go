package query_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/query"
	"github.com/kata-go/kata/grader/services/mongo/internal/update"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

func parse(text string) (bson.D, bool) {
	d := bson.D{}
	return d, bson.UnmarshalExtJSON([]byte(text), false, &d) == nil
}

// Whatever the filter and the update are, they are refused with an error of the
// server or applied; nothing else happens, and the document stays as it was.
func FuzzFilterAndUpdate(f *testing.F) {
	for _, s := range [][3]string{
		{`{"a":{"$gt":1}}`, `{"$set":{"a.b.c":1}}`, `{"_id":1,"a":[{"b":1},2,null]}`},
		{`{"$or":[{"a.0.b":{"$in":[1,null]}},{"a":{"$elemMatch":{"$gt":1}}}]}`, `{"$push":{"a":{"$each":[3,1],"$sort":-1,"$slice":2,"$position":-1}}}`, `{"a":[1,[2]]}`},
		{`{"a":{"$not":{"$all":[1]},"$mod":[2,1]}}`, `{"$pull":{"a":{"$gt":1}},"$rename":{"b":"c"}}`, `{"a":[1],"b":{}}`},
		{`{"$expr":{"$gt":[{"$size":"$a"},1]}}`, `{"$inc":{"a.$":1}}`, `{"a":[]}`},
		{`{"a.b":1}`, `{"$mul":{"a.$[].b":2},"$pop":{"x":1},"$unset":{"a.0":1}}`, `{"a":[{"b":1}]}`},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, filter, change, document string) {
		q, ok1 := parse(filter)
		u, ok2 := parse(change)
		d, ok3 := parse(document)
		if !ok1 || !ok2 || !ok3 {
			return
		}
		before, err := bson.Marshal(d)
		if err != nil {
			return
		}
		apply(q, u, d)
		if after, err := bson.Marshal(d); err != nil || string(after) != string(before) {
			t.Errorf("the document was changed: %v, %v", d, err)
		}
	})
}

func apply(q, u, d bson.D) {
	defer func() {
		if p := recover(); p != nil {
			err, ok := p.(error)
			var e *value.Error
			if !ok || !errors.As(err, &e) {
				panic(p)
			}
		}
	}()
	n, err := query.Compile(q)
	if err != nil {
		return
	}
	n.Match(d)
	up, err := update.Compile(u, nil)
	if err != nil {
		return
	}
	_, _ = up.Apply(d, update.Scene{Query: n})
	_, _ = up.Seed(n)
}
