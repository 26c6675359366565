package redisdb

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"
)

// failure is an error that Redis answered with.
type failure string

func (e failure) Error() string { return string(e) }

// tape reads RESP values and keeps the bytes that it read. Both versions of the
// protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/.
type tape struct {
	r   *bufio.Reader
	raw []byte
}

// read returns the next value and the bytes that encode it. A value is a
// string, an int64, nil, a failure or a []any (also for maps, flattened).
func read(r *bufio.Reader) (value any, raw []byte, err error) {
	t := &tape{r: r}
	value, err = t.value()
	return value, t.raw, err
}

func (t *tape) value() (any, error) {
	line, err := t.line()
	if err != nil {
		return nil, err
	}
	kind, text := line[0], line[1:]
	switch kind {
	case '+', ',', '(', '#':
		return text, nil
	case '-':
		return failure(text), nil
	case '_':
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("read RESP: no number in %q", line)
	}
	switch kind {
	case ':':
		return n, nil
	case '$', '=', '!':
		return t.bulk(kind, n)
	case '*', '~', '>':
		return t.list(n)
	case '%':
		return t.list(2 * n)
	case '|': // attributes, which precede a value
		if _, err := t.list(2 * n); err != nil {
			return nil, err
		}
		return t.value()
	}
	return nil, fmt.Errorf("read RESP: no such type: %q", line)
}

// line returns the next line, which is never empty, without its ending.
func (t *tape) line() (string, error) {
	b, err := t.r.ReadBytes('\n')
	t.raw = append(t.raw, b...)
	if err != nil {
		return "", err
	}
	if len(b) < 3 || b[len(b)-2] != '\r' {
		return "", fmt.Errorf("read RESP: not a line of it: %q", b)
	}
	return string(b[:len(b)-2]), nil
}

func (t *tape) bulk(kind byte, n int64) (any, error) {
	if n < 0 {
		return nil, nil
	}
	if n > 512<<20 { // proto-max-bulk-len
		return nil, fmt.Errorf("read RESP: a string of %d bytes", n)
	}
	b := make([]byte, n+2)
	if _, err := io.ReadFull(t.r, b); err != nil {
		return nil, err
	}
	t.raw = append(t.raw, b...)
	if kind == '!' {
		return failure(b[:n]), nil
	}
	return string(b[:n]), nil
}

func (t *tape) list(n int64) (any, error) {
	if n < 0 {
		return nil, nil
	}
	var values []any
	for range n {
		v, err := t.value()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// encode writes a command as clients do.
func encode(words []string) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, w := range words {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(w), w)
	}
	return b
}

// link is a connection to a Redis.
type link struct {
	mu   sync.Mutex // of do
	conn net.Conn
	r    *bufio.Reader
}

const patience = 10 * time.Second // with a Redis that was reachable a moment ago

func newLink(conn net.Conn) *link { return &link{conn: conn, r: bufio.NewReaderSize(conn, chunk)} }

// do sends one command and returns its answer; an answer that is an error is
// returned as such.
func (l *link) do(words ...string) (any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := l.conn.Write(encode(words)); err != nil {
		return nil, err
	}
	answer, _, err := read(l.r)
	if e, ok := answer.(failure); ok {
		return nil, e
	}
	return answer, errors.Join(err, l.conn.SetDeadline(time.Time{}))
}
