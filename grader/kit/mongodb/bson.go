package mongodb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The kinds of BSON that are read here. https://bsonspec.org/spec.html
const (
	kindDouble   = 0x01
	kindString   = 0x02
	kindDocument = 0x03
	kindArray    = 0x04
	kindBinary   = 0x05
	kindObjectID = 0x07
	kindBool     = 0x08
	kindDate     = 0x09
	kindNull     = 0x0a
	kindRegex    = 0x0b
	kindInt32    = 0x10
	kindTime     = 0x11
	kindInt64    = 0x12
	kindDecimal  = 0x13
	kindMaxKey   = 0x7f
	kindMinKey   = 0xff
)

var errBSON = errors.New("read BSON: it is malformed")

// element is a field of a document, as it came.
type element struct {
	kind  byte
	name  string
	value []byte
}

// elements reads the fields of a document.
func elements(doc []byte) ([]element, error) {
	if len(doc) < 5 || int(binary.LittleEndian.Uint32(doc)) != len(doc) || doc[len(doc)-1] != 0 {
		return nil, errBSON
	}
	var all []element
	for b := doc[4 : len(doc)-1]; len(b) > 0; {
		name, rest, ok := bytes.Cut(b[1:], []byte{0})
		if !ok {
			return nil, errBSON
		}
		n, err := size(b[0], rest)
		if err != nil {
			return nil, err
		}
		all = append(all, element{b[0], string(name), rest[:n]})
		b = rest[n:]
	}
	return all, nil
}

// size returns how many bytes of b a value has.
func size(kind byte, b []byte) (int, error) {
	n := -1
	switch kind {
	case kindDouble, kindDate, kindTime, kindInt64:
		n = 8
	case kindInt32:
		n = 4
	case kindObjectID:
		n = 12
	case kindDecimal:
		n = 16
	case kindBool:
		n = 1
	case kindNull, kindMinKey, kindMaxKey, 0x06:
		n = 0
	case kindRegex:
		n = twoTexts(b)
	case kindDocument, kindArray:
		n = prefixed(b, 0)
	case kindString, 0x0d, 0x0e:
		n = prefixed(b, 4)
	case kindBinary:
		n = prefixed(b, 5)
	}
	if n < 0 || n > len(b) {
		return 0, errBSON
	}
	return n, nil
}

// prefixed returns the size of a value that begins with one, plus more.
func prefixed(b []byte, more int) int {
	if len(b) < 4 {
		return -1
	}
	n := int(int32(binary.LittleEndian.Uint32(b)))
	if n < 0 || n > math.MaxInt32-more {
		return -1
	}
	return n + more
}

func twoTexts(b []byte) int {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return -1
	}
	j := bytes.IndexByte(b[i+1:], 0)
	if j < 0 {
		return -1
	}
	return i + j + 2
}

// lookup returns a document's field.
func lookup(doc []byte, name string) (element, bool) {
	all, _ := elements(doc)
	for _, e := range all {
		if e.name == name {
			return e, true
		}
	}
	return element{}, false
}

// text returns a string's value; "" for anything else.
func (e element) text() string {
	if e.kind != kindString || len(e.value) < 5 {
		return ""
	}
	return string(e.value[4 : len(e.value)-1])
}

// number returns a number's value; 0 for anything else.
func (e element) number() int {
	switch {
	case e.kind == kindInt32:
		return int(int32(binary.LittleEndian.Uint32(e.value)))
	case e.kind == kindInt64:
		return int(binary.LittleEndian.Uint64(e.value))
	case e.kind == kindDouble:
		return int(math.Float64frombits(binary.LittleEndian.Uint64(e.value)))
	}
	return 0
}

// deepest is how far documents in documents are shown.
const deepest = 6

// show writes a value as the MongoDB shell does.
func (e element) show(depth int) string {
	switch e.kind {
	case kindString:
		return strconv.Quote(e.text())
	case kindInt32, kindInt64:
		return strconv.Itoa(e.number())
	case kindDouble:
		return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(e.value)), 'g', -1, 64)
	case kindBool:
		return strconv.FormatBool(e.value[0] != 0)
	case kindNull:
		return "null"
	case kindObjectID:
		return fmt.Sprintf("ObjectId(%x)", e.value)
	case kindDate:
		return time.UnixMilli(int64(binary.LittleEndian.Uint64(e.value))).UTC().Format("2006-01-02T15:04:05.000Z")
	case kindRegex:
		source, options, _ := bytes.Cut(e.value, []byte{0})
		return fmt.Sprintf("/%s/%s", source, bytes.TrimRight(options, "\x00"))
	case kindDocument, kindArray:
		return showDocument(e.value, e.kind == kindArray, depth)
	}
	return "…"
}

func showDocument(doc []byte, array bool, depth int) string {
	all, err := elements(doc)
	if err != nil || depth == deepest {
		return "…"
	}
	var parts []string
	for _, e := range all {
		if array {
			parts = append(parts, e.show(depth+1))
		} else {
			parts = append(parts, e.name+": "+e.show(depth+1))
		}
	}
	if array {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// document builds a document of elements.
func document(all ...element) []byte {
	b := make([]byte, 4)
	for _, e := range all {
		b = append(b, e.kind)
		b = append(append(b, e.name...), 0)
		b = append(b, e.value...)
	}
	b = append(b, 0)
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	return b
}

// array builds an array of documents.
func array(docs [][]byte) []byte {
	var all []element
	for i, d := range docs {
		all = append(all, element{kindDocument, strconv.Itoa(i), d})
	}
	return document(all...)
}

func text(name, value string) element {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(value)+1))
	return element{kindString, name, append(append(b, value...), 0)}
}

func whole(name string, n int64) element {
	return element{kindInt64, name, binary.LittleEndian.AppendUint64(nil, uint64(n))}
}
