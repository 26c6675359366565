package main

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// literal is the value of a written constant that is not null.
func (k cqlType) literal(t token, column string) (value []byte, err error) {
	wrong := invalid("Invalid %s constant (%s) for \"%s\" of type %s", constantName(t), t.text, column, k)
	var v []byte
	var ok bool
	switch t.kind {
	case integer:
		v, ok = k.fromInteger(t.text)
	case float:
		v, ok = k.fromFloat(t.text)
	case text:
		v, ok = k.fromText(t.text)
	case hexKind:
		v, err = hex.DecodeString(t.text)
		ok = err == nil && k.Code() == primitive.DataTypeCodeBlob
	case uuidKind:
		v, err = hex.DecodeString(strings.ReplaceAll(t.text, "-", ""))
		ok = err == nil && (k.Code() == primitive.DataTypeCodeUuid || k.Code() == primitive.DataTypeCodeTimeuuid && v[6]>>4 == 1)
	case word:
		v, ok = []byte{0}, k.Code() == primitive.DataTypeCodeBoolean
		if t.text == "true" {
			v[0] = 1
		}
	}
	if !ok {
		return nil, wrong
	}
	return v, nil
}

func constantName(t token) string {
	return map[tokenKind]string{integer: "INTEGER", float: "FLOAT", text: "STRING", hexKind: "HEX", uuidKind: "UUID", word: "BOOLEAN"}[t.kind]
}

func (k cqlType) fromInteger(s string) ([]byte, bool) {
	switch k.Code() {
	case primitive.DataTypeCodeFloat, primitive.DataTypeCodeDouble:
		return k.fromFloat(s)
	case primitive.DataTypeCodeTinyint, primitive.DataTypeCodeSmallint, primitive.DataTypeCodeInt, primitive.DataTypeCodeBigint,
		primitive.DataTypeCodeCounter, primitive.DataTypeCodeTimestamp, primitive.DataTypeCodeTime:
		size := sizes[k.Code()]
		n, err := strconv.ParseInt(s, 10, size*8)
		return integral(n, size), err == nil
	case primitive.DataTypeCodeDate:
		n, err := strconv.ParseUint(s, 10, 32)
		return binary.BigEndian.AppendUint32(nil, uint32(n)), err == nil
	}
	return nil, false
}

func (k cqlType) fromFloat(s string) ([]byte, bool) {
	f, err := strconv.ParseFloat(s, 64)
	switch k.Code() {
	case primitive.DataTypeCodeFloat:
		return binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(f))), err == nil
	case primitive.DataTypeCodeDouble:
		return binary.BigEndian.AppendUint64(nil, math.Float64bits(f)), err == nil
	}
	return nil, false
}

// layouts of timestamps, as TimestampSerializer has them.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700", "2006-01-02 15:04:05.999Z0700", "2006-01-02 15:04Z0700",
	"2006-01-02 15:04:05.999", "2006-01-02T15:04:05.999", "2006-01-02 15:04", "2006-01-02"}

func (k cqlType) fromText(s string) ([]byte, bool) {
	switch k.Code() {
	case primitive.DataTypeCodeVarchar:
		return []byte(s), true
	case primitive.DataTypeCodeAscii:
		return []byte(s), !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
	case primitive.DataTypeCodeInet:
		a, err := netip.ParseAddr(s)
		return a.AsSlice(), err == nil
	case primitive.DataTypeCodeTimestamp:
		for _, layout := range layouts {
			if t, err := time.Parse(layout, s); err == nil {
				return integral(t.UnixMilli(), 8), true
			}
		}
	case primitive.DataTypeCodeDate: // days, with the epoch at 2^31
		t, err := time.Parse(time.DateOnly, s)
		return binary.BigEndian.AppendUint32(nil, uint32(t.Unix()/86400+1<<31)), err == nil
	case primitive.DataTypeCodeTime:
		t, err := time.Parse("15:04:05.999999999", s)
		return integral(int64(t.Sub(t.Truncate(24*time.Hour))), 8), err == nil
	}
	return nil, false
}

// show writes a value for people.
func (k cqlType) show(v []byte) string {
	if v == nil {
		return "null"
	}
	switch k.Code() {
	case primitive.DataTypeCodeVarchar, primitive.DataTypeCodeAscii:
		return "'" + strings.ReplaceAll(string(v), "'", "''") + "'"
	case primitive.DataTypeCodeTinyint, primitive.DataTypeCodeSmallint, primitive.DataTypeCodeInt, primitive.DataTypeCodeBigint, primitive.DataTypeCodeCounter:
		return strconv.FormatInt(number(v), 10)
	case primitive.DataTypeCodeTimestamp:
		return "'" + time.UnixMilli(number(v)).UTC().Format("2006-01-02T15:04:05.000Z") + "'"
	case primitive.DataTypeCodeBoolean:
		return strconv.FormatBool(v[0] != 0)
	case primitive.DataTypeCodeDate:
		return "'" + time.Unix((int64(binary.BigEndian.Uint32(v))-1<<31)*86400, 0).UTC().Format(time.DateOnly) + "'"
	case primitive.DataTypeCodeUuid, primitive.DataTypeCodeTimeuuid:
		h := hex.EncodeToString(v)
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	}
	return "0x" + hex.EncodeToString(v)
}
