package main

import (
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

func setOf(key cqlType) cqlType { return cqlType{datatype.NewSet(key.DataType), true} }

func (b *binder) delete(s deleteIntent, current string, given int64) (*change, error) {
	c, err := b.begin(s.name, current, s.using, given, s.when.any())
	if err != nil {
		return nil, err
	}
	all := newRow(nil)
	var names []string
	for _, target := range s.columns {
		names = append(names, target.column)
		if err := c.unset(all, target); err != nil {
			return nil, err
		}
	}
	if len(s.columns) > 0 {
		keys, err := c.equalities(s.where)
		if err == nil {
			err = c.demand(s.when)
		}
		if err != nil {
			return nil, err
		}
		return c, c.place(all, keys, false, onlyStatics(c.table, names))
	}
	if err := c.deleteRows(s.where); err != nil {
		return nil, err
	}
	return c, c.demand(s.when)
}

// unset deletes a column or an element.
func (c *change) unset(r *row, target target) error {
	col, err := c.table.column(target.column)
	switch {
	case err != nil:
		return err
	case col.role == partitionKey || col.role == clusteringKey:
		return invalid("Invalid identifier %s for deletion (should not be a PRIMARY KEY part)", col.name)
	case target.key == nil:
		return c.put(r, col, nil)
	case col.kind.Code() != primitive.DataTypeCodeMap || !col.kind.multi:
		return invalid("This simulator deletes elements of maps only, %s is %s", col.name, col.kind)
	}
	key, _ := col.kind.parts()
	k, err := c.bind.must(c.table, *target.key, "key("+col.name+")", key)
	if err == nil {
		r.cells[at{col.name, element(k)}] = c.cell(nil)
	}
	return err
}

// deleteRows deletes a partition, a row or a range of rows.
func (c *change) deleteRows(where []relation) error {
	keys := map[*column][]byte{}
	var bounds []bound
	for _, r := range where {
		col, err := c.keyColumn(r)
		if err != nil {
			return err
		}
		if r.op == "in" || r.op == "!=" || col.role == partitionKey && r.op != "=" {
			return invalid("This simulator knows no %s on %s in DELETE", r.op, col.name)
		}
		v, err := c.bind.mustCondition(c.table, r.value, col)
		if err != nil {
			return err
		}
		if col.role == partitionKey {
			keys[col] = v
		} else {
			bounds = append(bounds, bound{col, r.op, v})
		}
	}
	if err := prefix(c.table, bounds); err != nil {
		return err
	}
	var err error
	if c.key, err = need(c.table.partition, keys, "Some partition key parts are missing: %s"); err != nil {
		return err
	}
	if c.row, err = exact(c.table, bounds); err != nil {
		return err
	}
	c.tombs = append(c.tombs, tomb{bounds, c.stamp})
	return nil
}

// exact is the one clustering that bounds name, nil when they name several.
func exact(t *table, bounds []bound) ([][]byte, error) {
	key := [][]byte{}
	for _, col := range t.cluster {
		i := slices.IndexFunc(bounds, func(b bound) bool { return b.column == col && b.op == "=" })
		if i < 0 {
			return nil, nil
		}
		key = append(key, bounds[i].value)
	}
	return key, nil
}

// prefix refuses conditions on clustering columns that name no one range of rows.
func prefix(t *table, bounds []bound) error {
	open := (*column)(nil) // the first that is not fixed by an equality
	for _, col := range t.cluster {
		var ops []string
		for _, b := range bounds {
			if b.column == col {
				ops = append(ops, b.op)
			}
		}
		fixed := len(ops) == 1 && (ops[0] == "=" || ops[0] == "in")
		switch {
		case len(ops) > 1 && (slices.Contains(ops, "=") || slices.Contains(ops, "in")):
			return invalid("%s cannot be restricted by more than one relation if it includes an Equal", col.name)
		case slices.Contains(ops, "!="):
			return invalid("Unsupported \"!=\" relation: %s != ...", col.name)
		case len(ops) > 0 && open != nil:
			return gap(bounds, open, col)
		case !fixed && open == nil:
			open = col
		}
	}
	return nil
}

// gap is Cassandra's complaint about a column behind one that is open.
func gap(bounds []bound, open, col *column) error {
	if slices.ContainsFunc(bounds, func(b bound) bool { return b.column == open }) {
		return invalid("Clustering column \"%s\" cannot be restricted (preceding column \"%s\" is restricted by a non-EQ relation)", col.name, open.name)
	}
	return invalid("PRIMARY KEY column \"%s\" cannot be restricted as preceding column \"%s\" is not restricted", col.name, open.name)
}
