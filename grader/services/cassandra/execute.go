package main

import (
	"cmp"
	"crypto/md5"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// statement is what the record keeps of an executed statement.
type statement struct {
	Query       string
	Kind        string // select, insert, update, delete, batch, schema
	Table       string
	Level       string
	Partitions  []string // that were read or written, as "room='a'"
	Scan        bool     // no partition was named
	Filtering   bool     // rows were read to be thrown away
	Conditional bool
	Read        int // live rows that were looked at
	Returned    int // rows in the answer, of this page
	Dead        int // deleted or expired rows that were looked at
	Error       string
}

// prepared is a parsed statement.
type prepared struct {
	query, keyspace string
	statement       any
	names           []string // of its markers
}

// request is a statement with what came with it.
type request struct {
	prepared
	options *message.QueryOptions
}

func (c *cluster) binder(p prepared, o *message.QueryOptions, preparing bool) *binder {
	b := &binder{cluster: c, names: p.names, preparing: preparing, specs: make([]*message.ColumnMetadata, len(p.names))}
	if o != nil {
		b.values, b.named = o.PositionalValues, o.NamedValues
	}
	return b
}

// execute carries one statement out and keeps a record of it.
func (c *cluster) execute(r request) (message.Message, error) {
	note := &statement{Query: r.query, Level: levelName(r.options.Consistency)}
	answer, err := c.dispatch(r, note)
	if err != nil {
		note.Error = err.Error()
	}
	if note.Kind != "" { // the driver's own reading of system tables has none
		c.record = append(c.record, note)
	}
	return answer, err
}

func (c *cluster) dispatch(r request, note *statement) (message.Message, error) {
	if len(r.options.PositionalValues) > len(r.names) {
		note.Kind = "invalid"
		return nil, invalid("Invalid amount of bind variables")
	}
	switch s := r.statement.(type) {
	case selectIntent:
		return c.selectRows(r, s, note)
	case insertIntent, updateIntent, deleteIntent:
		return c.changeRows(r, []request{r}, note, primitive.BatchTypeUnlogged, false)
	case batchIntent:
		return c.batchText(r, s, note)
	}
	note.Kind = "schema"
	return c.define(r.statement, r.keyspace)
}

func (c *cluster) define(s any, current string) (message.Message, error) {
	switch s := s.(type) {
	case createKeyspace:
		return c.createKeyspace(s)
	case dropKeyspace:
		return c.dropKeyspace(s)
	case createTable:
		return c.createTable(s, current)
	case alterTable:
		return c.alterTable(s, current)
	case dropTable:
		return c.dropTable(s, current)
	case truncate:
		t, err := c.table(s.name, current)
		if err == nil {
			err = c.truncate(t)
		}
		return &message.VoidResult{}, err
	}
	return nil, invalid("This simulator does not know the statement")
}

func (c *cluster) truncate(t *table) error {
	if alive := count(c.nodes, up); alive < replicas {
		return &refusal{&message.Unavailable{ErrorMessage: "Cannot achieve consistency level ALL", Consistency: primitive.ConsistencyLevelAll, Required: replicas, Alive: int32(alive)}}
	}
	c.forget(t)
	return nil
}

func (c *cluster) selectRows(r request, s selectIntent, note *statement) (message.Message, error) {
	if isSystem(cmp.Or(s.name.keyspace, r.keyspace)) {
		return c.selectSystem(r, s)
	}
	note.Kind = "select"
	t, err := c.table(s.name, r.keyspace)
	if err != nil {
		return nil, err
	}
	note.Table = t.name
	if r.options.Consistency == primitive.ConsistencyLevelAny {
		return nil, invalid("ANY ConsistencyLevel is only supported for writes")
	}
	q, err := c.binder(r.prepared, r.options, false).selecting(t, s)
	if err != nil {
		return nil, err
	}
	rows, err := c.fetch(q, r.options.Consistency, note)
	if err != nil {
		return nil, err
	}
	return q.answer(rows, r.options, note)
}

// changeRows carries out statements that write, all of them or, where a
// condition does not hold, none.
func (c *cluster) changeRows(r request, all []request, note *statement, kind primitive.BatchType, batch bool) (message.Message, error) {
	var changes []*change
	for _, one := range all {
		x, err := c.ready(one, r, note)
		if err != nil {
			return nil, err
		}
		changes = append(changes, x)
		note.Conditional = note.Conditional || x.when != nil
		note.Partitions = append(note.Partitions, x.table.showKey(x.key))
	}
	if err := checkBatch(changes, kind, batch); err != nil {
		return nil, err
	}
	if note.Conditional {
		serial := primitive.ConsistencyLevelSerial
		if s := r.options.SerialConsistency; s != nil && isSerial(*s) {
			serial = *s
		}
		return c.decide(changes, r.options.Consistency, serial, batch)
	}
	return &message.VoidResult{}, c.write(mutations(changes), r.options.Consistency, writeType(changes, kind, batch))
}

func (c *cluster) ready(one, whole request, note *statement) (*change, error) {
	note.Kind = cmp.Or(note.Kind, kindOf(one.statement))
	if isSerial(whole.options.Consistency) {
		return nil, invalid("You must use conditional updates for serializable writes")
	}
	var given int64
	if t := whole.options.DefaultTimestamp; t != nil {
		given = *t
	}
	b := c.binder(one.prepared, one.options, false)
	x, err := b.build(one.statement, one.keyspace, given)
	if err == nil {
		note.Table = cmp.Or(note.Table, x.table.name)
	}
	return x, err
}

func kindOf(s any) string {
	switch s.(type) {
	case insertIntent:
		return "insert"
	case updateIntent:
		return "update"
	}
	return "delete"
}

func mutations(changes []*change) (all []*mutation) {
	for _, x := range changes {
		all = append(all, x.mutation)
	}
	return all
}

func writeType(changes []*change, kind primitive.BatchType, batch bool) primitive.WriteType {
	switch {
	case changes[0].table.counters:
		return primitive.WriteTypeCounter
	case !batch:
		return primitive.WriteTypeSimple
	case kind == primitive.BatchTypeUnlogged:
		return primitive.WriteTypeUnloggedBatch
	}
	return primitive.WriteTypeBatch
}

// batchLimit is batch_size_fail_threshold of cassandra.yaml, in bytes.
const batchLimit = 50 << 10

func checkBatch(changes []*change, kind primitive.BatchType, batch bool) error {
	size, partitions := 0, map[string]bool{}
	for _, x := range changes {
		size += x.size()
		partitions[x.table.String()+identity(x.key)] = true
		switch {
		case !batch:
		case kind == primitive.BatchTypeCounter && !x.table.counters:
			return invalid("Cannot include non-counter statement in a counter batch")
		case kind != primitive.BatchTypeCounter && x.table.counters:
			return invalid("Cannot include a counter statement in a logged batch")
		}
	}
	if size > batchLimit && len(partitions) > 1 {
		return invalid("Batch too large")
	}
	return nil
}

// prepare parses a statement and learns what its markers are.
func (c *cluster) prepare(text, current string) (*message.PreparedResult, error) {
	s, names, err := parse(text)
	if err != nil {
		return nil, err
	}
	p := prepared{text, current, s, names}
	b := c.binder(p, nil, true)
	result := &message.PreparedResult{ResultMetadata: &message.RowsMetadata{}}
	if err := c.learn(b, p, result); err != nil {
		return nil, err
	}
	sum := md5.Sum([]byte(current + "\x00" + text))
	result.PreparedQueryId = sum[:]
	result.VariablesMetadata = &message.VariablesMetadata{Columns: b.specs}
	c.prepared[string(sum[:])] = p
	return result, nil
}

func (c *cluster) learn(b *binder, p prepared, result *message.PreparedResult) error {
	switch s := p.statement.(type) {
	case selectIntent:
		t, _, err := c.readable(s, p.keyspace)
		if err != nil {
			return err
		}
		q, err := b.selecting(t, s)
		if err == nil {
			result.ResultMetadata = q.metadata()
		}
		return err
	case insertIntent, updateIntent, deleteIntent:
		_, err := b.build(s, p.keyspace, 0)
		return err
	case batchIntent:
		for _, one := range s.statements {
			if _, err := b.build(one, p.keyspace, 0); err != nil {
				return err
			}
		}
	}
	return nil
}
