package cassandra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
)

// order and reply are the lines of the simulator's control port.
type order struct {
	Do, Addr, State string
	Keyspace, Table string
	Node            int
	Millis          int64
	Keep            bool
}

type reply struct {
	Error      string
	Addr       string
	Record     []Statement
	Partitions []struct {
		Key  string
		Rows int
	}
}

// control is a connection to the control port, and the cluster made by it.
type control struct {
	mu   sync.Mutex
	conn net.Conn
	in   *json.Decoder
	out  *json.Encoder
	addr string
}

func dial(host string) (*control, error) {
	conn, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return nil, fmt.Errorf("reach the simulator of Cassandra: %w", err)
	}
	return &control{conn: conn, in: json.NewDecoder(conn), out: json.NewEncoder(conn)}, nil
}

func (c *control) do(o order) (r reply, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o.Addr = c.addr
	if err = c.out.Encode(o); err == nil {
		err = c.in.Decode(&r)
	}
	if err == nil && r.Error != "" {
		err = errors.New(r.Error)
	}
	return r, err
}

// create makes the cluster and returns its contact point.
func (c *control) create() (string, error) {
	r, err := c.do(order{Do: "new"})
	c.addr = r.Addr
	return r.Addr, err
}

func (c *control) close() {
	_, _ = c.do(order{Do: "drop"}) // what is left ends with the program
	_ = c.conn.Close()
}
