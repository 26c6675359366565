package main

import (
	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

var batchTypes = map[string]primitive.BatchType{
	"logged": primitive.BatchTypeLogged, "unlogged": primitive.BatchTypeUnlogged, "counter": primitive.BatchTypeCounter,
}

// batchText is BEGIN BATCH … APPLY BATCH.
func (c *cluster) batchText(r request, s batchIntent, note *statement) (message.Message, error) {
	note.Kind = "batch"
	if s.using.ttl != nil {
		return nil, invalid("Global TTL on the BATCH statement is not supported.")
	}
	if len(s.statements) == 0 {
		return &message.VoidResult{}, nil
	}
	if s.using.timestamp != nil {
		none := &table{keyspace: &keyspace{}}
		stamp, err := c.binder(r.prepared, r.options, false).number(none, s.using.timestamp, "[timestamp]", datatype.Bigint, 0)
		if err != nil {
			return nil, err
		}
		options := *r.options
		options.DefaultTimestamp = &stamp
		r.options = &options
	}
	var all []request
	for _, one := range s.statements {
		child := r
		child.statement = one
		all = append(all, child)
	}
	return c.changeRows(r, all, note, batchTypes[s.kind], true)
}

// batch is the protocol's own BATCH.
func (c *cluster) batch(m *message.Batch, current string) (message.Message, error) {
	whole := request{options: &message.QueryOptions{Consistency: m.Consistency, SerialConsistency: m.SerialConsistency, DefaultTimestamp: m.DefaultTimestamp}}
	note := &statement{Kind: "batch", Level: levelName(m.Consistency)}
	c.record = append(c.record, note)
	var all []request
	for _, child := range m.Children {
		p, err := c.child(child, current)
		if err != nil {
			note.Error = err.Error()
			return nil, err
		}
		all = append(all, request{p, &message.QueryOptions{PositionalValues: child.Values}})
		note.Query += p.query + "; "
	}
	if len(all) == 0 {
		return &message.VoidResult{}, nil
	}
	answer, err := c.changeRows(whole, all, note, m.Type, true)
	if err != nil {
		note.Error = err.Error()
	}
	return answer, err
}

func (c *cluster) child(m *message.BatchChild, current string) (prepared, error) {
	if m.Id != nil {
		p, ok := c.prepared[string(m.Id)]
		if !ok {
			return p, unprepared(m.Id)
		}
		return p, checkAmount(p, m.Values)
	}
	s, names, err := parse(m.Query)
	p := prepared{m.Query, current, s, names}
	if err == nil {
		err = checkAmount(p, m.Values)
	}
	return p, err
}

func checkAmount(p prepared, given []*primitive.Value) error {
	if len(given) != len(p.names) {
		return invalid("Invalid amount of bind variables")
	}
	return nil
}

func unprepared(id []byte) error {
	return &refusal{&message.Unprepared{ErrorMessage: "Prepared query was not found on this host; it has to be prepared again", Id: id}}
}
