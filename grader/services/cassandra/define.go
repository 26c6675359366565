package main

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// define gives a new table its columns.
func (t *table) define(s createTable) error {
	for _, d := range s.columns {
		if err := t.addColumn(d); err != nil {
			return err
		}
	}
	if len(s.partition) == 0 {
		return invalid("No PRIMARY KEY specifed for table '%s' (exactly one required)", t.name) // Cassandra's spelling
	}
	for _, keys := range []struct {
		names []string
		role  columnRole
		to    *[]*column
	}{{s.partition, partitionKey, &t.partition}, {s.clustering, clusteringKey, &t.cluster}} {
		for _, name := range keys.names {
			if err := t.makeKey(name, keys.role, keys.to); err != nil {
				return err
			}
		}
	}
	return cmp.Or(t.order(s.order), t.checkColumns(), t.setLife(s.options["default_time_to_live"]))
}

func (t *table) addColumn(d columnDef) error {
	if _, there := t.columns[d.name]; there {
		return invalid("Duplicate column '%s' declaration for table '%s'", d.name, t.name)
	}
	c := &column{name: d.name, kind: d.kind}
	if d.static {
		c.role = static
	}
	t.columns[c.name] = c
	t.rest = append(t.rest, c)
	slices.SortFunc(t.rest, func(a, b *column) int { return cmp.Or(cmp.Compare(b.role, a.role), cmp.Compare(a.name, b.name)) })
	t.counters = t.counters || c.kind.Code() == primitive.DataTypeCodeCounter
	return nil
}

func (t *table) makeKey(name string, role columnRole, to *[]*column) error {
	c, ok := t.columns[name]
	switch {
	case !ok:
		return invalid("Unknown column '%s' referenced in PRIMARY KEY for table '%s'", name, t.name)
	case c.role == partitionKey || c.role == clusteringKey:
		return invalid("Duplicate column '%s' in PRIMARY KEY clause for table '%s'", name, t.name)
	case c.role == static:
		return invalid("Static column '%s' cannot be part of the PRIMARY KEY", name)
	case c.kind.multi:
		return invalid("Invalid non-frozen collection type %s for PRIMARY KEY column '%s'", c.kind, name)
	case role == clusteringKey && sortless(c.kind):
		return invalid("This simulator orders no rows by collections: %s", name)
	case c.kind.Code() == primitive.DataTypeCodeCounter:
		return invalid("counter type is not supported for PRIMARY KEY column '%s'", name)
	}
	c.role, c.place = role, len(*to)
	*to = append(*to, c)
	t.rest = slices.DeleteFunc(t.rest, func(o *column) bool { return o == c })
	return nil
}

// order is CLUSTERING ORDER BY.
func (t *table) order(list []orderBy) error {
	if len(list) > 0 && len(t.cluster) == 0 {
		return invalid("Only clustering key columns can be defined in CLUSTERING ORDER directive: %s", list[0].column)
	}
	if len(list) > 0 && len(list) != len(t.cluster) {
		return invalid("Missing CLUSTERING ORDER for column %s", t.cluster[min(len(list), len(t.cluster)-1)].name)
	}
	for i, o := range list { // as many as columns
		if t.cluster[i].name != o.column {
			return invalid("The order of columns in the CLUSTERING ORDER directive must be the one of the clustering key (%s must appear before %s)", t.cluster[i].name, o.column)
		}
		t.cluster[i].desc = o.desc
	}
	return nil
}

func (t *table) checkColumns() error {
	counters := 0
	for _, c := range t.rest {
		if c.role == static && len(t.cluster) == 0 {
			return invalid("Static columns are only useful (and thus allowed) if the table has at least one clustering column")
		}
		if c.kind.Code() == primitive.DataTypeCodeCounter {
			counters++
		}
	}
	if counters > 0 && counters < len(t.rest) {
		return invalid("Cannot mix counter and non counter columns in the same table")
	}
	return nil
}

func (t *table) setLife(option string) error {
	if option == "" {
		return nil
	}
	life, err := strconv.Atoi(option)
	if err != nil || life < 0 {
		return invalid("Invalid value %s for option 'default_time_to_live'", option)
	}
	t.life = life
	return nil
}

func sortless(k cqlType) bool {
	key, value := k.parts()
	return key.DataType != nil || value.DataType != nil
}
