package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
)

// Condition is a compiled condition.
type Condition struct {
	test   func(attr.Item) bool
	Paths  []Path       // it speaks of
	Bounds []Comparison // when it is comparisons joined by AND alone
	Plain  bool         // it is
}

// Comparison is one comparison of a path with values.
type Comparison struct {
	Path   Path
	Op     string // =, <, BETWEEN, begins_with …
	Values []attr.Value
}

// Test reports whether the condition holds.
func (c Condition) Test(item attr.Item) bool { return c.test(item) }

// ParseCondition reads a condition; kind is the request's field.
func ParseCondition(kind, text string, s *Scope) (Condition, error) {
	p, err := newParser(kind, text, s)
	if err != nil {
		return Condition{}, err
	}
	c := Condition{Plain: true}
	c.test, err = p.or(&c)
	if err == nil && p.peek() != "" {
		err = p.syntax()
	}
	return c, err
}

type test = func(attr.Item) bool

func (p *parser) or(c *Condition) (test, error) {
	left, err := p.and(c)
	for err == nil && p.word("OR") {
		c.Plain = false
		a := left
		var b test
		b, err = p.and(c)
		left = func(i attr.Item) bool { return a(i) || b(i) }
	}
	return left, err
}

func (p *parser) and(c *Condition) (test, error) {
	left, err := p.not(c)
	for err == nil && p.word("AND") {
		a := left
		var b test
		b, err = p.not(c)
		left = func(i attr.Item) bool { return a(i) && b(i) }
	}
	return left, err
}

func (p *parser) not(c *Condition) (test, error) {
	if p.depth++; p.depth > deepest {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	if p.word("NOT") {
		c.Plain = false
		t, err := p.not(c)
		return func(i attr.Item) bool { return !t(i) }, err
	}
	if p.peek() == "(" {
		p.at++
		t, err := p.or(c)
		if err == nil {
			err = p.want(")")
		}
		return t, err
	}
	return p.predicate(c)
}

// operand is a path, a value or size(path).
type operand struct {
	path  Path // nil for a value
	value attr.Value
	size  bool
}

func (o operand) get(item attr.Item) (attr.Value, bool) {
	if o.path == nil {
		return o.value, true
	}
	v, ok := o.path.Get(item)
	if ok && o.size {
		return sizeOf(v)
	}
	return v, ok
}

// sizeOf is the function size.
func sizeOf(v attr.Value) (attr.Value, bool) {
	switch v.Kind {
	case "S":
		return attr.Number(utf8.RuneCountInString(v.Text)), true
	case "B":
		return attr.Number(len(v.Text)), true
	case "L":
		return attr.Number(len(v.List)), true
	case "M":
		return attr.Number(len(v.Map)), true
	case "SS", "NS", "BS":
		return attr.Number(len(v.Set)), true
	}
	return attr.Value{}, false
}

func (p *parser) operand(c *Condition) (o operand, err error) {
	if strings.HasPrefix(p.peek(), ":") {
		o.value, err = p.value()
		return o, err
	}
	if p.peek() == "size" && p.at+1 < len(p.tokens) && p.tokens[p.at+1] == "(" {
		p.at += 2
		o.size = true
	}
	if o.path, err = p.path(); err != nil {
		return o, err
	}
	c.Paths = append(c.Paths, o.path)
	if o.size {
		c.Plain = false
		err = p.want(")")
	}
	return o, err
}

func (p *parser) predicate(c *Condition) (test, error) {
	if p.at+1 < len(p.tokens) && p.tokens[p.at+1] == "(" && p.peek() != "size" {
		return p.function(c)
	}
	left, err := p.operand(c)
	if err != nil {
		return nil, err
	}
	switch {
	case p.word("BETWEEN"):
		return p.between(c, left)
	case p.word("IN"):
		return p.in(c, left)
	}
	op := p.next()
	if !strings.Contains(" = <> < <= > >= ", " "+op+" ") {
		p.at--
		return nil, p.syntax()
	}
	right, err := p.operand(c)
	c.bound(left, op, right)
	return func(i attr.Item) bool {
		a, okA := left.get(i)
		b, okB := right.get(i)
		return compares(a, okA, op, b, okB)
	}, err
}

// bound notes a comparison of a path with values.
func (c *Condition) bound(left operand, op string, right ...operand) {
	b := Comparison{Path: left.path, Op: op}
	for _, r := range right {
		if r.path != nil {
			c.Plain = false
		}
		b.Values = append(b.Values, r.value)
	}
	if left.path == nil {
		c.Plain = false
	}
	c.Bounds = append(c.Bounds, b)
}

// compares tells what a comparison yields; what is missing is unequal to all.
func compares(a attr.Value, okA bool, op string, b attr.Value, okB bool) bool {
	if !okA || !okB {
		return op == "<>" && okA != okB
	}
	switch op {
	case "=":
		return attr.Equal(a, b)
	case "<>":
		return !attr.Equal(a, b)
	}
	c, ok := attr.Compare(a, b)
	if !ok {
		return false
	}
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func (p *parser) between(c *Condition, o operand) (test, error) {
	low, err := p.operand(c)
	if err != nil {
		return nil, err
	}
	if !p.word("AND") {
		return nil, p.syntax()
	}
	high, err := p.operand(c)
	c.bound(o, "BETWEEN", low, high)
	return func(i attr.Item) bool {
		v, ok := o.get(i)
		l, okL := low.get(i)
		h, okH := high.get(i)
		return compares(v, ok, ">=", l, okL) && compares(v, ok, "<=", h, okH)
	}, err
}

func (p *parser) in(c *Condition, o operand) (test, error) {
	c.Plain = false
	err := p.want("(")
	var all []operand
	for err == nil {
		var each operand
		if each, err = p.operand(c); err != nil {
			break
		}
		all = append(all, each)
		if p.peek() != "," {
			err = p.want(")")
			break
		}
		p.at++
	}
	return func(i attr.Item) bool {
		v, ok := o.get(i)
		for _, each := range all {
			if e, there := each.get(i); ok && there && attr.Equal(v, e) {
				return true
			}
		}
		return false
	}, err
}

// function reads attribute_exists and its kin.
func (p *parser) function(c *Condition) (test, error) {
	name := p.next()
	p.at++ // the parenthesis
	arguments := map[string]int{"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2}[name]
	if arguments == 0 {
		return nil, attr.Refusef("Invalid %s: Invalid function name; function: %s", p.kind, name)
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	c.Paths = append(c.Paths, path)
	first, second := operand{path: path}, operand{}
	if arguments == 2 {
		if err := p.want(","); err != nil {
			return nil, err
		}
		if second, err = p.operand(c); err != nil {
			return nil, err
		}
	}
	if name == "begins_with" {
		c.bound(first, name, second)
	} else {
		c.Plain = false
	}
	return func(i attr.Item) bool {
		a, okA := first.get(i)
		b, okB := second.get(i)
		return calls(name, a, okA, b, okB)
	}, p.want(")")
}

func calls(name string, a attr.Value, okA bool, b attr.Value, okB bool) bool {
	if name == "attribute_not_exists" {
		return !okA
	}
	if !okA || name != "attribute_exists" && !okB {
		return false
	}
	switch name {
	case "attribute_type":
		return b.Kind == "S" && string(a.Kind) == b.Text
	case "begins_with":
		return a.Kind == b.Kind && (a.Kind == "S" || a.Kind == "B") && strings.HasPrefix(a.Text, b.Text)
	case "contains":
		return holds(a, b)
	}
	return true
}

// holds is the function contains.
func holds(a, b attr.Value) bool {
	switch a.Kind {
	case "S", "B":
		return a.Kind == b.Kind && strings.Contains(a.Text, b.Text)
	case "L":
		for _, e := range a.List {
			if attr.Equal(e, b) {
				return true
			}
		}
	case "SS", "NS", "BS":
		for _, e := range a.Set {
			if string(b.Kind)+"S" == string(a.Kind) && e == b.Text {
				return true
			}
		}
	}
	return false
}
