package main

import (
	"cmp"
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
)

// filter is a condition that a row must meet: one of the values for "=" and in.
type filter struct {
	column *column
	op     string
	values [][]byte
}

// plan is how a SELECT finds its rows.
type plan struct {
	table     *table
	keys      [][][]byte // the partitions; nil: all of them
	token     []bound    // on the token, whose column is nil
	filters   []filter   // on clustering and other columns, and on a part of the partition key
	filtering bool       // rows are read to be thrown away
	reverse   bool
	named     bool // the conditions name whole partition keys
	sorted    bool // ORDER BY goes over several partitions
}

// plan reads WHERE and ORDER BY and refuses what Cassandra would not run.
func (b *binder) plan(t *table, s selectIntent) (*plan, error) {
	p := &plan{table: t}
	for _, r := range s.where {
		if err := p.relation(b, r); err != nil {
			return nil, err
		}
	}
	if err := p.partitions(s.filtering, b.preparing); err != nil {
		return nil, err
	}
	if err := p.clustering(s.filtering); err != nil {
		return nil, err
	}
	return p, p.order(s.order)
}

func (p *plan) relation(b *binder, r relation) error {
	if r.token {
		return p.ring(b, r)
	}
	col, err := p.table.column(r.columns[0])
	if err != nil {
		return err
	}
	if col.kind.multi || r.op == "!=" {
		return invalid("Unsupported \"%s\" relation on column %s of type %s", r.op, col.name, col.kind)
	}
	values, err := b.operands(p.table, r, col)
	if err != nil {
		return err
	}
	if !b.preparing && slices.ContainsFunc(values, func(v []byte) bool { return v == nil }) {
		return invalid("Invalid null value in condition for column %s", col.name)
	}
	p.filters = append(p.filters, filter{col, r.op, values})
	return nil
}

// ring is a condition on the token of whole partition keys.
func (p *plan) ring(b *binder, r relation) error {
	for i, name := range r.columns {
		if i >= len(p.table.partition) || p.table.partition[i].name != name || len(r.columns) != len(p.table.partition) {
			return invalid("The token() function must be applied to all partition key components or none of them")
		}
	}
	if r.op == "!=" {
		return invalid("Unsupported \"!=\" relation: token(...) != ...")
	}
	v, err := b.must(p.table, r.value, "partition key token", cqlType{DataType: datatype.Bigint})
	p.token = append(p.token, bound{&column{kind: cqlType{DataType: datatype.Bigint}}, r.op, v})
	return err
}

func (f filter) equal() bool { return f.op == "=" || f.op == "in" }

func (p *plan) on(c *column) (all []filter) {
	for _, f := range p.filters {
		if f.column == c {
			all = append(all, f)
		}
	}
	return all
}

// partitions finds the whole keys that the conditions name.
func (p *plan) partitions(filtering, preparing bool) error {
	keys, named := [][][]byte{{}}, 0
	for _, c := range p.table.partition {
		on := p.on(c)
		if len(on) > 1 && slices.ContainsFunc(on, filter.equal) {
			return invalid("%s cannot be restricted by more than one relation if it includes an Equal", c.name)
		}
		if len(on) == 0 {
			continue
		}
		if !on[0].equal() {
			if !filtering {
				return invalid("Only EQ and IN relation are supported on the partition key (unless you use the token() function)")
			}
			continue
		}
		named++
		keys = times(keys, on[0].values)
	}
	switch {
	case named == len(p.table.partition):
		p.named = true
		slices.SortFunc(keys, comparePartitions)
		p.keys = slices.CompactFunc(keys, func(a, b [][]byte) bool { return comparePartitions(a, b) == 0 })
		p.filters = slices.DeleteFunc(p.filters, func(f filter) bool { return f.column.role == partitionKey })
	case slices.ContainsFunc(p.filters, func(f filter) bool { return f.column.role == partitionKey }):
		return p.allow(filtering)
	}
	if preparing {
		p.keys = nil
	}
	return nil
}

// times appends each value to each list.
func times(lists [][][]byte, values [][]byte) (all [][][]byte) {
	for _, l := range lists {
		for _, v := range values {
			all = append(all, append(slices.Clone(l), v))
		}
	}
	return all
}

// allow refuses to filter unless the statement says so.
func (p *plan) allow(filtering bool) error {
	if !filtering {
		return invalid(filteringMessage)
	}
	p.filtering = true
	return nil
}

// clustering checks the conditions on the columns beside the partition key.
func (p *plan) clustering(filtering bool) error {
	var bounds []bound
	others := false
	for _, f := range p.filters {
		if f.column.role == clusteringKey {
			bounds = append(bounds, bound{column: f.column, op: f.op})
		} else if f.column.role != partitionKey {
			others = true
		}
	}
	if err := prefix(p.table, bounds); err != nil {
		if !filtering {
			return err
		}
		p.filtering = true
	}
	if others || len(bounds) > 0 && !p.named {
		return p.allow(filtering)
	}
	return nil
}

// order checks ORDER BY: the clustering order, or all of it turned round.
func (p *plan) order(list []orderBy) error {
	if len(list) > 0 && !p.named {
		return invalid("ORDER BY is only supported when the partition key is restricted by an EQ or an IN.")
	}
	place := 0
	for i, o := range list {
		col, err := p.table.column(o.column)
		if err != nil {
			return err
		}
		if col.role != clusteringKey {
			return invalid("Order by is currently only supported on the clustered columns of the PRIMARY KEY, got %s", o.column)
		}
		for place < col.place && p.fixed(p.table.cluster[place]) {
			place++
		}
		if col.place != place {
			return invalid("Order by currently only supports the ordering of columns following their declared order in the PRIMARY KEY")
		}
		place++
		p.sorted = len(p.keys) > 1
		if turned := o.desc != col.desc; i == 0 {
			p.reverse = turned
		} else if turned != p.reverse {
			return invalid("Unsupported order by relation")
		}
	}
	return nil
}

func (p *plan) fixed(c *column) bool {
	on := p.on(c)
	return len(on) == 1 && on[0].op == "="
}

// fits tells whether a row meets all conditions on columns of a role.
func (p *plan) fits(r *liveRow, roles ...columnRole) bool {
	for _, f := range p.filters {
		if slices.Contains(roles, f.column.role) && !f.fits(r.value(f.column)) {
			return false
		}
	}
	return true
}

func (f filter) fits(v []byte) bool {
	if v == nil {
		return false
	}
	op := f.op
	if op == "in" {
		op = "="
	}
	return slices.ContainsFunc(f.values, func(want []byte) bool { return bound{f.column, op, want}.fits(v) })
}

// compare is the order in which rows are answered.
func (p *plan) compare(a, b *liveRow) int {
	keys := p.table.compareKeys(a.key, b.key)
	if p.reverse {
		keys = -keys
	}
	ring := comparePartitions(a.partition, b.partition)
	if p.sorted {
		return cmp.Or(keys, ring)
	}
	return cmp.Or(ring, keys)
}
