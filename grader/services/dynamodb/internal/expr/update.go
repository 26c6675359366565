package expr

import (
	"errors"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
)

// Update is a compiled update.
type Update struct{ actions []action }

// action is one clause on one path. compute reads the item as it was.
type action struct {
	section string // SET, REMOVE, ADD, DELETE
	path    Path
	compute func(attr.Item) (attr.Value, error)
	value   attr.Value // of ADD and DELETE
}

var (
	errInvalidPath = attr.Refusef("The document path provided in the update expression is invalid for update")
	errMissing     = attr.Refusef("The provided expression refers to an attribute that does not exist in the item")
	errType        = attr.Refusef("An operand in the update expression has an incorrect data type")
)

// ParseUpdate reads an UpdateExpression.
func ParseUpdate(text string, s *Scope) (Update, error) {
	var u Update
	p, err := newParser("UpdateExpression", text, s)
	if err != nil {
		return u, err
	}
	seen := map[string]bool{}
	for p.peek() != "" {
		section := strings.ToUpper(p.next())
		if !slices.Contains([]string{"SET", "REMOVE", "ADD", "DELETE"}, section) {
			p.at--
			return u, p.syntax()
		}
		if seen[section] {
			return u, attr.Refusef("Invalid UpdateExpression: The \"%s\" section can only be used once in an update expression;", section)
		}
		seen[section] = true
		if err := u.section(p, section); err != nil {
			return u, err
		}
	}
	return u, u.overlaps()
}

func (u *Update) section(p *parser, section string) error {
	for {
		path, err := p.path()
		if err != nil {
			return err
		}
		a := action{section: section, path: path}
		switch section {
		case "SET":
			if err = p.want("="); err == nil {
				a.compute, err = p.sum()
			}
		case "ADD", "DELETE":
			if !strings.HasPrefix(p.peek(), ":") {
				return p.syntax()
			}
			if a.value, err = p.value(); err == nil {
				err = a.checkType()
			}
		}
		if err != nil {
			return err
		}
		u.actions = append(u.actions, a)
		if p.peek() != "," {
			return nil
		}
		p.at++
	}
}

func (a action) checkType() error {
	set := strings.HasSuffix(string(a.value.Kind), "S") && len(a.value.Kind) == 2
	if set || a.section == "ADD" && a.value.Kind == "N" {
		return nil
	}
	return attr.Refusef("Invalid UpdateExpression: Incorrect operand type for operator or function; operator: %s, operand type: %s", a.section, a.value.Kind)
}

// overlaps refuses two paths of which one is inside the other.
func (u *Update) overlaps() error {
	for i, a := range u.actions {
		for _, b := range u.actions[:i] {
			n := min(len(a.path), len(b.path))
			if slices.Equal(a.path[:n], b.path[:n]) {
				return attr.Refusef("Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", b.path, a.path)
			}
		}
	}
	return nil
}

// Paths returns what the update changes.
func (u Update) Paths() []Path {
	var all []Path
	for _, a := range u.actions {
		all = append(all, a.path)
	}
	return all
}

type compute = func(attr.Item) (attr.Value, error)

// sum reads an operand, or two with + or - between.
func (p *parser) sum() (compute, error) {
	left, err := p.term()
	if err != nil || p.peek() != "+" && p.peek() != "-" {
		return left, err
	}
	minus := p.next() == "-"
	right, err := p.term()
	return func(i attr.Item) (attr.Value, error) {
		a, errA := left(i)
		b, errB := right(i)
		if err := errors.Join(errA, errB); err != nil {
			return a, first(errA, errB)
		}
		if a.Kind != "N" || b.Kind != "N" {
			return a, errType
		}
		return attr.Add(a, b, minus)
	}, err
}

func first(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

// term reads a value, a path, if_not_exists(path, term) or list_append(term,
// term).
func (p *parser) term() (compute, error) {
	if p.depth++; p.depth > deepest {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	if strings.HasPrefix(p.peek(), ":") {
		v, err := p.value()
		return func(attr.Item) (attr.Value, error) { return v, nil }, err
	}
	if p.at+1 < len(p.tokens) && p.tokens[p.at+1] == "(" {
		return p.call()
	}
	path, err := p.path()
	return func(i attr.Item) (attr.Value, error) {
		v, ok := path.Get(i)
		if !ok {
			return v, errMissing
		}
		return v, nil
	}, err
}

func (p *parser) call() (compute, error) {
	name := p.next()
	p.at++ // the parenthesis
	var path Path
	var a, b compute
	var err error
	switch name {
	case "if_not_exists":
		path, err = p.path()
	case "list_append":
		a, err = p.term()
	default:
		return nil, attr.Refusef("Invalid UpdateExpression: Invalid function name; function: %s", name)
	}
	if err == nil {
		err = p.want(",")
	}
	if err == nil {
		b, err = p.term()
	}
	if err == nil {
		err = p.want(")")
	}
	if name == "list_append" {
		return appended(a, b), err
	}
	return func(i attr.Item) (attr.Value, error) {
		if v, ok := path.Get(i); ok {
			return v, nil
		}
		return b(i)
	}, err
}

func appended(a, b compute) compute {
	return func(i attr.Item) (attr.Value, error) {
		x, errX := a(i)
		y, errY := b(i)
		if err := first(errX, errY); err != nil {
			return x, err
		}
		if x.Kind != "L" || y.Kind != "L" {
			return x, errType
		}
		return attr.Value{Kind: "L", List: slices.Concat([]attr.Value{}, x.List, y.List)}, nil
	}
}
