// Package expr reads and evaluates DynamoDB's expressions: conditions, key
// conditions, updates and projections.
//
// It owns their grammar and the checks that need no item. Its errors are texts
// of DynamoDB's ValidationException.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
package expr

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
)

// reserved are the words that may not stand as names, one a line.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
//
//go:embed reserved.txt
var reserved string

// Scope is a request's names and values, and which of them were used.
type Scope struct {
	Names  map[string]string
	Values attr.Item
	used   map[string]bool
}

// Unused returns an error when the request gave what no expression uses.
func (s *Scope) Unused() error {
	for _, given := range []struct {
		what string
		keys []string
	}{{"ExpressionAttributeNames", keysOf(s.Names)}, {"ExpressionAttributeValues", keysOf(s.Values)}} {
		var idle []string
		for _, k := range given.keys {
			if !s.used[k] {
				idle = append(idle, k)
			}
		}
		if len(idle) > 0 {
			return attr.Refusef("Value provided in %s unused in expressions: keys: {%s}", given.what, strings.Join(idle, ", "))
		}
	}
	return nil
}

func keysOf[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (s *Scope) use(name string) {
	if s.used == nil {
		s.used = map[string]bool{}
	}
	s.used[name] = true
}

// parser reads one expression.
type parser struct {
	kind   string // ConditionExpression …, for messages
	tokens []string
	at     int
	depth  int
	scope  *Scope
}

// deepest is how far parentheses and functions may nest.
const deepest = 300

// newParser cuts the text into tokens; the last is "".
func newParser(kind, text string, s *Scope) (*parser, error) {
	p := &parser{kind: kind, scope: s}
	if strings.TrimSpace(text) == "" {
		return nil, attr.Refusef("Invalid %s: The expression can not be empty;", kind)
	}
	token := regexp.MustCompile(`^(?:[#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|\d+|<>|<=|>=|[=<>()\[\],.+\-])`)
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		t := token.FindString(rest)
		if t == "" {
			return nil, attr.Refusef("Invalid %s: Syntax error; token: \"%.1s\", near: \"%.20s\"", kind, rest, rest)
		}
		p.tokens = append(p.tokens, t)
		rest = rest[len(t):]
	}
	return p, nil
}

func (p *parser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *parser) next() string {
	t := p.peek()
	p.at++
	return t
}

// word reports whether the next token is that word, in any case, and takes it.
func (p *parser) word(w string) bool {
	if strings.EqualFold(p.peek(), w) {
		p.at++
		return true
	}
	return false
}

func (p *parser) want(t string) error {
	if p.peek() != t {
		return p.syntax()
	}
	p.at++
	return nil
}

func (p *parser) syntax() error {
	t := p.peek()
	if t == "" {
		t = "<EOF>"
	}
	near := strings.Join(p.tokens[max(0, min(p.at, len(p.tokens))-1):min(p.at+2, len(p.tokens))], " ")
	return attr.Refusef("Invalid %s: Syntax error; token: \"%s\", near: \"%s\"", p.kind, t, near)
}

// Path is names and indexes into an item. An index is written as "[3]".
type Path []string

// index returns the list index that a part is.
func index(part string) (int, bool) {
	if !strings.HasPrefix(part, "[") {
		return 0, false
	}
	n, err := strconv.Atoi(part[1 : len(part)-1])
	return n, err == nil
}

// path reads a.b[3].#c.
func (p *parser) path() (Path, error) {
	first, err := p.name()
	path := Path{first}
	for err == nil {
		switch p.peek() {
		case ".":
			p.at++
			var n string
			n, err = p.name()
			path = append(path, n)
		case "[":
			p.at++
			n := p.next()
			if _, bad := strconv.Atoi(n); bad != nil {
				return nil, p.syntax()
			}
			path = append(path, "["+n+"]")
			err = p.want("]")
		default:
			return path, nil
		}
	}
	return path, err
}

func (p *parser) name() (string, error) {
	t := p.peek()
	switch {
	case strings.HasPrefix(t, "#"):
		p.at++
		n, ok := p.scope.Names[t]
		if !ok {
			return "", attr.Refusef("Invalid %s: An expression attribute name used in the document path is not defined; attribute name: %s", p.kind, t)
		}
		p.scope.use(t)
		return n, nil
	case t == "" || !regexp.MustCompile(`^[A-Za-z_]`).MatchString(t):
		return "", p.syntax()
	case slices.Contains(strings.Fields(reserved), strings.ToUpper(t)):
		return "", attr.Refusef("Invalid %s: Attribute name is a reserved keyword; reserved keyword: %s", p.kind, t)
	}
	p.at++
	return t, nil
}

// value reads :v.
func (p *parser) value() (attr.Value, error) {
	t := p.next()
	v, ok := p.scope.Values[t]
	if !ok {
		return v, attr.Refusef("Invalid %s: An expression attribute value used in expression is not defined; attribute value: %s", p.kind, t)
	}
	p.scope.use(t)
	return v, nil
}

var errDeep = attr.Refusef("Invalid expression: it is nested too deeply")

// Get returns what an item holds at a path.
func (path Path) Get(item attr.Item) (attr.Value, bool) {
	v, ok := item[path[0]]
	for _, part := range path[1:] {
		if !ok {
			break
		}
		if i, isIndex := index(part); isIndex {
			ok = v.Kind == "L" && i < len(v.List)
			if ok {
				v = v.List[i]
			}
			continue
		}
		if v.Kind != "M" {
			return attr.Value{}, false
		}
		v, ok = v.Map[part]
	}
	return v, ok
}
