package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/datatype"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// cqlType is a column's type; multi tells a collection that is not frozen.
type cqlType struct {
	datatype.DataType
	multi bool
}

var simple = map[string]datatype.DataType{
	"ascii": datatype.Ascii, "text": datatype.Varchar, "varchar": datatype.Varchar, "blob": datatype.Blob, "inet": datatype.Inet,
	"tinyint": datatype.Tinyint, "smallint": datatype.Smallint, "int": datatype.Int, "bigint": datatype.Bigint, "counter": datatype.Counter,
	"float": datatype.Float, "double": datatype.Double, "boolean": datatype.Boolean, "uuid": datatype.Uuid, "timeuuid": datatype.Timeuuid,
	"timestamp": datatype.Timestamp, "date": datatype.Date, "time": datatype.Time,
}

// sizes are the lengths of types that have one.
var sizes = map[primitive.DataTypeCode]int{
	primitive.DataTypeCodeTinyint: 1, primitive.DataTypeCodeSmallint: 2, primitive.DataTypeCodeInt: 4, primitive.DataTypeCodeBigint: 8,
	primitive.DataTypeCodeCounter: 8, primitive.DataTypeCodeFloat: 4, primitive.DataTypeCodeDouble: 8, primitive.DataTypeCodeBoolean: 1,
	primitive.DataTypeCodeUuid: 16, primitive.DataTypeCodeTimeuuid: 16, primitive.DataTypeCodeTimestamp: 8, primitive.DataTypeCodeDate: 4,
	primitive.DataTypeCodeTime: 8,
}

// check tells whether a bound value is one of the type.
func (k cqlType) check(v []byte) error {
	if size, ok := sizes[k.Code()]; ok && len(v) != size {
		return invalid("Expected %d byte %s (%d)", size, k, len(v))
	}
	switch k.Code() {
	case primitive.DataTypeCodeInet:
		if len(v) != 4 && len(v) != 16 {
			return invalid("Expected 4 or 16 byte inetaddress; got %d", len(v))
		}
	case primitive.DataTypeCodeList, primitive.DataTypeCodeSet, primitive.DataTypeCodeMap:
		_, err := k.split(v)
		return err
	}
	return nil
}

// compare orders two values of the type as Cassandra does.
func (k cqlType) compare(a, b []byte) int {
	if len(a) != len(b) || len(a) == 0 || len(a) < sizes[k.Code()] {
		return bytes.Compare(a, b)
	}
	switch k.Code() {
	case primitive.DataTypeCodeTinyint, primitive.DataTypeCodeSmallint, primitive.DataTypeCodeInt, primitive.DataTypeCodeBigint,
		primitive.DataTypeCodeCounter, primitive.DataTypeCodeTimestamp, primitive.DataTypeCodeTime:
		return cmp.Compare(number(a), number(b))
	case primitive.DataTypeCodeFloat:
		return cmp.Compare(math.Float32frombits(binary.BigEndian.Uint32(a)), math.Float32frombits(binary.BigEndian.Uint32(b)))
	case primitive.DataTypeCodeDouble:
		return cmp.Compare(math.Float64frombits(binary.BigEndian.Uint64(a)), math.Float64frombits(binary.BigEndian.Uint64(b)))
	case primitive.DataTypeCodeTimeuuid:
		return cmp.Or(cmp.Compare(moment(a), moment(b)), signedBytes(a[8:], b[8:]))
	case primitive.DataTypeCodeUuid:
		return compareUUID(a, b)
	}
	return bytes.Compare(a, b)
}

// number reads a signed integer of any size.
func number(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	n := int64(int8(b[0]))
	for _, x := range b[1:] {
		n = n<<8 | int64(x)
	}
	return n
}

// integral writes one.
func integral(n int64, size int) []byte {
	return slices.Clone(binary.BigEndian.AppendUint64(nil, uint64(n))[8-size:])
}

// moment is the time in a UUID of version 1.
func moment(u []byte) uint64 {
	return uint64(binary.BigEndian.Uint16(u[6:])&0xfff)<<48 | uint64(binary.BigEndian.Uint16(u[4:]))<<32 | uint64(binary.BigEndian.Uint32(u))
}

// compareUUID is UUIDType.compareCustom: by version, those of version 1 by time.
func compareUUID(a, b []byte) int {
	if v := cmp.Compare(a[6]>>4, b[6]>>4); v != 0 {
		return v
	}
	if a[6]>>4 == 1 {
		return cmp.Or(cmp.Compare(moment(a), moment(b)), bytes.Compare(a[8:], b[8:]))
	}
	return bytes.Compare(a, b)
}

// signedBytes is the order of the second half in TimeUUIDType.
func signedBytes(a, b []byte) int {
	return slices.CompareFunc(a, b, func(x, y byte) int { return cmp.Compare(int8(x), int8(y)) })
}

// parts are the types of a collection's elements; key is for sets and maps.
func (k cqlType) parts() (key, value cqlType) {
	switch t := k.DataType.(type) {
	case *datatype.List:
		return cqlType{}, cqlType{DataType: t.ElementType}
	case *datatype.Set:
		return cqlType{DataType: t.ElementType}, cqlType{}
	case *datatype.Map:
		return cqlType{DataType: t.KeyType}, cqlType{DataType: t.ValueType}
	}
	return cqlType{}, cqlType{}
}

// pair is an element of a collection: a list's has no key, a set's no value.
type pair struct{ key, value []byte }

// split reads a collection (native protocol v4, section 6).
func (k cqlType) split(v []byte) ([]pair, error) {
	wrong := invalid("Not enough bytes to read a %s", k)
	read := func() ([]byte, bool) {
		if len(v) < 4 {
			return nil, false
		}
		n := int(int32(binary.BigEndian.Uint32(v)))
		if n < 0 || n > len(v)-4 {
			return nil, false
		}
		b := v[4 : 4+n]
		v = v[4+n:]
		return b, true
	}
	if len(v) < 4 {
		return nil, wrong
	}
	count := int(int32(binary.BigEndian.Uint32(v)))
	v = v[4:]
	key, value := k.parts()
	var all []pair
	for range count {
		var p pair
		for _, half := range []struct {
			kind cqlType
			to   *[]byte
		}{{key, &p.key}, {value, &p.value}} {
			if half.kind.DataType == nil {
				continue
			}
			b, ok := read()
			if !ok {
				return nil, wrong
			}
			if err := half.kind.check(b); err != nil {
				return nil, err
			}
			*half.to = b
		}
		all = append(all, p)
	}
	if len(v) > 0 {
		return nil, invalid("Unexpected extraneous bytes after %s value", k)
	}
	return all, nil
}

// join writes a collection: sets and maps in their keys' order, each key once.
func (k cqlType) join(all []pair) []byte {
	key, value := k.parts()
	if key.DataType != nil {
		slices.SortStableFunc(all, func(a, b pair) int { return key.compare(a.key, b.key) })
		all = slices.CompactFunc(all, func(a, b pair) bool { return bytes.Equal(a.key, b.key) })
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(all)))
	for _, p := range all {
		if key.DataType != nil {
			out = append(binary.BigEndian.AppendUint32(out, uint32(len(p.key))), p.key...)
		}
		if value.DataType != nil {
			out = append(binary.BigEndian.AppendUint32(out, uint32(len(p.value))), p.value...)
		}
	}
	return out
}
