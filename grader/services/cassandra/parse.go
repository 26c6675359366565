package main

import (
	"slices"
	"strings"
)

// parser reads one statement.
type parser struct {
	tokens  []token
	at      int
	markers []string // their names, "" for ?
}

// failure is how the parser leaves a statement that is none.
type failure struct{ err error }

// parse reads a statement, with its markers in their order.
func parse(query string) (statement any, markers []string, err error) {
	tokens, err := lex(query)
	if err != nil {
		return nil, nil, err
	}
	p := &parser{tokens: tokens}
	defer func() {
		if f, ok := recover().(failure); ok {
			statement, markers, err = nil, nil, f.err
		} else if err == nil && statement == nil {
			panic("parse: no statement") // never: statement or failure
		}
	}()
	statement = p.statement()
	p.sign(";")
	if p.peek().kind != end {
		p.fail()
	}
	return statement, p.markers, nil
}

func (p *parser) fail() { panic(failure{syntaxError(p.peek())}) }

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.peek()
	if t.kind != end {
		p.at++
	}
	return t
}

// is tells whether the next tokens are these words.
func (p *parser) is(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.tokens) || p.tokens[p.at+i].kind != word || p.tokens[p.at+i].text != w {
			return false
		}
	}
	return true
}

// word takes these words if they come next.
func (p *parser) word(words ...string) bool {
	if !p.is(words...) {
		return false
	}
	p.at += len(words)
	return true
}

func (p *parser) must(words ...string) {
	for _, w := range words {
		if !p.word(w) {
			p.fail()
		}
	}
}

// sign takes s if it comes next.
func (p *parser) sign(s string) bool {
	if t := p.peek(); t.kind != sign || t.text != s {
		return false
	}
	p.at++
	return true
}

func (p *parser) mustSign(s string) {
	if !p.sign(s) {
		p.fail()
	}
}

// reserved are the words that are no names, as far as they matter here.
var reserved = strings.Fields("add allow alter and apply asc authorize batch begin by columnfamily create delete desc drop " +
	"entries execute from full grant if in index infinity insert into is keyspace limit materialized modify nan norecursive not null " +
	"of on or order primary rename replace revoke schema select set table to token truncate unlogged update use using view where with")

func (p *parser) name() string {
	t := p.peek()
	if t.kind != quoted && (t.kind != word || slices.Contains(reserved, t.text)) {
		p.fail()
	}
	return p.take().text
}

func (p *parser) table() tableName {
	first := p.name()
	if p.sign(".") {
		return tableName{first, p.name()}
	}
	return tableName{"", first}
}

// list reads one or more of something with commas between.
func list[T any](p *parser, one func() T) []T {
	all := []T{one()}
	for p.sign(",") {
		all = append(all, one())
	}
	return all
}

func (p *parser) names() []string {
	p.mustSign("(")
	all := list(p, p.name)
	p.mustSign(")")
	return all
}

func (p *parser) statement() any {
	switch {
	case p.word("select"):
		return p.selecting()
	case p.word("insert", "into"):
		return p.insert()
	case p.word("update"):
		return p.update()
	case p.word("delete"):
		return p.delete()
	case p.word("begin"):
		return p.batch()
	case p.word("use"):
		return useKeyspace{p.name()}
	case p.word("truncate"):
		p.word("table")
		return truncate{p.table()}
	case p.word("create"):
		return p.create()
	case p.word("alter", "table"):
		return p.alter()
	case p.word("drop"):
		return p.drop()
	}
	p.fail()
	return nil
}

func (p *parser) ifNotExists() bool {
	if !p.word("if") {
		return false
	}
	p.must("not", "exists")
	return true
}

func (p *parser) ifExists() bool {
	if !p.word("if") {
		return false
	}
	p.must("exists")
	return true
}

// terms

func (p *parser) marker() term {
	name := p.take().text
	p.markers = append(p.markers, name)
	return term{kind: markerTerm, index: len(p.markers) - 1}
}

// deepest bounds terms within terms.
const deepest = 32

func (p *parser) term() term { return p.nested(0) }

func (p *parser) nested(depth int) term {
	t := p.peek()
	if depth > deepest {
		p.fail()
	}
	inner := func() term { return p.nested(depth + 1) }
	switch {
	case t.kind == marker:
		return p.marker()
	case slices.Contains([]tokenKind{text, integer, float, hexKind, uuidKind}, t.kind), p.is("null"), p.is("true"), p.is("false"):
		return term{token: p.take()}
	case t.kind == word:
		return p.call(inner)
	case p.sign("["):
		return p.elements(listTerm, "]", inner)
	case p.sign("{"):
		return p.braces(inner)
	}
	p.fail()
	return term{}
}

func (p *parser) call(inner func() term) term {
	c := term{kind: callTerm, name: p.name()}
	p.mustSign("(")
	if !p.sign(")") {
		c.list = list(p, inner)
		p.mustSign(")")
	}
	return c
}

func (p *parser) elements(kind termKind, closing string, inner func() term) term {
	t := term{kind: kind}
	if p.sign(closing) {
		return t
	}
	t.list = list(p, inner)
	p.mustSign(closing)
	return t
}

// braces reads a set or a map.
func (p *parser) braces(inner func() term) term {
	if p.sign("}") {
		return term{kind: setTerm} // of a map too
	}
	first := inner()
	if !p.sign(":") {
		t := term{kind: setTerm, list: []term{first}}
		for p.sign(",") {
			t.list = append(t.list, inner())
		}
		p.mustSign("}")
		return t
	}
	t := term{kind: mapTerm, keys: []term{first}, list: []term{inner()}}
	for p.sign(",") {
		t.keys = append(t.keys, inner())
		p.mustSign(":")
		t.list = append(t.list, inner())
	}
	p.mustSign("}")
	return t
}
