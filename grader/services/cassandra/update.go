package main

import (
	"bytes"
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

func (b *binder) update(s updateIntent, current string, given int64) (*change, error) {
	c, err := b.begin(s.name, current, s.using, given, s.when.any())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, a := range s.set {
		names = append(names, a.column)
		col, err := c.table.column(a.column)
		if err != nil {
			return nil, err
		}
		if col.role == partitionKey || col.role == clusteringKey {
			return nil, invalid("PRIMARY KEY part %s found in SET part", a.column)
		}
	}
	if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(names) {
		return nil, invalid("Multiple assignments to one column in a statement are not known to this simulator")
	}
	// the markers of SET come before those of WHERE, but lists need the row
	all := newRow(nil)
	later := []func(*partition) error{}
	for _, a := range s.set {
		f, err := c.assign(all, a)
		if err != nil {
			return nil, err
		}
		if f != nil {
			later = append(later, f)
		}
	}
	keys, err := c.equalities(s.where)
	if err != nil {
		return nil, err
	}
	if err := c.demand(s.when); err != nil {
		return nil, err
	}
	if err := c.place(newRow(nil), keys, false, onlyStatics(c.table, names)); err != nil || b.preparing {
		return c, err
	}
	if err := c.withCurrent(later); err != nil {
		return nil, err
	}
	for a, x := range all.cells {
		c.home(a.column, c.rows[0], c.rows[1]).cells[a] = x
	}
	for name, written := range all.drops {
		c.home(name, c.rows[0], c.rows[1]).drops[name] = written
	}
	return c, nil
}

// withCurrent lets assignments to lists see what every replica has.
func (c *change) withCurrent(later []func(*partition) error) error {
	if len(later) == 0 {
		return nil
	}
	p := c.bind.cluster.everything(c.table, c.key)
	for _, f := range later {
		if err := f(p); err != nil {
			return err
		}
	}
	return nil
}

// everything merges what all replicas have, whatever their state.
func (c *cluster) everything(t *table, key [][]byte) *partition {
	merged := newPartition(key)
	for _, n := range c.nodes {
		if p := n.data[t][identity(key)]; p != nil {
			merged.add(p.all(), p.tombs)
		}
	}
	return merged
}

// equalities reads a WHERE that names whole primary keys.
func (c *change) equalities(where []relation) (map[*column][]byte, error) {
	keys := map[*column][]byte{}
	for _, r := range where {
		col, err := c.keyColumn(r)
		if err != nil {
			return nil, err
		}
		if r.op != "=" {
			return nil, invalid("Slice restrictions and IN are not known to this simulator in UPDATE: %s", col.name)
		}
		if _, twice := keys[col]; twice {
			return nil, invalid("%s cannot be restricted by more than one relation if it includes an Equal", col.name)
		}
		if keys[col], err = c.bind.mustCondition(c.table, r.value, col); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (b *binder) mustCondition(t *table, s term, col *column) ([]byte, error) {
	v, set, err := b.eval(t, s, col.name, col.kind)
	if err == nil && !b.preparing && (v == nil || !set) {
		err = invalid("Invalid null value in condition for column %s", col.name)
	}
	return v, err
}

func (c *change) keyColumn(r relation) (*column, error) {
	if r.token {
		return nil, invalid("The token function cannot be used in WHERE clauses for UPDATE and DELETE statements")
	}
	col, err := c.table.column(r.columns[0])
	if err == nil && col.role != partitionKey && col.role != clusteringKey {
		err = invalid("Non PRIMARY KEY columns found in where clause: %s ", col.name)
	}
	return col, err
}

// assign carries an assignment out, or returns what does when the row is known.
func (c *change) assign(r *row, a assignment) (func(*partition) error, error) {
	col := c.table.columns[a.column]
	code := col.kind.Code()
	switch {
	case code == primitive.DataTypeCodeCounter:
		return nil, c.count(r, col, a)
	case a.key != nil:
		return nil, c.element(r, col, *a.key, a.value)
	case a.op == "=":
		v, set, err := c.bind.eval(c.table, a.value, a.column, col.kind)
		if err == nil && set {
			err = c.put(r, col, v)
		}
		return nil, err
	case !col.kind.multi:
		return nil, invalid("Invalid operation (%s = %s %s ...) for non counter column %s", a.column, a.column, a.op, a.column)
	case code == primitive.DataTypeCodeList:
		return c.splice(r, col, a)
	case a.op == "^":
		return nil, invalid("Invalid operation: only lists take values in front, %s is %s", a.column, col.kind)
	}
	return nil, c.alter(r, col, a)
}

// count adds to a counter.
func (c *change) count(r *row, col *column, a assignment) error {
	if a.op != "+" && a.op != "-" {
		return invalid("Cannot set the value of counter column %s (counters can only be incremented/decremented, not set)", col.name)
	}
	v, err := c.bind.must(c.table, a.value, col.name, col.kind)
	if err != nil || c.bind.preparing {
		return err
	}
	n := number(v)
	if a.op == "-" {
		n = -n
	}
	c.bind.cluster.additions++
	r.cells[at{col.name, ""}] = cell{written: c.stamp, adds: map[uint64]int64{c.bind.cluster.additions: n}}
	return nil
}

// element sets one element of a map.
func (c *change) element(r *row, col *column, key, value term) error {
	if col.kind.Code() != primitive.DataTypeCodeMap || !col.kind.multi {
		return invalid("This simulator sets elements of maps only, %s is %s", col.name, col.kind)
	}
	keyKind, valueKind := col.kind.parts()
	k, err := c.bind.must(c.table, key, "key("+col.name+")", keyKind)
	if err != nil {
		return err
	}
	v, set, err := c.bind.eval(c.table, value, "value("+col.name+")", valueKind)
	if err == nil && set && !c.bind.preparing {
		r.cells[at{col.name, element(k)}] = c.cell(v)
	}
	return err
}

// alter adds elements to a set or a map, or takes them out.
func (c *change) alter(r *row, col *column, a assignment) error {
	kind := col.kind
	if key, value := kind.parts(); a.op == "-" && value.DataType != nil {
		kind = setOf(key) // a map loses keys
	}
	v, set, err := c.bind.eval(c.table, a.value, col.name, kind)
	if err != nil || !set || v == nil || c.bind.preparing {
		return err
	}
	if a.op == "+" {
		return c.addElements(r, col, v)
	}
	all, err := kind.split(v)
	for _, p := range all {
		r.cells[at{col.name, element(p.key)}] = c.cell(nil)
	}
	return err
}

// splice changes a list when the row is known.
func (c *change) splice(r *row, col *column, a assignment) (func(*partition) error, error) {
	v, set, err := c.bind.eval(c.table, a.value, col.name, col.kind)
	if err != nil || !set || v == nil || c.bind.preparing {
		return nil, err
	}
	return func(p *partition) error {
		given, err := col.kind.split(v)
		if err != nil {
			return err
		}
		have, err := col.kind.elements(p.current(c.row, col, c))
		if err != nil {
			return err
		}
		switch a.op {
		case "+":
			have = append(have, given...)
		case "^":
			have = append(given, have...)
		default:
			have = slices.DeleteFunc(have, func(h pair) bool {
				return slices.ContainsFunc(given, func(g pair) bool { return bytes.Equal(g.value, h.value) })
			})
		}
		return c.put(r, col, col.kind.join(have))
	}, nil
}

// elements is split, of nothing too.
func (k cqlType) elements(v []byte) ([]pair, error) {
	if v == nil {
		return nil, nil
	}
	return k.split(v)
}

// current is the value of a column in a row of the partition, nil for none.
func (p *partition) current(key [][]byte, col *column, c *change) []byte {
	r, role := p.static, static
	if col.role == regular {
		r, role = p.rows[identity(key)], regular
	}
	if r == nil {
		return nil
	}
	return p.view(c.table, r, role, c.bind.cluster.now()).values[col.name]
}
