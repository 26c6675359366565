package main

import "slices"

func (p *parser) using() (u using) {
	if !p.word("using") {
		return u
	}
	for {
		switch {
		case p.word("ttl"):
			t := p.term()
			u.ttl = &t
		case p.word("timestamp"):
			t := p.term()
			u.timestamp = &t
		default:
			p.fail()
		}
		if !p.word("and") {
			return u
		}
	}
}

func (p *parser) insert() any {
	s := insertIntent{name: p.table()}
	s.columns = p.names()
	p.must("values")
	p.mustSign("(")
	s.values = list(p, p.term)
	p.mustSign(")")
	s.ifNot = p.ifNotExists()
	s.using = p.using()
	if !s.ifNot {
		s.ifNot = p.ifNotExists()
	}
	return s
}

func (p *parser) update() any {
	s := updateIntent{name: p.table(), using: p.using()}
	p.must("set")
	s.set = list(p, p.assignment)
	p.must("where")
	s.where = p.relations()
	s.when = p.conditions()
	return s
}

func (p *parser) assignment() assignment {
	a := assignment{target: p.target(), op: "="}
	p.mustSign("=")
	if a.key == nil && p.isName(a.column) { // c = c + v
		p.take()
		return p.difference(a)
	}
	a.value = p.term()
	if a.key == nil && p.sign("+") { // c = v + c
		if !p.isName(a.column) {
			p.fail()
		}
		p.take()
		a.op = "^"
	}
	return a
}

func (p *parser) difference(a assignment) assignment {
	switch t := p.peek(); {
	case p.sign("+"):
		a.op = "+"
	case p.sign("-"):
		a.op = "-"
	case t.kind == integer && t.text[0] == '-': // c = c -1
		a.op = "+"
	default:
		p.fail()
	}
	a.value = p.term()
	return a
}

func (p *parser) isName(name string) bool {
	t := p.peek()
	return (t.kind == word || t.kind == quoted) && t.text == name
}

func (p *parser) target() target {
	t := target{column: p.name()}
	if p.sign("[") {
		key := p.term()
		t.key = &key
		p.mustSign("]")
	}
	return t
}

func (p *parser) delete() any {
	var s deleteIntent
	if !p.is("from") {
		s.columns = list(p, p.target)
	}
	p.must("from")
	s.name = p.table()
	s.using = p.using()
	p.must("where")
	s.where = p.relations()
	s.when = p.conditions()
	return s
}

func (p *parser) conditions() (c conditions) {
	if !p.word("if") {
		return c
	}
	if p.word("exists") {
		return conditions{exists: true}
	}
	return conditions{list: p.relations()}
}

func (p *parser) relations() []relation {
	all := []relation{p.relation()}
	for p.word("and") {
		all = append(all, p.relation())
	}
	return all
}

var comparisons = []string{"=", "<", ">", "<=", ">=", "!="}

func (p *parser) relation() relation {
	var r relation
	if p.word("token") {
		r.token, r.columns = true, p.names()
	} else {
		r.columns = []string{p.name()}
	}
	t := p.take()
	switch {
	case t.kind == sign && slices.Contains(comparisons, t.text):
		r.op, r.value = t.text, p.tokenOr()
	case t.kind == word && t.text == "in" && !r.token:
		r.op = "in"
		p.in(&r)
	default:
		p.at--
		p.fail()
	}
	return r
}

// tokenOr reads a term; token is a reserved word and a function.
func (p *parser) tokenOr() term {
	if !p.word("token") {
		return p.term()
	}
	t := term{kind: callTerm, name: "token"}
	p.mustSign("(")
	t.list = list(p, p.term)
	p.mustSign(")")
	return t
}

func (p *parser) in(r *relation) {
	if p.peek().kind == marker {
		r.value = p.marker()
		return
	}
	p.mustSign("(")
	if p.sign(")") {
		return
	}
	r.list = list(p, p.term)
	p.mustSign(")")
}

func (p *parser) batch() any {
	b := batchIntent{kind: "logged"}
	for _, kind := range []string{"unlogged", "counter"} {
		if p.word(kind) {
			b.kind = kind
			break
		}
	}
	p.must("batch")
	b.using = p.using()
	for !p.word("apply", "batch") {
		switch {
		case p.word("insert", "into"):
			b.statements = append(b.statements, p.insert())
		case p.word("update"):
			b.statements = append(b.statements, p.update())
		case p.word("delete"):
			b.statements = append(b.statements, p.delete())
		default:
			p.fail()
		}
		p.sign(";")
	}
	return b
}

func (p *parser) selecting() any {
	var s selectIntent
	s.distinct = p.word("distinct")
	if !p.sign("*") {
		s.selectors = list(p, p.selector)
	}
	p.must("from")
	s.name = p.table()
	if p.word("where") {
		s.where = p.relations()
	}
	if p.word("order", "by") {
		s.order = list(p, p.order)
	}
	if p.word("per", "partition", "limit") {
		t := p.term()
		s.perPart = &t
	}
	if p.word("limit") {
		t := p.term()
		s.limit = &t
	}
	s.filtering = p.word("allow", "filtering")
	return s
}

func (p *parser) order() orderBy {
	o := orderBy{column: p.name()}
	o.desc = p.word("desc")
	if !o.desc {
		p.word("asc")
	}
	return o
}

var functions = []string{"count", "min", "max", "sum", "avg", "ttl", "writetime", "token"}

func (p *parser) selector() selector {
	var s selector
	if p.word("token") { // a reserved word
		s.function = "token"
	} else {
		s.columns = []string{p.name()}
	}
	switch {
	case s.function == "token":
		s.columns = p.names()
	case p.sign("("):
		s.function = s.columns[0]
		s.columns = p.argument(s.function)
	}
	if p.word("as") {
		s.alias = p.name()
	}
	return s
}

// argument reads a function's one column; count has a * or 1, which is none.
func (p *parser) argument(function string) (columns []string) {
	if !slices.Contains(functions, function) {
		p.at--
		p.fail()
	}
	switch {
	case function == "count" && p.sign("*"):
	case function == "count" && p.peek().kind == integer && p.peek().text == "1":
		p.take()
	default:
		columns = []string{p.name()}
	}
	p.mustSign(")")
	return columns
}
