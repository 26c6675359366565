package main

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// at names a cell: a column, and the element of its collection.
type at struct{ column, element string }

// cell is a value with its time of writing, in microseconds. A dead one is a
// tombstone. A counter's is the sum of its additions, each under its own number.
type cell struct {
	value   []byte
	written int64
	expires time.Time // zero: never
	life    int       // the TTL that it was written with
	dead    bool
	adds    map[uint64]int64
}

// wins tells whether c stands against o (Cells.reconcile): the later one, then
// the tombstone, then the larger value.
func (c cell) wins(o cell) bool {
	switch {
	case c.written != o.written:
		return c.written > o.written
	case c.dead != o.dead:
		return c.dead
	}
	return bytes.Compare(c.value, o.value) > 0
}

func (c cell) alive(now time.Time) bool {
	return c.written != 0 && !c.dead && (c.expires.IsZero() || now.Before(c.expires))
}

// row is a clustering's cells; its marker is an INSERT's. drops are the times at
// which whole collections were overwritten.
type row struct {
	key    [][]byte
	marker cell
	cells  map[at]cell
	drops  map[string]int64
}

func newRow(key [][]byte) *row {
	return &row{key: key, cells: map[at]cell{}, drops: map[string]int64{}}
}

// tomb deletes the rows of a partition that fit, without conditions all of it.
type tomb struct {
	where   []bound
	written int64
}

// bound is a condition on a clustering column.
type bound struct {
	column *column
	op     string
	value  []byte
}

func (b bound) fits(v []byte) bool {
	c := b.column.kind.compare(v, b.value)
	switch b.op {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// partition is what one replica has of a partition.
type partition struct {
	key    [][]byte
	static *row
	rows   map[string]*row
	tombs  []tomb
}

func newPartition(key [][]byte) *partition {
	return &partition{key: key, static: newRow(nil), rows: map[string]*row{}}
}

// identity packs values so that no two lists are packed alike.
func identity(values [][]byte) string {
	var b []byte
	for _, v := range values {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return string(b)
}

// mutation is what a statement changes in one partition.
type mutation struct {
	table *table
	key   [][]byte
	rows  []*row // a nil key: the static one
	tombs []tomb
}

// size is what counts towards a batch's limit.
func (m *mutation) size() (n int) {
	for _, r := range m.rows {
		for a, c := range r.cells {
			n += len(a.column) + len(a.element) + len(c.value)
		}
	}
	return n
}

// add merges a mutation, or another replica's partition, into p.
func (p *partition) add(rows []*row, tombs []tomb) {
	for _, r := range rows {
		mine := p.static
		if r.key != nil {
			id := identity(r.key)
			if p.rows[id] == nil {
				p.rows[id] = newRow(r.key)
			}
			mine = p.rows[id]
		}
		mine.add(r)
	}
	for _, t := range tombs {
		if !slices.ContainsFunc(p.tombs, func(o tomb) bool { return o.same(t) }) {
			p.tombs = append(p.tombs, t)
		}
	}
}

func (t tomb) same(o tomb) bool {
	return t.written == o.written && slices.EqualFunc(t.where, o.where, func(a, b bound) bool {
		return a.column == b.column && a.op == b.op && bytes.Equal(a.value, b.value)
	})
}

func (r *row) add(o *row) {
	if o.marker.wins(r.marker) {
		r.marker = o.marker
	}
	for a, c := range o.cells {
		mine, there := r.cells[a]
		if c.adds != nil && there && !mine.dead {
			sum := maps.Clone(mine.adds)
			maps.Copy(sum, c.adds)
			mine.adds, mine.written = sum, max(mine.written, c.written)
			r.cells[a] = mine
		} else if !there || c.wins(mine) {
			r.cells[a] = c
		}
	}
	for column, written := range o.drops {
		r.drops[column] = max(r.drops[column], written)
	}
}

func (p *partition) all() []*row {
	return append(slices.Collect(maps.Values(p.rows)), p.static)
}

// deleted is when the row was last deleted, 0 for never.
func (p *partition) deleted(r *row) (latest int64) {
	for _, t := range p.tombs {
		if t.covers(r) {
			latest = max(latest, t.written)
		}
	}
	return latest
}

func (t tomb) covers(r *row) bool {
	for _, b := range t.where {
		if r.key == nil || !b.fits(r.key[b.column.place]) {
			return false
		}
	}
	return true
}
