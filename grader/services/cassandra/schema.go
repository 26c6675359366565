package main

import (
	"slices"
	"strconv"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// keyspace is a namespace of tables.
type keyspace struct {
	name        string
	replication map[string]string
	factor      int // how many replicas have each partition
	tables      map[string]*table
}

type columnRole int

const (
	regular columnRole = iota
	partitionKey
	clusteringKey
	static
)

// column is a column of a table; place is its position among those of its role.
type column struct {
	name  string
	kind  cqlType
	role  columnRole
	place int
	desc  bool
}

type table struct {
	keyspace  *keyspace
	name      string
	columns   map[string]*column
	partition []*column
	cluster   []*column
	rest      []*column // statics first, then regular ones, each by name
	life      int       // default_time_to_live, seconds
	counters  bool
}

// all returns the columns in the order of SELECT *.
func (t *table) all() []*column { return slices.Concat(t.partition, t.cluster, t.rest) }

func (t *table) String() string { return t.keyspace.name + "." + t.name }

// column finds a column by name.
func (t *table) column(name string) (*column, error) {
	if c, ok := t.columns[name]; ok {
		return c, nil
	}
	return nil, invalid("Undefined column name %s in table %s", name, t)
}

func (c *cluster) keyspaceOf(name string) (*keyspace, error) {
	if name == "" {
		return nil, invalid("No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename")
	}
	if k, ok := c.keyspaces[name]; ok {
		return k, nil
	}
	return nil, invalid("Keyspace '%s' does not exist", name)
}

// table finds a table from a connection that uses a keyspace.
func (c *cluster) table(n tableName, current string) (*table, error) {
	if n.keyspace == "" {
		n.keyspace = current
	}
	k, err := c.keyspaceOf(n.keyspace)
	if err != nil {
		return nil, err
	}
	if t, ok := k.tables[n.name]; ok {
		return t, nil
	}
	return nil, invalid("table %s does not exist", n.name)
}

func changed(kind primitive.SchemaChangeType, target primitive.SchemaChangeTarget, keyspace, object string) message.Message {
	return &message.SchemaChangeResult{ChangeType: kind, Target: target, Keyspace: keyspace, Object: object}
}

func (c *cluster) createKeyspace(s createKeyspace) (message.Message, error) {
	if _, there := c.keyspaces[s.name]; there {
		if s.ifNot {
			return &message.VoidResult{}, nil
		}
		return nil, &refusal{&message.AlreadyExists{ErrorMessage: "Cannot add existing keyspace \"" + s.name + "\"", Keyspace: s.name}}
	}
	factor, err := factorOf(s.replication)
	if err != nil {
		return nil, err
	}
	c.keyspaces[s.name] = &keyspace{s.name, s.replication, factor, map[string]*table{}}
	return changed(primitive.SchemaChangeTypeCreated, primitive.SchemaChangeTargetKeyspace, s.name, ""), nil
}

// factorOf reads the replication of a keyspace.
func factorOf(replication map[string]string) (int, error) {
	wrong := func(text string) (int, error) {
		return 0, &refusal{&message.ConfigError{ErrorMessage: text}}
	}
	class := replication["class"]
	text, ok := replication["replication_factor"]
	switch class {
	case "":
		return wrong("Missing replication strategy class")
	case "SimpleStrategy", "org.apache.cassandra.locator.SimpleStrategy":
	case "NetworkTopologyStrategy", "org.apache.cassandra.locator.NetworkTopologyStrategy":
		if here, named := replication[datacenter]; named {
			text, ok = here, true
		}
	default:
		return wrong("Unable to find replication strategy class '" + class + "'")
	}
	factor, err := strconv.Atoi(text)
	if !ok || err != nil || factor < 1 {
		return wrong("Replication factor must be a positive integer; found '" + text + "'")
	}
	return factor, nil
}

func (c *cluster) dropKeyspace(s dropKeyspace) (message.Message, error) {
	k, ok := c.keyspaces[s.name]
	if !ok {
		if s.ifExists {
			return &message.VoidResult{}, nil
		}
		return nil, &refusal{&message.ConfigError{ErrorMessage: "Keyspace '" + s.name + "' doesn't exist"}}
	}
	for _, t := range k.tables {
		c.forget(t)
	}
	delete(c.keyspaces, s.name)
	return changed(primitive.SchemaChangeTypeDropped, primitive.SchemaChangeTargetKeyspace, s.name, ""), nil
}

func (c *cluster) createTable(s createTable, current string) (message.Message, error) {
	if s.name.keyspace == "" {
		s.name.keyspace = current
	}
	k, err := c.keyspaceOf(s.name.keyspace)
	if err != nil {
		return nil, err
	}
	if _, there := k.tables[s.name.name]; there {
		if s.ifNot {
			return &message.VoidResult{}, nil
		}
		return nil, &refusal{&message.AlreadyExists{
			ErrorMessage: "Cannot add already existing table \"" + s.name.name + "\" to keyspace \"" + k.name + "\"", Keyspace: k.name, Table: s.name.name}}
	}
	t := &table{keyspace: k, name: s.name.name, columns: map[string]*column{}}
	if err := t.define(s); err != nil {
		return nil, err
	}
	k.tables[t.name] = t
	return changed(primitive.SchemaChangeTypeCreated, primitive.SchemaChangeTargetTable, k.name, t.name), nil
}

func (c *cluster) dropTable(s dropTable, current string) (message.Message, error) {
	t, err := c.table(s.name, current)
	if err != nil {
		if s.ifExists {
			return &message.VoidResult{}, nil
		}
		return nil, err
	}
	c.forget(t)
	delete(t.keyspace.tables, t.name)
	return changed(primitive.SchemaChangeTypeDropped, primitive.SchemaChangeTargetTable, t.keyspace.name, t.name), nil
}

func (c *cluster) alterTable(s alterTable, current string) (message.Message, error) {
	t, err := c.table(s.name, current)
	if err != nil {
		return nil, err
	}
	for _, d := range s.add {
		if err := t.addColumn(d); err != nil {
			return nil, err
		}
	}
	for _, name := range s.drop {
		col, err := t.column(name)
		if err != nil {
			return nil, err
		}
		if col.role == partitionKey || col.role == clusteringKey {
			return nil, invalid("Cannot drop PRIMARY KEY column %s", name)
		}
		delete(t.columns, name)
		t.rest = slices.DeleteFunc(t.rest, func(o *column) bool { return o == col })
	}
	return changed(primitive.SchemaChangeTypeUpdated, primitive.SchemaChangeTargetTable, t.keyspace.name, t.name), nil
}
