package main

import (
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
)

// keyPart is an entry of a KeySchema.
type keyPart struct{ AttributeName, KeyType string }

// projection says what an index holds.
type projection struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

// indexSchema is a secondary index.
type indexSchema struct {
	IndexName  string
	KeySchema  []keyPart
	Projection projection
	// Throughput is limitless here; what is asked for is only repeated.
	ProvisionedThroughput map[string]any `json:",omitempty"`
	IndexStatus           string         `json:",omitempty"`
	global                bool
}

type definition struct{ AttributeName, AttributeType string }

// tableRequest is the request of CreateTable.
type tableRequest struct {
	TableName              string
	KeySchema              []keyPart
	AttributeDefinitions   []definition
	BillingMode            string
	ProvisionedThroughput  map[string]any
	GlobalSecondaryIndexes []indexSchema
	LocalSecondaryIndexes  []indexSchema
}

// table is a table and its items.
type table struct {
	tableRequest
	created time.Time
	kinds   map[string]attr.Kind
	indexes map[string]indexSchema
	items   map[string]attr.Item // by key
}

func (a *account) createTable(in *tableRequest) (any, error) {
	if a.tables[in.TableName] != nil {
		return nil, &failure{kind: "ResourceInUseException", message: "Table already exists: " + in.TableName}
	}
	t := &table{tableRequest: *in, created: time.Now(), kinds: map[string]attr.Kind{}, indexes: map[string]indexSchema{}, items: map[string]attr.Item{}}
	for _, i := range in.GlobalSecondaryIndexes {
		i.global = true
		t.indexes[i.IndexName] = i
	}
	for _, i := range in.LocalSecondaryIndexes {
		t.indexes[i.IndexName] = i
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	a.tables[in.TableName] = t
	return map[string]any{"TableDescription": t.describe()}, nil
}

// check refuses a schema that contradicts itself.
func (t *table) check() error {
	if len(t.TableName) < 3 {
		return invalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	for _, d := range t.AttributeDefinitions {
		t.kinds[d.AttributeName] = attr.Kind(d.AttributeType)
	}
	used := map[string]bool{}
	schemas := [][]keyPart{t.KeySchema}
	for _, i := range t.indexes {
		schemas = append(schemas, i.KeySchema)
		if !slices.Contains([]string{"ALL", "KEYS_ONLY", "INCLUDE"}, i.Projection.ProjectionType) {
			return invalid("One or more parameter values were invalid: Unknown ProjectionType: %s", i.Projection.ProjectionType)
		}
		if !i.global && (len(i.KeySchema) != 2 || i.KeySchema[0] != t.KeySchema[0]) {
			return invalid("One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: %s", i.IndexName)
		}
	}
	for _, s := range schemas {
		if len(s) == 0 || len(s) > 2 || s[0].KeyType != "HASH" || len(s) == 2 && s[1].KeyType != "RANGE" {
			return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type, or the second no RANGE")
		}
		for _, k := range s {
			used[k.AttributeName] = true
		}
	}
	if !maps.EqualFunc(used, t.kinds, func(bool, attr.Kind) bool { return true }) {
		return invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions, or some AttributeDefinitions are not used. Keys: %v, AttributeDefinitions: %v", slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(t.kinds)))
	}
	if t.BillingMode != "PAY_PER_REQUEST" && len(t.ProvisionedThroughput) == 0 {
		return invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	return nil
}

func (t *table) describe() map[string]any {
	mark := func(list []indexSchema) []indexSchema {
		out := slices.Clone(list)
		for i := range out {
			out[i].IndexStatus = "ACTIVE"
		}
		return out
	}
	d := map[string]any{
		"TableName": t.TableName, "TableStatus": "ACTIVE", "KeySchema": t.KeySchema, "AttributeDefinitions": t.AttributeDefinitions, "ItemCount": len(t.items),
		"CreationDateTime": float64(t.created.UnixMilli()) / 1000, "TableArn": "arn:aws:dynamodb:local:000000000000:table/" + t.TableName,
		"BillingModeSummary": map[string]string{"BillingMode": cmp.Or(t.BillingMode, "PROVISIONED")},
	}
	if len(t.GlobalSecondaryIndexes) > 0 {
		d["GlobalSecondaryIndexes"] = mark(t.GlobalSecondaryIndexes)
	}
	if len(t.LocalSecondaryIndexes) > 0 {
		d["LocalSecondaryIndexes"] = t.LocalSecondaryIndexes
	}
	return d
}

// named is a request about a table as a whole.
type named struct{ TableName string }

func (a *account) table(name string) (*table, error) {
	t := a.tables[name]
	if t == nil {
		return nil, &failure{kind: "ResourceNotFoundException", message: "Requested resource not found: Table: " + name + " not found"}
	}
	return t, nil
}

func (a *account) deleteTable(in *named) (any, error) {
	t, err := a.table(in.TableName)
	if err != nil {
		return nil, err
	}
	delete(a.tables, in.TableName)
	d := t.describe()
	d["TableStatus"] = "DELETING"
	return map[string]any{"TableDescription": d}, nil
}

func (a *account) describeTable(in *named) (any, error) {
	t, err := a.table(in.TableName)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": t.describe()}, nil
}

// listRequest is the request of ListTables.
type listRequest struct {
	ExclusiveStartTableName string
	Limit                   int
}

func (a *account) listTables(in *listRequest) (any, error) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(a.tables)), func(n string) bool { return n <= in.ExclusiveStartTableName })
	limit := cmp.Or(in.Limit, 100)
	out := map[string]any{"TableNames": append([]string{}, names[:min(limit, len(names))]...)}
	if len(names) > limit {
		out["LastEvaluatedTableName"] = names[limit-1]
	}
	return out, nil
}

// keyOf returns the table's key of an item.
func (t *table) keyOf(item attr.Item) attr.Item {
	key := attr.Item{}
	for _, k := range t.KeySchema {
		key[k.AttributeName] = item[k.AttributeName]
	}
	return key
}

// id names an item among the table's.
func (t *table) id(item attr.Item) string {
	id := ""
	for _, k := range t.KeySchema {
		v := item[k.AttributeName]
		id += string(v.Kind) + ":" + cleaned(v.Text) + "/"
	}
	return id
}

// cleaned keeps two parts of an id apart.
func cleaned(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] == '/' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(b)
}

// bucket spreads partition keys, as DynamoDB's hash does.
func bucket(v attr.Value) uint32 {
	h := fnv.New32a()
	h.Write([]byte(v.Text))
	return h.Sum32()
}
