package mongodb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/kata-go/kata/grader/kit/internal/traffic"
)

const (
	opMsg      = 2013
	headerSize = 16
	largest    = 48_000_000 // bytes of a message

	checksum   = 1 << 0
	moreToCome = 1 << 1
)

// readMessage returns the next message whole.
func readMessage(r io.Reader) ([]byte, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n < headerSize || n > largest {
		return nil, fmt.Errorf("read a message of MongoDB: a size of %d bytes", n)
	}
	var b bytes.Buffer
	b.Write(head[:])
	if _, err := io.CopyN(&b, r, int64(n-headerSize)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// more reports whether an OP_MSG says that another follows, or that no answer is
// waited for.
func more(m []byte) bool {
	return len(m) >= headerSize+4 && binary.LittleEndian.Uint32(m[12:]) == opMsg && binary.LittleEndian.Uint32(m[headerSize:])&moreToCome != 0
}

// command is what a client asked.
type command struct {
	body      []byte              // the document
	name      string              // of the command
	on        string              // the collection, "" without one
	sequences map[string][][]byte // documents that stand beside the body
}

// parse reads an OP_MSG.
func parse(m []byte) (command, error) {
	if len(m) < headerSize+4 || binary.LittleEndian.Uint32(m[12:]) != opMsg {
		return command{}, errors.New("read a command: no OP_MSG")
	}
	b := m[headerSize+4:]
	if binary.LittleEndian.Uint32(m[headerSize:])&checksum != 0 {
		b = b[:max(len(b)-4, 0)]
	}
	c := command{sequences: map[string][][]byte{}}
	for len(b) > 0 {
		n := prefixed(b[1:], 0)
		if n < 5 || n > len(b)-1 {
			return command{}, errBSON
		}
		if b[0] == 0 {
			c.body = b[1 : 1+n]
		} else if err := c.sequence(b[5 : 1+n]); err != nil {
			return command{}, err
		}
		b = b[1+n:]
	}
	all, err := elements(c.body)
	if err != nil || len(all) == 0 {
		return command{}, errBSON
	}
	c.name, c.on = all[0].name, all[0].text()
	if c.name == "getMore" {
		e, _ := lookup(c.body, "collection")
		c.on = e.text()
	}
	return c, nil
}

func (c *command) sequence(b []byte) error {
	name, rest, ok := bytes.Cut(b, []byte{0})
	if !ok {
		return errBSON
	}
	for len(rest) > 0 {
		n := prefixed(rest, 0)
		if n < 5 || n > len(rest) {
			return errBSON
		}
		c.sequences[string(name)] = append(c.sequences[string(name)], rest[:n])
		rest = rest[n:]
	}
	return nil
}

// greeting reports whether client libraries send the command by themselves. Such
// commands are not recorded or held.
func (c command) greeting() bool {
	return slices.Contains([]string{"hello", "isMaster", "ismaster", "endSessions", "ping", "saslStart", "saslContinue", "killCursors"}, c.name)
}

// list returns the documents of a field, which stand in the body or beside it.
func (c command) list(name string) [][]byte {
	if docs, ok := c.sequences[name]; ok {
		return docs
	}
	e, _ := lookup(c.body, name)
	var docs [][]byte
	if all, err := elements(e.value); err == nil && e.kind == kindArray {
		for _, item := range all {
			if item.kind == kindDocument {
				docs = append(docs, item.value)
			}
		}
	}
	return docs
}

// widest is how many runes of a command are shown.
const widest = 68

// String writes the command as people type it: users.find({email: "a"}).
func (c command) String() string {
	return traffic.Cut(fmt.Sprintf("%s.%s(%s)", c.on, c.name, c.arguments()), widest)
}

func (c command) arguments() string {
	switch c.name {
	case "find":
		return c.field("filter")
	case "count", "distinct", "findAndModify":
		return c.field("query")
	case "aggregate":
		return c.field("pipeline")
	case "insert":
		return items(c.list("documents"))
	case "update":
		return c.each("updates", "q", "u")
	case "delete":
		return c.each("deletes", "q")
	case "createIndexes":
		return c.each("indexes", "key")
	}
	return ""
}

func (c command) field(name string) string {
	e, ok := lookup(c.body, name)
	if !ok {
		return ""
	}
	return e.show(0)
}

func items(docs [][]byte) string {
	if len(docs) == 1 {
		return showDocument(docs[0], false, 0)
	}
	return fmt.Sprintf("%d documents", len(docs))
}

// each shows some fields of the only document of a list.
func (c command) each(name string, fields ...string) string {
	docs := c.list(name)
	if len(docs) != 1 {
		return fmt.Sprintf("%d %s", len(docs), name)
	}
	out := ""
	for i, f := range fields {
		if e, ok := lookup(docs[0], f); ok {
			out += map[bool]string{true: ", "}[i > 0] + e.show(0)
		}
	}
	return out
}

const patience = 10 * time.Second // with a server that was reachable a moment ago

// ask sends one command over a connection of its own kind and returns the
// answer's document.
func ask(conn net.Conn, body []byte) ([]byte, error) {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(headerSize+5+len(body)))
	head = binary.LittleEndian.AppendUint32(head, 1)
	head = binary.LittleEndian.AppendUint32(head, 0)
	head = binary.LittleEndian.AppendUint32(head, opMsg)
	if _, err := conn.Write(append(append(head, 0, 0, 0, 0, 0), body...)); err != nil {
		return nil, err
	}
	m, err := readMessage(conn)
	if err != nil {
		return nil, err
	}
	answer, err := parse(m)
	if err != nil {
		return nil, err
	}
	if ok, _ := lookup(answer.body, "ok"); ok.number() != 1 {
		e, _ := lookup(answer.body, "errmsg")
		return nil, errors.New(e.text())
	}
	return answer.body, conn.SetDeadline(time.Time{})
}
