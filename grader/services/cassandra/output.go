package main

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// output is a column of an answer: of a row, or of all rows together.
type output struct {
	meta *message.ColumnMetadata
	row  func(*liveRow) []byte
	all  func([]*liveRow) []byte // nil for what is no aggregate
}

// outputs are what a SELECT asks for.
func (c *cluster) outputs(t *table, s selectIntent) (list []output, aggregate bool, err error) {
	if len(s.selectors) == 0 {
		for _, col := range t.all() {
			list = append(list, plainOutput(t, col))
		}
	}
	for _, sel := range s.selectors {
		o, err := c.output(t, sel)
		if err != nil {
			return nil, false, err
		}
		if sel.alias != "" {
			o.meta.Name = sel.alias
		}
		aggregate = aggregate || o.all != nil
		list = append(list, o)
	}
	for i := range list {
		list[i].meta.Index = int32(i)
	}
	return list, aggregate, nil
}

func plainOutput(t *table, col *column) output {
	return output{meta: t.meta(col, 0), row: func(r *liveRow) []byte { return r.value(col) }}
}

func (c *cluster) output(t *table, s selector) (output, error) {
	name := s.function + "(" + strings.Join(s.columns, ", ") + ")"
	meta := func(kind datatype.DataType, name string) *message.ColumnMetadata {
		return &message.ColumnMetadata{Keyspace: t.keyspace.name, Table: t.name, Name: name, Type: kind}
	}
	var columns []*column
	for _, n := range s.columns {
		col, err := t.column(n)
		if err != nil {
			return output{}, err
		}
		columns = append(columns, col)
	}
	switch s.function {
	case "":
		return plainOutput(t, columns[0]), nil
	case "count":
		return output{meta: meta(datatype.Bigint, strings.TrimSuffix(name, "()")), all: counting(columns)}, nil
	case "token":
		if len(columns) != len(t.partition) {
			return output{}, invalid("Invalid call to function token: all of the partition key is needed, in its order")
		}
		return output{meta: meta(datatype.Bigint, "system."+name), row: func(r *liveRow) []byte { return integral(tokenOf(r.partition), 8) }}, nil
	case "ttl", "writetime":
		return c.metaOutput(s.function, columns[0], meta(map[string]datatype.DataType{"ttl": datatype.Int, "writetime": datatype.Bigint}[s.function], name))
	}
	return aggregateOutput(s.function, columns[0], meta(columns[0].kind.DataType, "system."+name))
}

func counting(columns []*column) func([]*liveRow) []byte {
	return func(rows []*liveRow) []byte {
		n := 0
		for _, r := range rows {
			if len(columns) == 0 || r.value(columns[0]) != nil {
				n++
			}
		}
		return integral(int64(n), 8)
	}
}

func (c *cluster) metaOutput(function string, col *column, meta *message.ColumnMetadata) (output, error) {
	if col.role == partitionKey || col.role == clusteringKey {
		return output{}, invalid("Cannot use selection function %s on PRIMARY KEY part %s", function, col.name)
	}
	if col.kind.multi {
		return output{}, invalid("Cannot use selection function %s on non-frozen collection %s", function, col.name)
	}
	return output{meta: meta, row: func(r *liveRow) []byte {
		x, ok := r.cells[col.name]
		switch {
		case !ok:
			return nil
		case function == "writetime":
			return integral(x.written, 8)
		case x.expires.IsZero():
			return nil
		}
		return integral(int64(math.Ceil(x.expires.Sub(c.now()).Seconds())), 4)
	}}, nil
}

func aggregateOutput(function string, col *column, meta *message.ColumnMetadata) (output, error) {
	if function == "min" || function == "max" {
		sign := map[string]int{"min": -1, "max": 1}[function]
		return output{meta: meta, all: func(rows []*liveRow) (best []byte) {
			for _, r := range rows {
				if v := r.value(col); v != nil && (best == nil || sign*col.kind.compare(v, best) > 0) {
					best = v
				}
			}
			return best
		}}, nil
	}
	add, ok := adders[col.kind.Code()]
	if !ok {
		return output{}, invalid("Invalid call to function %s, none of its type signatures match (known type signatures: numbers)", function)
	}
	return output{meta: meta, all: func(rows []*liveRow) []byte {
		var values [][]byte
		for _, r := range rows {
			if v := r.value(col); v != nil {
				values = append(values, v)
			}
		}
		divisor := 1
		if function == "avg" {
			divisor = max(len(values), 1)
		}
		return add(values, divisor, sizes[col.kind.Code()])
	}}, nil
}

// adders add numbers up and divide the sum, by type.
var adders = map[primitive.DataTypeCode]func(values [][]byte, divisor, size int) []byte{
	primitive.DataTypeCodeTinyint: addIntegers, primitive.DataTypeCodeSmallint: addIntegers, primitive.DataTypeCodeInt: addIntegers,
	primitive.DataTypeCodeBigint: addIntegers, primitive.DataTypeCodeCounter: addIntegers,
	primitive.DataTypeCodeFloat: addFloats, primitive.DataTypeCodeDouble: addFloats,
}

func addIntegers(values [][]byte, divisor, size int) []byte {
	var sum int64
	for _, v := range values {
		sum += number(v)
	}
	return integral(sum/int64(divisor), size)
}

func addFloats(values [][]byte, divisor, size int) []byte {
	var sum float64
	for _, v := range values {
		if size == 4 {
			sum += float64(math.Float32frombits(binary.BigEndian.Uint32(v)))
		} else {
			sum += math.Float64frombits(binary.BigEndian.Uint64(v))
		}
	}
	sum /= float64(divisor)
	if size == 4 {
		return binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(sum)))
	}
	return binary.BigEndian.AppendUint64(nil, math.Float64bits(cmp.Or(sum, 0)))
}
