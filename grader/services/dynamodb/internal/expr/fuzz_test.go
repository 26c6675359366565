package expr_test

import (
	"encoding/json"
	"testing"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
	"github.com/kata-go/kata/grader/services/dynamodb/internal/expr"
)

// Whatever the expressions are, they are refused or applied; the item stays as
// it was.
func FuzzExpressions(f *testing.F) {
	f.Add("a = :v AND (NOT begins_with(b, :v) OR size(c[0].d) > :v)", "SET a = if_not_exists(a, :v) + :v, l[3] = :l REMOVE l[0], l[1] ADD n :n DELETE s :s", "a, b.c, l[1]")
	f.Add("a IN (:v, :l) AND b BETWEEN :v AND :v", "SET m.x = list_append(:l, l), #n = :v", "#n")
	f.Add("contains(s, :v) AND attribute_type(l, :v) OR attribute_not_exists(q)", "REMOVE m.x", "m.x")
	f.Fuzz(func(t *testing.T, condition, update, projection string) {
		item, values := attr.Item{}, attr.Item{}
		must(t, `{"a":{"N":"1"},"l":{"L":[{"S":"x"},{"M":{"d":{"N":"2"}}}]},"m":{"M":{"x":{"BOOL":true}}},"s":{"SS":["a","b"]},"n":{"N":"5"}}`, &item)
		must(t, `{":v":{"N":"1"},":l":{"L":[{"S":"y"}]},":s":{"SS":["a"]},":n":{"N":"2"}}`, &values)
		before := text(t, item)
		s := &expr.Scope{Names: map[string]string{"#n": "name"}, Values: values}
		if c, err := expr.ParseCondition("ConditionExpression", condition, s); err == nil {
			c.Test(item)
		}
		if u, err := expr.ParseUpdate(update, s); err == nil {
			if out, err := u.Apply(item); err == nil {
				expr.Project(out, u.Paths())
				text(t, out)
			}
		}
		if paths, err := expr.ParseProjection(projection, s); err == nil {
			text(t, expr.Project(item, paths))
		}
		if after := text(t, item); after != before {
			t.Errorf("the item was changed to %s", after)
		}
	})
}

func must(t *testing.T, text string, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), to); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, item attr.Item) string {
	t.Helper()
	b, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
