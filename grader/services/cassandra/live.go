package main

import (
	"slices"
	"time"
)

// liveRow is a row as queries see it.
type liveRow struct {
	partition [][]byte
	key       [][]byte // nil: only static columns have values
	values    map[string][]byte
	cells     map[string]cell // of single-cell columns, for ttl and writetime
}

// value returns a column's value, nil for null.
func (r *liveRow) value(c *column) []byte {
	switch {
	case c.role == partitionKey:
		return r.partition[c.place]
	case c.role == clusteringKey && r.key == nil:
		return nil
	case c.role == clusteringKey:
		return r.key[c.place]
	}
	return r.values[c.name]
}

// live returns the rows that are there at a time, in clustering order, and how
// many were passed over because they are dead.
func (p *partition) live(t *table, now time.Time) (rows []*liveRow, dead int) {
	statics := p.view(t, p.static, static, now)
	for _, r := range p.rows {
		l := p.view(t, r, regular, now)
		there := r.marker.alive(now) && r.marker.written > p.deleted(r)
		if !there && len(l.values) == 0 {
			dead++
			continue
		}
		for name, v := range statics.values {
			l.values[name], l.cells[name] = v, statics.cells[name]
		}
		rows = append(rows, l)
	}
	if len(rows) == 0 && len(statics.values) > 0 {
		return []*liveRow{statics}, dead
	}
	slices.SortFunc(rows, func(a, b *liveRow) int { return t.compareKeys(a.key, b.key) })
	return rows, dead
}

// view reads the columns of one role out of a row.
func (p *partition) view(t *table, r *row, role columnRole, now time.Time) *liveRow {
	l := &liveRow{partition: p.key, key: r.key, values: map[string][]byte{}, cells: map[string]cell{}}
	deleted := p.deleted(r)
	for _, c := range t.rest {
		if c.role != role {
			continue
		}
		if c.kind.multi {
			if v := r.collection(c, deleted, now); v != nil {
				l.values[c.name] = v
			}
		} else if x := r.cells[at{c.name, ""}]; x.alive(now) && x.written > deleted {
			l.cells[c.name], l.values[c.name] = x, x.shown()
		}
	}
	return l
}

// shown is the cell's value, of a counter its sum.
func (c cell) shown() []byte {
	if c.adds == nil {
		return c.value
	}
	var sum int64
	for _, n := range c.adds {
		sum += n
	}
	return integral(sum, 8)
}

// collection puts a collection together, nil for an empty one, which Cassandra
// cannot tell from null.
func (r *row) collection(c *column, deleted int64, now time.Time) []byte {
	deleted = max(deleted, r.drops[c.name])
	var all []pair
	for a, x := range r.cells {
		if a.column != c.name || !x.alive(now) || x.written <= deleted {
			continue
		}
		if a.element == whole {
			return x.value // a list
		}
		all = append(all, pair{[]byte(a.element[1:]), x.value})
	}
	if len(all) == 0 {
		return nil
	}
	return c.kind.join(all)
}

// whole is the element name of a list's one cell; those of sets and maps begin
// with another letter.
const whole = "w"

// element names the cell of a set's or a map's element.
func element(key []byte) string { return "e" + string(key) }

// compareKeys orders clusterings as the table stores them.
func (t *table) compareKeys(a, b [][]byte) int {
	for i, c := range t.cluster {
		if i >= len(a) || i >= len(b) {
			return len(a) - len(b)
		}
		if n := c.kind.compare(a[i], b[i]); n != 0 {
			if c.desc {
				return -n
			}
			return n
		}
	}
	return 0
}
