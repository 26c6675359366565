package query

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// operator reads one operator of a path; beside is the document it stands in.
func operator(path string, e bson.E, beside value.D) (Node, error) {
	n := Node{Op: e.Key, Path: path, Value: e.Value}
	switch e.Key {
	case "$eq", "$ne", "$gt", "$gte", "$lt", "$lte":
		if _, ok := e.Value.(bson.Regex); ok && e.Key != "$eq" && e.Key != "$ne" {
			return n, value.Bad("Can't have RegEx as arg to predicate over field '%s'.", path)
		}
		return n, nil
	case "$exists":
		return n, nil
	case "$in", "$nin":
		return membership(n)
	case "$regex":
		return regexOperator(path, e.Value, beside)
	case "$not":
		return negation(path, e.Value)
	case "$size":
		if k, ok := value.Int(e.Value); !ok || k < 0 {
			return n, value.Bad("Failed to parse $size. Expected a non-negative integer in: $size: %v", e.Value)
		}
		return n, nil
	case "$mod":
		return n, modulo(e.Value)
	case "$type":
		return n, typeNames(e.Value)
	case "$all":
		return all(n)
	case "$elemMatch":
		return elements(n)
	}
	if slices.Contains(known, e.Key) {
		return n, value.Unsupported(e.Key)
	}
	return n, value.Bad("unknown operator: %s", e.Key)
}

// known are the operators of a real MongoDB that are not implemented here.
var known = []string{"$geoWithin", "$geoIntersects", "$near", "$nearSphere", "$bitsAllSet", "$bitsAnySet", "$bitsAllClear", "$bitsAnyClear", "$within", "$geoNear"}

func membership(n Node) (Node, error) {
	list, ok := n.Value.(value.A)
	if !ok {
		return n, value.Bad("%s needs an array", n.Op)
	}
	rest := value.A{}
	for _, v := range list {
		re, isPattern := v.(bson.Regex)
		d, isDocument := v.(value.D)
		switch {
		case isPattern:
			k, err := pattern(n.Path, re.Pattern, re.Options)
			if err != nil {
				return n, err
			}
			n.Kids = append(n.Kids, k)
		case isDocument && isOperators(d):
			return n, value.Bad("cannot nest $ under %s", n.Op)
		default:
			rest = append(rest, v)
		}
	}
	n.Value = rest
	return n, nil
}

func regexOperator(path string, v any, beside value.D) (Node, error) {
	options, _ := value.Get(beside, "$options")
	text, _ := options.(string)
	switch x := v.(type) {
	case string:
		return pattern(path, x, text)
	case bson.Regex:
		if x.Options != "" && text != "" {
			return Node{}, value.Errorf(51074, "Location51074", "options set in both $regex and $options")
		}
		return pattern(path, x.Pattern, x.Options+text)
	}
	return Node{}, value.Bad("$regex has to be a string")
}

// pattern compiles a regular expression. What Go's syntax lacks of PCRE's is
// refused.
func pattern(path, text, options string) (Node, error) {
	for _, o := range options {
		if !strings.ContainsRune("ims", o) {
			return Node{}, value.Unsupported("the regular expression option " + string(o))
		}
	}
	source := text
	if options != "" {
		source = "(?" + options + ")" + text
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return Node{}, value.Unsupported("the regular expression /" + text + "/ (" + err.Error() + ")")
	}
	return Node{Op: "$regex", Path: path, Value: bson.Regex{Pattern: text, Options: options}, pattern: re}, nil
}

func negation(path string, v any) (Node, error) {
	d, isDocument := v.(value.D)
	_, isPattern := v.(bson.Regex)
	if !isPattern && (!isDocument || !isOperators(d)) {
		return Node{}, value.Bad("$not needs a regex or a document")
	}
	kids, err := field(path, v)
	return Node{Op: "$not", Path: path, Kids: kids}, err
}

func modulo(v any) error {
	a, ok := v.(value.A)
	if !ok || len(a) != 2 {
		return value.Bad("malformed mod, needs to be an array of two numbers")
	}
	divisor, ok1 := value.Int(a[0])
	if _, ok2 := value.Int(a[1]); !ok1 || !ok2 || divisor == 0 {
		return value.Bad("malformed mod, divisor and remainder must be integers, the divisor not 0")
	}
	return nil
}

func all(n Node) (Node, error) {
	list, ok := n.Value.(value.A)
	if !ok {
		return n, value.Bad("$all needs an array")
	}
	for _, v := range list {
		kids, err := allItem(n.Path, v)
		if err != nil {
			return n, err
		}
		n.Kids = append(n.Kids, kids...)
	}
	return n, nil
}

func allItem(path string, v any) ([]Node, error) {
	d, ok := v.(value.D)
	if ok && isOperators(d) && d[0].Key != "$elemMatch" {
		return nil, value.Bad("no $ expressions in $all")
	}
	return field(path, v)
}

// elements reads $elemMatch, which is about an element's fields or, when it has
// operators, about the element itself.
func elements(n Node) (Node, error) {
	d, ok := n.Value.(value.D)
	if !ok {
		return n, value.Bad("$elemMatch needs an Object")
	}
	if isOperators(d) && !slices.Contains([]string{"$and", "$or", "$nor", "$expr"}, d[0].Key) {
		kids, err := operators("", d)
		n.element, n.Kids = true, []Node{{Op: "$and", Kids: kids}}
		return n, err
	}
	kid, err := Compile(d)
	n.Kids = []Node{kid}
	return n, err
}

// test applies the operator to one value.
func (n Node) test(v any) bool {
	switch n.Op {
	case "$eq":
		return equal(v, n.Value)
	case "$in":
		return n.in(v)
	case "$gt", "$gte", "$lt", "$lte":
		return n.ordered(v)
	case "$regex":
		s, ok := v.(string)
		return ok && n.pattern.MatchString(s) || value.Rank(v) == value.Rank(n.Value) && value.Equal(v, n.Value)
	case "$size":
		a, ok := v.(value.A)
		return ok && value.Equal(int64(len(a)), n.Value)
	case "$mod":
		return n.remainder(v)
	case "$type":
		return hasType(v, n.Value)
	case "$elemMatch":
		return n.anyElement(v)
	}
	return false
}

// equal also lets null match what is missing.
func equal(v, want any) bool {
	if _, missing := v.(value.Missing); missing {
		return want == nil
	}
	return value.Equal(v, want)
}

func (n Node) in(v any) bool {
	for _, w := range n.Value.(value.A) {
		if equal(v, w) {
			return true
		}
	}
	return slices.ContainsFunc(n.Kids, func(k Node) bool { return k.test(v) })
}

// ordered compares within one type; MinKey and MaxKey compare with all.
func (n Node) ordered(v any) bool {
	if _, missing := v.(value.Missing); missing {
		return n.Value == nil && strings.HasSuffix(n.Op, "e")
	}
	r := value.Rank(n.Value)
	if value.Rank(v) != r && r != value.Rank(bson.MinKey{}) && r != value.Rank(bson.MaxKey{}) {
		return false
	}
	if isNaN(v) != isNaN(n.Value) {
		return false
	}
	c := value.Compare(v, n.Value)
	switch n.Op {
	case "$gt":
		return c > 0
	case "$gte":
		return c >= 0
	case "$lt":
		return c < 0
	}
	return c <= 0
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}

func (n Node) remainder(v any) bool {
	a := n.Value.(value.A)
	divisor, _ := value.Int(a[0])
	want, _ := value.Int(a[1])
	if f, ok := v.(float64); ok && !math.IsNaN(f) && math.Abs(f) < 1<<62 {
		v = int64(f) // the server truncates
	}
	k, ok := value.Int(v)
	return ok && k%divisor == want
}

func (n Node) anyElement(v any) bool {
	a, _ := v.(value.A)
	for _, e := range a {
		if n.element && n.Kids[0].MatchValue(e) {
			return true
		}
		d, ok := e.(value.D)
		if !n.element && ok && n.Kids[0].Match(d) {
			return true
		}
	}
	return false
}
