// Package wire reads and writes MongoDB's wire protocol: OP_MSG, and OP_QUERY as
// far as the oldest form of a client's greeting needs it.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
//
// It owns framing and nothing else; commands mean nothing to it.
package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013

	// MaxMessage is the most bytes that a message may have.
	MaxMessage = 48_000_000
	headerSize = 16

	checksumPresent = 1 << 0
	moreToCome      = 1 << 1
)

// Message is one command as it came. Document sequences stand in Body as arrays.
type Message struct {
	ID     uint32
	Body   bson.D
	Silent bool // the client reads no answer
	legacy bool
}

var errShort = errors.New("read a message: it ends too early")

// Read returns the next message. io.EOF says that there is none.
func Read(r io.Reader) (Message, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return Message{}, err
	}
	size := binary.LittleEndian.Uint32(h[:])
	if size < headerSize || size > MaxMessage {
		return Message{}, fmt.Errorf("read a message: a size of %d bytes", size)
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, int64(size-headerSize)); err != nil {
		return Message{}, fmt.Errorf("read a message: %w", err)
	}
	m, err := Parse(binary.LittleEndian.Uint32(h[12:]), body.Bytes())
	m.ID = binary.LittleEndian.Uint32(h[4:])
	return m, err
}

// Parse reads what follows a message's header.
func Parse(opcode uint32, b []byte) (Message, error) {
	switch opcode {
	case opMsg:
		return parseMsg(b)
	case opQuery:
		return parseQuery(b)
	}
	return Message{}, fmt.Errorf("read a message: no such operation: %d", opcode)
}

// parseQuery reads flags, a collection's name, two counts and a document.
func parseQuery(b []byte) (Message, error) {
	if len(b) < 4 {
		return Message{}, errShort
	}
	end := bytes.IndexByte(b[4:], 0)
	if end < 0 || len(b) < 4+end+1+8 {
		return Message{}, errShort
	}
	d, _, err := document(b[4+end+1+8:])
	return Message{Body: d, legacy: true}, err
}

func parseMsg(b []byte) (Message, error) {
	if len(b) < 4 {
		return Message{}, errShort
	}
	flags := binary.LittleEndian.Uint32(b)
	if unknown := flags & 0xffff &^ (checksumPresent | moreToCome); unknown != 0 {
		return Message{}, fmt.Errorf("read a message: unknown required flags %#x", unknown)
	}
	b = b[4:]
	if flags&checksumPresent != 0 {
		if len(b) < 4 {
			return Message{}, errShort
		}
		b = b[:len(b)-4]
	}
	m := Message{Silent: flags&moreToCome != 0}
	return m, m.sections(b)
}

// sections reads one document and any number of document sequences.
func (m *Message) sections(b []byte) error {
	var sequences bson.D
	for len(b) > 0 {
		kind := b[0]
		var n int
		var err error
		switch {
		case kind == 0 && m.Body == nil:
			m.Body, n, err = document(b[1:])
		case kind == 1:
			var e bson.E
			e, n, err = sequence(b[1:])
			sequences = append(sequences, e)
		default:
			err = fmt.Errorf("read a message: a section of kind %d", kind)
		}
		if err != nil {
			return err
		}
		b = b[1+n:]
	}
	if len(m.Body) == 0 {
		return errors.New("read a message: no command")
	}
	m.Body = append(m.Body, sequences...)
	return nil
}

// document reads a document and returns its size.
func document(b []byte) (bson.D, int, error) {
	if len(b) < 5 {
		return nil, 0, errShort
	}
	size := int(int32(binary.LittleEndian.Uint32(b)))
	if size < 5 || size > len(b) {
		return nil, 0, errShort
	}
	if err := bson.Raw(b[:size]).Validate(); err != nil {
		return nil, 0, fmt.Errorf("read a document: %w", err)
	}
	d := bson.D{}
	if err := bson.Unmarshal(b[:size], &d); err != nil {
		return nil, 0, fmt.Errorf("read a document: %w", err)
	}
	return d, size, nil
}

func sequence(b []byte) (bson.E, int, error) {
	if len(b) < 4 {
		return bson.E{}, 0, errShort
	}
	size := int(int32(binary.LittleEndian.Uint32(b)))
	if size < 5 || size > len(b) {
		return bson.E{}, 0, errShort
	}
	name, rest, ok := bytes.Cut(b[4:size], []byte{0})
	if !ok {
		return bson.E{}, 0, errShort
	}
	list := bson.A{}
	for len(rest) > 0 {
		d, n, err := document(rest)
		if err != nil {
			return bson.E{}, 0, err
		}
		list = append(list, d)
		rest = rest[n:]
	}
	return bson.E{Key: string(name), Value: list}, size, nil
}

// Write answers m.
func Write(w io.Writer, m Message, answer bson.D) error {
	doc, err := bson.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	opcode, prefix := uint32(opMsg), make([]byte, 5) // no flags, a section of kind 0
	if m.legacy {
		opcode, prefix = opReply, make([]byte, 20)
		binary.LittleEndian.PutUint32(prefix[16:], 1) // one document
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(headerSize+len(prefix)+len(doc)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, m.ID)
	b = binary.LittleEndian.AppendUint32(b, opcode)
	_, err = w.Write(append(append(b, prefix...), doc...))
	return err
}
