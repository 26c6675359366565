package main

import (
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// demand reads the IF of an UPDATE or DELETE.
func (c *change) demand(when conditions) error {
	if !when.any() {
		return nil
	}
	if c.table.counters {
		return invalid("Conditional updates are not supported on counter tables")
	}
	c.when = &demand{exists: when.exists}
	for _, r := range when.list {
		col, err := c.table.column(r.columns[0])
		switch {
		case err != nil:
			return err
		case r.token:
			return invalid("The token function cannot be used in IF conditions")
		case col.role == partitionKey || col.role == clusteringKey:
			return invalid("PRIMARY KEY column '%s' cannot have IF conditions", col.name)
		}
		values, err := c.bind.operands(c.table, r, col)
		if err != nil {
			return err
		}
		c.when.list = append(c.when.list, test{col, r.op, values})
	}
	return nil
}

// operands are the values that a relation compares a column with.
func (b *binder) operands(t *table, r relation, col *column) ([][]byte, error) {
	if r.op != "in" {
		v, _, err := b.eval(t, r.value, col.name, col.kind)
		return [][]byte{v}, err
	}
	if r.value.kind == markerTerm && r.list == nil {
		kind := cqlType{DataType: datatype.NewList(col.kind.DataType)}
		v, err := b.must(t, r.value, "in("+col.name+")", kind)
		if err != nil || b.preparing {
			return nil, err
		}
		all, err := kind.split(v)
		var values [][]byte
		for _, p := range all {
			values = append(values, p.value)
		}
		return values, err
	}
	var values [][]byte
	for _, item := range r.list {
		v, _, err := b.eval(t, item, col.name, col.kind)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// holds tells whether the demand is met by the row, nil for none.
func (d *demand) holds(r *liveRow) (bool, error) {
	if d.absent || d.exists {
		return d.absent == (r == nil), nil
	}
	if r == nil {
		r = &liveRow{} // all of it is null
	}
	for _, t := range d.list {
		ok, err := t.holds(r.value(t.column))
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (t test) holds(have []byte) (bool, error) {
	any := func(want []byte) bool {
		return have == nil && want == nil || have != nil && want != nil && t.column.kind.compare(have, want) == 0
	}
	switch {
	case t.op == "in":
		return slices.ContainsFunc(t.values, any), nil
	case t.op == "=":
		return any(t.values[0]), nil
	case t.op == "!=":
		return !any(t.values[0]), nil
	case t.values[0] == nil:
		return false, invalid("Invalid comparison with null for operator \"%s\"", t.op)
	case have == nil:
		return false, nil
	}
	return bound{t.column, t.op, t.values[0]}.fits(have), nil
}

// current is the row that a change's demand is about, nil for none.
func (c *cluster) current(x *change, p *partition) *liveRow {
	if x.row == nil {
		l := p.view(x.table, p.static, static, c.now())
		if len(l.values) == 0 {
			return nil
		}
		return l
	}
	rows, _ := p.live(x.table, c.now())
	i := slices.IndexFunc(rows, func(r *liveRow) bool { return r.key != nil && x.table.compareKeys(r.key, x.row) == 0 })
	if i < 0 {
		return nil
	}
	return rows[i]
}

// decide carries out changes of one partition if all their demands are met, as
// Paxos would: a majority must answer at the serial level.
func (c *cluster) decide(all []*change, level, serial primitive.ConsistencyLevel, batch bool) (message.Message, error) {
	t, key := all[0].table, all[0].key
	for _, x := range all {
		if x.table != t || identity(x.key) != identity(key) {
			return nil, invalid("Batch with conditions cannot span multiple %s", map[bool]string{true: "tables", false: "partitions"}[x.table != t])
		}
		if x.when != nil && x.row == nil && !x.when.onlyStatics() && len(x.tombs) > 0 {
			return nil, invalid("DELETE statements must restrict all PRIMARY KEY columns with equality relations in order to use IF conditions, or the IF conditions must be on static columns only")
		}
	}
	holders := c.holders(t, key)
	if err := available(holders, serial, t.keyspace.factor); err != nil {
		return nil, err
	}
	if got, need := count(holders, up), required(serial, t.keyspace.factor); got < need {
		return nil, &refusal{&message.WriteTimeout{ErrorMessage: "CAS operation timed out", Consistency: serial, Received: int32(got), BlockFor: int32(need), WriteType: primitive.WriteTypeCas}}
	}
	p := newPartition(key)
	for _, n := range holders {
		if have := n.data[t][identity(key)]; have != nil && n.state == up {
			p.add(have.all(), have.tombs)
		}
	}
	var mutations []*mutation
	for _, x := range all {
		if x.when == nil {
			mutations = append(mutations, x.mutation)
			continue
		}
		row := c.current(x, p)
		if ok, err := x.when.holds(row); err != nil {
			return nil, err
		} else if !ok {
			return applied(x, row, batch), nil
		}
		mutations = append(mutations, x.mutation)
	}
	if err := c.write(mutations, level, primitive.WriteTypeSimple); err != nil {
		return nil, err
	}
	return applied(nil, nil, batch), nil
}

func (d *demand) onlyStatics() bool {
	return len(d.list) > 0 && !slices.ContainsFunc(d.list, func(t test) bool { return t.column.role != static })
}

// applied is the answer to a conditional statement; x is the change that was
// refused and row what stood against it.
func applied(x *change, row *liveRow, batch bool) message.Message {
	name := &message.ColumnMetadata{Keyspace: "", Table: "", Name: "[applied]", Type: datatype.Boolean}
	columns, values := []*message.ColumnMetadata{name}, message.Row{{1}}
	if x != nil {
		values[0] = []byte{0}
		for _, col := range x.told(batch) {
			if row != nil {
				columns = append(columns, x.table.meta(col, int32(len(columns))))
				values = append(values, row.value(col))
			}
		}
	}
	if x != nil {
		name.Keyspace, name.Table = x.table.keyspace.name, x.table.name
	}
	return &message.RowsResult{Metadata: &message.RowsMetadata{ColumnCount: int32(len(columns)), Columns: columns}, Data: message.RowSet{values}}
}

// told are the columns that a refused change tells about.
func (x *change) told(batch bool) []*column {
	if x.when.absent {
		return x.table.all()
	}
	var all []*column
	if batch {
		all = slices.Concat(x.table.partition, x.table.cluster)
	}
	for _, t := range x.when.list {
		if !slices.Contains(all, t.column) {
			all = append(all, t.column)
		}
	}
	return all
}

func (t *table) meta(c *column, index int32) *message.ColumnMetadata {
	return &message.ColumnMetadata{Keyspace: t.keyspace.name, Table: t.name, Name: c.name, Index: index, Type: c.kind.DataType}
}
