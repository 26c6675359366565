package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// change is a statement that writes, made ready: one mutation, and what must
// hold before it.
type change struct {
	*mutation
	when   *demand  // nil: nothing
	row    [][]byte // the clustering that when is about, nil for the static row
	stamp  int64
	expiry cell // what TTL gives to each cell: expires and life
	bind   *binder
}

// demand is the IF of a statement.
type demand struct {
	absent bool // IF NOT EXISTS
	exists bool
	list   []test
}

// test is a condition on a column; a nil value is null.
type test struct {
	column *column
	op     string
	values [][]byte
}

// build makes a statement ready. given is the time of writing that the client
// brings, 0 for none.
func (b *binder) build(s any, current string, given int64) (*change, error) {
	switch s := s.(type) {
	case insertIntent:
		return b.insert(s, current, given)
	case updateIntent:
		return b.update(s, current, given)
	case deleteIntent:
		return b.delete(s, current, given)
	}
	return nil, invalid("Only INSERT, UPDATE and DELETE statements are allowed in a batch")
}

// begin starts a change of a table.
func (b *binder) begin(n tableName, current string, u using, given int64, conditional bool) (*change, error) {
	t, err := b.cluster.table(n, current)
	if err != nil {
		return nil, err
	}
	c := &change{mutation: &mutation{table: t}, bind: b}
	if conditional && u.timestamp != nil {
		return nil, invalid("Cannot provide custom timestamp for conditional updates")
	}
	if c.stamp, err = b.number(t, u.timestamp, "[timestamp]", datatype.Bigint, given); err != nil {
		return nil, err
	}
	if conditional || c.stamp == 0 {
		c.stamp = b.cluster.micros()
	}
	return c, c.live(u)
}

// live reads the TTL.
func (c *change) live(u using) error {
	life, err := c.bind.number(c.table, u.ttl, "[ttl]", datatype.Int, int64(c.table.life))
	switch {
	case err != nil:
		return err
	case life < 0:
		return invalid("A TTL must be greater or equal to 0, but was %d", life)
	case life > 20*365*24*3600:
		return invalid("ttl is too large. requested (%d) maximum (630720000)", life)
	case life > 0:
		c.expiry = cell{expires: c.bind.cluster.now().Add(time.Duration(life) * time.Second), life: int(life)}
	}
	return nil
}

// cell is a value at the change's time; nil is a tombstone.
func (c *change) cell(v []byte) cell {
	if v == nil {
		return cell{written: c.stamp, dead: true}
	}
	return cell{value: v, written: c.stamp, expires: c.expiry.expires, life: c.expiry.life}
}

// put sets a column of a row to a value.
func (c *change) put(r *row, col *column, v []byte) error {
	if !col.kind.multi {
		r.cells[at{col.name, ""}] = c.cell(v)
		return nil
	}
	r.drops[col.name] = c.stamp
	if v == nil {
		return nil
	}
	r.drops[col.name] = c.stamp - 1
	return c.addElements(r, col, v)
}

// addElements adds a collection's elements to what is there.
func (c *change) addElements(r *row, col *column, v []byte) error {
	if c.bind.preparing {
		return nil
	}
	if col.kind.Code() == primitive.DataTypeCodeList {
		r.cells[at{col.name, whole}] = c.cell(v)
		return nil
	}
	all, err := col.kind.split(v)
	for _, p := range all {
		x := c.cell(p.key)
		x.value = p.value
		r.cells[at{col.name, element(p.key)}] = x
	}
	return err
}

func (b *binder) insert(s insertIntent, current string, given int64) (*change, error) {
	c, err := b.begin(s.name, current, s.using, given, s.ifNot)
	if err != nil {
		return nil, err
	}
	if len(s.columns) != len(s.values) {
		return nil, invalid("Unmatched column names/values")
	}
	if c.table.counters {
		return nil, invalid("INSERT statements are not allowed on counter tables, use UPDATE instead")
	}
	keys := map[*column][]byte{}
	all := newRow(nil)
	for i, name := range s.columns {
		col, err := c.table.column(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(s.columns[:i], name) {
			return nil, invalid("The column names contains duplicates")
		}
		v, set, err := b.eval(c.table, s.values[i], name, col.kind)
		switch {
		case err != nil:
			return nil, err
		case col.role == partitionKey || col.role == clusteringKey:
			if keys[col] = v; !b.preparing && (v == nil || !set) {
				return nil, invalid("Invalid null value in condition for column %s", name)
			}
		case set:
			if err := c.put(all, col, v); err != nil {
				return nil, err
			}
		}
	}
	if s.ifNot {
		c.when = &demand{absent: true}
	}
	return c, c.place(all, keys, true, onlyStatics(c.table, s.columns))
}

// onlyStatics tells whether the columns beside the partition key are static.
func onlyStatics(t *table, names []string) bool {
	statics := false
	for _, n := range names {
		switch c := t.columns[n]; {
		case c.role == static:
			statics = true
		case c.role != partitionKey:
			return false
		}
	}
	return statics
}

// place puts the cells into the rows that they belong to.
func (c *change) place(all *row, keys map[*column][]byte, marker, statics bool) error {
	var err error
	if c.key, err = need(c.table.partition, keys, "Some partition key parts are missing: %s"); err != nil {
		return err
	}
	if len(c.key) == 1 && len(c.key[0]) == 0 && !c.bind.preparing {
		return invalid("Key may not be empty")
	}
	r := newRow(nil)
	if !statics {
		if r.key, err = need(c.table.cluster, keys, "Some clustering keys are missing: %s"); err != nil {
			return err
		}
		c.row = r.key
		if marker {
			r.marker = c.cell([]byte{})
		}
	}
	shared := newRow(nil)
	for a, x := range all.cells {
		c.home(a.column, r, shared).cells[a] = x
	}
	for name, written := range all.drops {
		c.home(name, r, shared).drops[name] = written
	}
	c.rows = append(c.rows, r, shared)
	return nil
}

func (c *change) home(name string, r, shared *row) *row {
	if c.table.columns[name].role == static {
		return shared
	}
	return r
}

// need returns the values of key columns, all of which must be there. The list
// is not nil.
func need(columns []*column, keys map[*column][]byte, format string) ([][]byte, error) {
	values := [][]byte{}
	for _, col := range columns {
		v, ok := keys[col]
		if !ok {
			return nil, invalid(format, col.name)
		}
		values = append(values, v)
	}
	return values, nil
}

// showKey writes a partition key for people.
func (t *table) showKey(key [][]byte) string {
	text := ""
	for i, c := range t.partition {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s=%s", c.name, c.kind.show(key[i]))
	}
	return text
}
