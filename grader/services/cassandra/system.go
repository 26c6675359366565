package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

const (
	datacenter = "datacenter1"
	release    = "4.1.0" // the version that drivers are told
)

func isSystem(keyspace string) bool { return keyspace == "system" || keyspace == "system_schema" }

// systemTables are what drivers read about the cluster, as Cassandra 4.1 defines
// it, as far as it is read.
var systemTables = map[string]string{
	"system.local": `CREATE TABLE local (key text PRIMARY KEY, bootstrapped text, broadcast_address inet, broadcast_port int, cluster_name text,
		cql_version text, data_center text, gossip_generation int, host_id uuid, listen_address inet, listen_port int, native_protocol_version text,
		partitioner text, rack text, release_version text, rpc_address inet, rpc_port int, schema_version uuid, tokens set<text>)`,
	"system.peers": `CREATE TABLE peers (peer inet PRIMARY KEY, data_center text, host_id uuid, preferred_ip inet, rack text, release_version text,
		rpc_address inet, schema_version uuid, tokens set<text>)`,
	"system.peers_v2": `CREATE TABLE peers_v2 (peer inet, peer_port int, data_center text, host_id uuid, native_address inet, native_port int,
		preferred_ip inet, preferred_port int, rack text, release_version text, schema_version uuid, tokens set<text>, PRIMARY KEY (peer, peer_port))`,
	"system_schema.keyspaces": `CREATE TABLE keyspaces (keyspace_name text PRIMARY KEY, durable_writes boolean, replication frozen<map<text, text>>)`,
	"system_schema.tables": `CREATE TABLE tables (keyspace_name text, table_name text, comment text, default_time_to_live int, gc_grace_seconds int,
		PRIMARY KEY (keyspace_name, table_name))`,
	"system_schema.columns": `CREATE TABLE columns (keyspace_name text, table_name text, column_name text, clustering_order text, column_name_bytes blob,
		kind text, position int, type text, PRIMARY KEY (keyspace_name, table_name, column_name))`,
	"system_schema.types": `CREATE TABLE types (keyspace_name text, type_name text, field_names frozen<list<text>>, field_types frozen<list<text>>,
		PRIMARY KEY (keyspace_name, type_name))`,
	"system_schema.functions": `CREATE TABLE functions (keyspace_name text, function_name text, argument_types frozen<list<text>>,
		argument_names frozen<list<text>>, body text, called_on_null_input boolean, language text, return_type text, PRIMARY KEY (keyspace_name, function_name))`,
	"system_schema.aggregates": `CREATE TABLE aggregates (keyspace_name text, aggregate_name text, argument_types frozen<list<text>>, final_func text,
		initcond text, return_type text, state_func text, state_type text, PRIMARY KEY (keyspace_name, aggregate_name))`,
	"system_schema.views": `CREATE TABLE views (keyspace_name text, view_name text, base_table_name text, PRIMARY KEY (keyspace_name, view_name))`,
	"system_schema.indexes": `CREATE TABLE indexes (keyspace_name text, table_name text, index_name text, kind text, options frozen<map<text, text>>,
		PRIMARY KEY (keyspace_name, table_name, index_name))`,
}

// node1 is the identity of the one coordinator.
var node1 = []byte{0x6b, 0x61, 0x74, 0x61, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}

// readable finds the table of a SELECT, a system's too, with the rows of such.
func (c *cluster) readable(s selectIntent, current string) (*table, []*liveRow, error) {
	space := cmp.Or(s.name.keyspace, current)
	if !isSystem(space) {
		t, err := c.table(s.name, current)
		return t, nil, err
	}
	text, ok := systemTables[space+"."+s.name.name]
	if !ok {
		return nil, nil, invalid("table %s does not exist", s.name.name)
	}
	parsed, _, err := parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("define %s.%s: %w", space, s.name.name, err)
	}
	t := &table{keyspace: &keyspace{name: space, factor: 1}, name: s.name.name, columns: map[string]*column{}}
	if err := t.define(parsed.(createTable)); err != nil {
		return nil, nil, err
	}
	return t, c.systemRows(t), nil
}

func (c *cluster) selectSystem(r request, s selectIntent) (message.Message, error) {
	t, rows, err := c.readable(s, r.keyspace)
	if err != nil {
		return nil, err
	}
	q, err := c.binder(r.prepared, r.options, false).selecting(t, s)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(l *liveRow) bool {
		named := !q.named || slices.ContainsFunc(q.keys, func(key [][]byte) bool { return comparePartitions(key, l.partition) == 0 })
		return !named || !q.fits(l, partitionKey, clusteringKey, regular)
	})
	slices.SortFunc(rows, q.compare)
	return q.answer(rows, &message.QueryOptions{}, &statement{})
}

// systemRows are the rows of a system table.
func (c *cluster) systemRows(t *table) (rows []*liveRow) {
	add := func(values map[string]any) { rows = append(rows, t.systemRow(values)) }
	switch t.name {
	case "local":
		local := []byte{127, 0, 0, 1}
		add(map[string]any{
			"key": "local", "bootstrapped": "COMPLETED", "broadcast_address": local, "cluster_name": "kata", "cql_version": "3.4.6",
			"data_center": datacenter, "host_id": node1, "listen_address": local, "native_protocol_version": "4",
			"partitioner": "org.apache.cassandra.dht.Murmur3Partitioner", "rack": "rack1", "release_version": release, "rpc_address": local,
			"schema_version": node1, "tokens": []string{"-9223372036854775808"},
		})
	case "keyspaces":
		for _, k := range c.spaces() {
			add(map[string]any{"keyspace_name": k.name, "durable_writes": []byte{1}, "replication": k.replication})
		}
	case "tables":
		for _, x := range c.tables() {
			add(map[string]any{"keyspace_name": x.keyspace.name, "table_name": x.name, "default_time_to_live": integral(int64(x.life), 4)})
		}
	case "columns":
		for _, x := range c.tables() {
			for _, col := range x.all() {
				add(x.describe(col))
			}
		}
	}
	return rows
}

func (c *cluster) spaces() []*keyspace {
	return slices.SortedFunc(maps.Values(c.keyspaces), func(a, b *keyspace) int { return strings.Compare(a.name, b.name) })
}

func (c *cluster) tables() (all []*table) {
	for _, k := range c.spaces() {
		all = append(all, slices.SortedFunc(maps.Values(k.tables), func(a, b *table) int { return strings.Compare(a.name, b.name) })...)
	}
	return all
}

// describe is a column's row of system_schema.columns.
func (t *table) describe(c *column) map[string]any {
	row := map[string]any{"keyspace_name": t.keyspace.name, "table_name": t.name, "column_name": c.name, "column_name_bytes": []byte(c.name),
		"clustering_order": "none", "kind": "regular", "position": integral(-1, 4), "type": c.kind.String()}
	switch c.role {
	case static:
		row["kind"] = "static"
	case partitionKey:
		row["kind"], row["position"] = "partition_key", integral(int64(c.place), 4)
	case clusteringKey:
		row["kind"], row["position"] = "clustering", integral(int64(c.place), 4)
		row["clustering_order"] = map[bool]string{false: "asc", true: "desc"}[c.desc]
	}
	return row
}

// String is the type as CQL writes it.
func (k cqlType) String() string {
	key, value := k.parts()
	var name string
	switch k.Code() {
	case primitive.DataTypeCodeList:
		name = "list<" + value.String() + ">"
	case primitive.DataTypeCodeSet:
		name = "set<" + key.String() + ">"
	case primitive.DataTypeCodeMap:
		name = "map<" + key.String() + ", " + value.String() + ">"
	default:
		return simpleName(k.Code())
	}
	if !k.multi {
		return "frozen<" + name + ">"
	}
	return name
}

// systemRow makes a row of Go values.
func (t *table) systemRow(values map[string]any) *liveRow {
	l := &liveRow{key: [][]byte{}, values: map[string][]byte{}, cells: map[string]cell{}}
	for name, v := range values {
		c := t.columns[name]
		switch v := v.(type) {
		case string:
			l.values[name] = []byte(v)
		case []byte:
			l.values[name] = v
		case []string:
			var all []pair
			for _, s := range v {
				all = append(all, pair{key: []byte(s)})
			}
			l.values[name] = c.kind.join(all)
		case map[string]string:
			var all []pair
			for k, s := range v {
				all = append(all, pair{[]byte(k), []byte(s)})
			}
			l.values[name] = c.kind.join(all)
		}
	}
	for _, c := range t.partition {
		l.partition = append(l.partition, l.values[c.name])
	}
	for _, c := range t.cluster {
		l.key = append(l.key, l.values[c.name])
	}
	return l
}

func simpleName(code primitive.DataTypeCode) string {
	for _, name := range slices.Sorted(maps.Keys(simple)) { // text before varchar
		if simple[name].Code() == code {
			return name
		}
	}
	return "unknown"
}
