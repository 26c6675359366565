package main

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// query is a SELECT made ready.
type query struct {
	*plan
	outputs   []output
	aggregate bool
	distinct  bool
	perPart   int
	limit     int
}

// selecting makes a SELECT ready; t is its table.
func (b *binder) selecting(t *table, s selectIntent) (*query, error) {
	p, err := b.plan(t, s)
	if err != nil {
		return nil, err
	}
	q := &query{plan: p, distinct: s.distinct}
	if q.outputs, q.aggregate, err = b.cluster.outputs(t, s); err != nil {
		return nil, err
	}
	for _, sel := range s.selectors {
		for _, n := range sel.columns {
			if c := t.columns[n]; s.distinct && c.role != partitionKey && c.role != static {
				return nil, invalid("SELECT DISTINCT queries must only request partition key columns and/or static columns (not %s)", n)
			}
		}
	}
	if q.perPart, err = b.limit(t, s.perPart, "[per_partition_limit]", "PER PARTITION LIMIT"); err != nil {
		return nil, err
	}
	q.limit, err = b.limit(t, s.limit, "[limit]", "LIMIT")
	return q, err
}

func (b *binder) limit(t *table, s *term, name, shown string) (int, error) {
	n, err := b.number(t, s, name, datatype.Int, math.MaxInt32)
	if err == nil && n <= 0 && !b.preparing {
		err = invalid("%s must be strictly positive", shown)
	}
	return int(n), err
}

func (q *query) metadata() *message.RowsMetadata {
	m := &message.RowsMetadata{ColumnCount: int32(len(q.outputs)), Columns: []*message.ColumnMetadata{}}
	for _, o := range q.outputs {
		m.Columns = append(m.Columns, o.meta)
	}
	return m
}

// fetch returns the rows of the plan in their order.
func (c *cluster) fetch(q *query, level primitive.ConsistencyLevel, note *statement) ([]*liveRow, error) {
	keys := q.keys
	if !q.named {
		keys, note.Scan = c.keys(q.table), true
		if err := available(c.nodes, level, q.table.keyspace.factor); err != nil {
			return nil, err
		}
	}
	var all []*liveRow
	for _, key := range keys {
		if !q.onRing(key) {
			continue
		}
		p, err := c.read(q.table, key, level)
		if err != nil {
			return nil, err
		}
		note.Partitions = append(note.Partitions, q.table.showKey(key))
		rows, dead := p.live(q.table, c.now())
		note.Dead += dead
		all = append(all, q.pick(rows, note)...)
	}
	slices.SortStableFunc(all, q.compare)
	return all, nil
}

func (q *query) onRing(key [][]byte) bool {
	for _, b := range q.token {
		if !b.fits(integral(tokenOf(key), 8)) {
			return false
		}
	}
	return true
}

// pick takes the rows of one partition that the conditions let through.
func (q *query) pick(rows []*liveRow, note *statement) (all []*liveRow) {
	if q.reverse {
		slices.Reverse(rows)
	}
	for _, r := range rows {
		ranged := q.fits(r, clusteringKey)
		if ranged || q.filtering {
			note.Read++
		}
		if ranged && q.fits(r, partitionKey, regular, static) && len(all) < q.perPart {
			all = append(all, r)
		}
	}
	if q.distinct && len(all) > 1 {
		all = all[:1]
	}
	return all
}

// answer makes the result: of all rows, or of a page of them.
func (q *query) answer(rows []*liveRow, options *message.QueryOptions, note *statement) (message.Message, error) {
	result := &message.RowsResult{Metadata: q.metadata(), Data: message.RowSet{}}
	note.Filtering = q.filtering
	if q.aggregate {
		result.Data = append(result.Data, q.together(rows))
		note.Returned = 1
		return result, nil
	}
	before, err := q.resume(&rows, options.PagingState)
	if err != nil {
		return nil, err
	}
	rows = rows[:min(len(rows), max(q.limit-before, 0))]
	if size := int(options.PageSize); size > 0 && len(rows) > size {
		if q.sorted {
			return nil, invalid("Cannot page queries with both ORDER BY and a IN restriction on the partition key; you must either remove the ORDER BY or the IN and sort client side, or disable paging for this query")
		}
		rows = rows[:size]
		result.Metadata.PagingState = pageState(before+size, rows[size-1])
	}
	note.Returned = len(rows)
	for _, r := range rows {
		var out message.Row
		for _, o := range q.outputs {
			out = append(out, o.row(r))
		}
		result.Data = append(result.Data, out)
	}
	return result, nil
}

// together is the one row of aggregates; plain columns are those of the first.
func (q *query) together(rows []*liveRow) (out message.Row) {
	for _, o := range q.outputs {
		switch {
		case o.all != nil:
			out = append(out, o.all(rows))
		case len(rows) > 0:
			out = append(out, o.row(rows[0]))
		default:
			out = append(out, nil)
		}
	}
	return out
}

// pageState says where a page ended: how many rows came before, and its last row.
func pageState(count int, r *liveRow) []byte {
	key := identity(r.partition)
	b := binary.BigEndian.AppendUint32(nil, uint32(count))
	b = binary.BigEndian.AppendUint32(b, uint32(len(key)))
	b = append(append(b, key...), 0)
	if r.key != nil {
		b[len(b)-1] = 1
	}
	return append(b, identity(r.key)...)
}

// resume leaves the rows behind a page state.
func (q *query) resume(rows *[]*liveRow, state []byte) (count int, err error) {
	if len(state) == 0 {
		return 0, nil
	}
	wrong := &refusal{&message.ProtocolError{ErrorMessage: "Invalid value for the paging state"}}
	if len(state) < 9 {
		return 0, wrong
	}
	count, length := int(binary.BigEndian.Uint32(state)), int(binary.BigEndian.Uint32(state[4:]))
	if length < 0 || length > len(state)-9 {
		return 0, wrong
	}
	last := &liveRow{}
	var okKey, okRow bool
	last.partition, okKey = values(state[8 : 8+length])
	last.key, okRow = values(state[9+length:])
	if !okKey || !okRow || len(last.partition) != len(q.table.partition) {
		return 0, wrong
	}
	if state[8+length] == 0 {
		last.key = nil
	}
	*rows = slices.DeleteFunc(*rows, func(r *liveRow) bool { return q.compare(r, last) <= 0 })
	return count, nil
}

// values unpacks an identity.
func values(b []byte) (all [][]byte, ok bool) {
	for len(b) > 0 {
		if len(b) < 4 {
			return nil, false
		}
		n := int(binary.BigEndian.Uint32(b))
		if n < 0 || n > len(b)-4 {
			return nil, false
		}
		all, b = append(all, b[4:4+n]), b[4+n:]
	}
	return all, true
}
