package main

import (
	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// binder gives the markers of a statement their values, or learns their types
// when it is only prepared.
type binder struct {
	cluster   *cluster
	names     []string
	values    []*primitive.Value
	named     map[string]*primitive.Value
	preparing bool
	specs     []*message.ColumnMetadata
}

// marker returns the value of a marker for a column of that name and type. nil is
// null; set is false for a value that was left out.
func (b *binder) marker(t *table, index int, name string, kind cqlType) (v []byte, set bool, err error) {
	b.specs[index] = &message.ColumnMetadata{Keyspace: t.keyspace.name, Table: t.name, Name: name, Index: int32(index), Type: kind.DataType}
	if b.preparing {
		return nil, true, nil
	}
	var value *primitive.Value
	if n := b.names[index]; n != "" && b.named != nil {
		value = b.named[n]
	} else if index < len(b.values) {
		value = b.values[index]
	}
	switch {
	case value == nil:
		return nil, false, invalid("Invalid amount of bind variables")
	case value.Type == primitive.ValueTypeUnset:
		return nil, false, nil
	case value.Type == primitive.ValueTypeNull || value.Contents == nil && value.Type != primitive.ValueTypeRegular:
		return nil, true, nil
	}
	v = value.Contents
	if v == nil {
		v = []byte{}
	}
	return v, true, kind.check(v)
}

// eval is the value of a term for a column of that name and type.
func (b *binder) eval(t *table, s term, name string, kind cqlType) (v []byte, set bool, err error) {
	switch s.kind {
	case markerTerm:
		return b.marker(t, s.index, name, kind)
	case callTerm:
		v, err = b.call(t, s, kind)
	case listTerm, setTerm, mapTerm:
		v, err = b.collection(t, s, name, kind)
	default:
		if s.token.kind == word && s.token.text == "null" {
			return nil, true, nil
		}
		v, err = kind.literal(s.token, name)
	}
	return v, true, err
}

// collection is the value of a written list, set or map.
func (b *binder) collection(t *table, s term, name string, kind cqlType) ([]byte, error) {
	fits := map[primitive.DataTypeCode]termKind{primitive.DataTypeCodeList: listTerm, primitive.DataTypeCodeSet: setTerm, primitive.DataTypeCodeMap: mapTerm}
	empty := s.kind == setTerm && len(s.list) == 0 && kind.Code() == primitive.DataTypeCodeMap
	if want, ok := fits[kind.Code()]; !ok || want != s.kind && !empty {
		return nil, invalid("Invalid collection literal for %s of type %s", name, kind)
	}
	key, value := kind.parts()
	var all []pair
	for i := range s.list {
		var p pair
		var err error
		switch s.kind {
		case listTerm:
			p.value, err = b.must(t, s.list[i], "value("+name+")", value)
		case setTerm:
			p.key, err = b.must(t, s.list[i], "value("+name+")", key)
		default:
			if p.key, err = b.must(t, s.keys[i], "key("+name+")", key); err == nil {
				p.value, err = b.must(t, s.list[i], "value("+name+")", value)
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return kind.join(all), nil
}

// must is eval of what may not be null.
func (b *binder) must(t *table, s term, name string, kind cqlType) ([]byte, error) {
	v, set, err := b.eval(t, s, name, kind)
	if err == nil && !b.preparing && (v == nil || !set) {
		err = invalid("Invalid null value for %s", name)
	}
	return v, err
}

// call is the value of a function without a column.
func (b *binder) call(t *table, s term, kind cqlType) ([]byte, error) {
	wrong := invalid("Type error: cannot assign result of function %s to type %s (this simulator knows now, uuid, totimestamp(now()), currenttimestamp and token)", s.name, kind)
	now := b.cluster.now()
	switch {
	case s.name == "now" && len(s.list) == 0 && (kind.Code() == primitive.DataTypeCodeTimeuuid || kind.Code() == primitive.DataTypeCodeUuid):
		return timeUUID(now), nil
	case s.name == "uuid" && len(s.list) == 0 && kind.Code() == primitive.DataTypeCodeUuid:
		return randomUUID(), nil
	case kind.Code() == primitive.DataTypeCodeTimestamp && (s.name == "currenttimestamp" && len(s.list) == 0 || s.name == "totimestamp" && len(s.list) == 1 && s.list[0].name == "now"):
		return integral(now.UnixMilli(), 8), nil
	case s.name == "token" && kind.Code() == primitive.DataTypeCodeBigint && len(s.list) == len(t.partition):
		return b.token(t, s)
	}
	return nil, wrong
}

func (b *binder) token(t *table, s term) ([]byte, error) {
	key := make([][]byte, len(t.partition))
	for i, c := range t.partition {
		var err error
		if key[i], err = b.must(t, s.list[i], c.name, c.kind); err != nil {
			return nil, err
		}
	}
	return integral(tokenOf(key), 8), nil
}

// number reads a whole number: a limit, a TTL; none where there is none.
func (b *binder) number(t *table, s *term, name string, kind datatype.DataType, none int64) (int64, error) {
	if s == nil {
		return none, nil
	}
	v, set, err := b.eval(t, *s, name, cqlType{DataType: kind})
	if err != nil || v == nil || !set {
		return none, err
	}
	return number(v), nil
}
