package main

import (
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
)

func (p *parser) create() any {
	switch {
	case p.word("keyspace"), p.word("schema"):
		return p.keyspace()
	case p.word("table"), p.word("columnfamily"):
		return p.createTable()
	}
	p.fail()
	return nil
}

func (p *parser) keyspace() any {
	s := createKeyspace{ifNot: p.ifNotExists(), name: p.name()}
	p.must("with")
	for {
		option := p.name()
		p.mustSign("=")
		value := p.term()
		switch {
		case option == "replication" && value.kind == mapTerm:
			s.replication = plain(value)
		case option != "durable_writes":
			p.fail()
		}
		if !p.word("and") {
			return s
		}
	}
}

// plain is a map of literals.
func plain(t term) map[string]string {
	m := map[string]string{}
	for i, k := range t.keys {
		m[k.token.text] = t.list[i].token.text
	}
	return m
}

func (p *parser) createTable() any {
	s := createTable{ifNot: p.ifNotExists(), name: p.table(), options: map[string]string{}}
	p.mustSign("(")
	for {
		if p.word("primary", "key") {
			p.primary(&s)
		} else {
			p.column(&s)
		}
		if !p.sign(",") {
			break
		}
	}
	p.mustSign(")")
	if p.word("with") {
		p.tableOptions(&s)
	}
	return s
}

func (p *parser) column(s *createTable) {
	c := columnDef{name: p.name(), kind: p.kind()}
	c.static = p.word("static")
	s.columns = append(s.columns, c)
	if p.word("primary", "key") {
		s.partition = append(s.partition, c.name)
	}
}

func (p *parser) primary(s *createTable) {
	p.mustSign("(")
	if p.peek().kind == sign && p.peek().text == "(" {
		s.partition = append(s.partition, p.names()...)
	} else {
		s.partition = append(s.partition, p.name())
	}
	for p.sign(",") {
		s.clustering = append(s.clustering, p.name())
	}
	p.mustSign(")")
}

// tuning are the options that change nothing here.
var tuning = []string{"comment", "compaction", "compression", "caching", "gc_grace_seconds", "bloom_filter_fp_chance",
	"speculative_retry", "read_repair", "memtable_flush_period_in_ms", "min_index_interval", "max_index_interval", "crc_check_chance", "additional_write_policy", "cdc"}

func (p *parser) tableOptions(s *createTable) {
	for {
		if p.word("clustering", "order", "by") {
			p.mustSign("(")
			s.order = list(p, p.order)
			p.mustSign(")")
		} else {
			option := p.name()
			p.mustSign("=")
			value := p.term()
			if option == "default_time_to_live" {
				s.options[option] = value.token.text
			} else if !slices.Contains(tuning, option) {
				p.fail()
			}
		}
		if !p.word("and") {
			return
		}
	}
}

func (p *parser) alter() any {
	s := alterTable{name: p.table()}
	switch {
	case p.word("add"):
		s.add = list(p, func() columnDef {
			c := columnDef{name: p.name(), kind: p.kind()}
			c.static = p.word("static")
			return c
		})
	case p.word("drop"):
		s.drop = list(p, p.name)
	default:
		p.fail()
	}
	return s
}

func (p *parser) drop() any {
	switch {
	case p.word("keyspace"), p.word("schema"):
		return dropKeyspace{ifExists: p.ifExists(), name: p.name()}
	case p.word("table"), p.word("columnfamily"):
		return dropTable{ifExists: p.ifExists(), name: p.table()}
	}
	p.fail()
	return nil
}

// kind reads a column's type.
func (p *parser) kind() cqlType {
	if p.peek().kind != word {
		p.fail()
	}
	name := p.take().text // set is a reserved word, and a type
	switch name {
	case "frozen":
		p.mustSign("<")
		k := p.kind()
		p.mustSign(">")
		k.multi = false
		return k
	case "set", "list":
		p.mustSign("<")
		element := p.element()
		p.mustSign(">")
		if name == "set" {
			return cqlType{datatype.NewSet(element.DataType), true}
		}
		return cqlType{datatype.NewList(element.DataType), true}
	case "map":
		p.mustSign("<")
		key := p.element()
		p.mustSign(",")
		value := p.element()
		p.mustSign(">")
		return cqlType{datatype.NewMap(key.DataType, value.DataType), true}
	}
	if k, ok := simple[name]; ok {
		return cqlType{k, false}
	}
	panic(failure{invalid("Unknown type %s (this simulator knows no user types and no varint, decimal, duration, tuple or vector)", name)})
}

func (p *parser) element() cqlType {
	k := p.kind()
	if k.multi {
		panic(failure{invalid("Non-frozen collections are not allowed inside collections")})
	}
	return k
}
