package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// order is one line of JSON to the control port; Do is one of
//
//	new         starts a cluster; answers its Addr
//	drop        ends the cluster at Addr
//	state       sets replica Node to State: up, down or mute
//	hints       Keep says whether replicas that come back are told what they missed
//	advance     moves the clock by which values expire by Millis
//	record      answers the statements since the start or forget
//	forget      empties the record
//	partitions  answers how large each partition of Keyspace and Table is
//	cut         ends all connections
type order struct {
	Do, Addr, State string
	Keyspace, Table string
	Node            int
	Millis          int64
	Keep            bool
}

// reply is the answer, another line.
type reply struct {
	Error      string
	Addr       string
	Record     []*statement
	Partitions []size
}

// size tells about a partition of all replicas together.
type size struct {
	Key  string
	Rows int
}

// control is the control port and the clusters behind it.
type control struct {
	listener net.Listener
	mu       sync.Mutex
	clusters map[string]*endpoint // by address
}

func listen() (*control, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	c := &control{listener: l, clusters: map[string]*endpoint{}}
	go c.accept()
	return c, nil
}

func (c *control) close() {
	_ = c.listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.clusters {
		e.close()
	}
	clear(c.clusters)
}

func (c *control) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		go c.serve(conn)
	}
}

func (c *control) serve(conn net.Conn) {
	defer conn.Close()
	in, out := json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var o order
		if err := in.Decode(&o); err != nil {
			return
		}
		r, err := c.obey(o)
		if err != nil {
			r.Error = err.Error()
		}
		if err := out.Encode(r); err != nil {
			return
		}
	}
}

func (c *control) obey(o order) (reply, error) {
	if o.Do == "new" {
		e, err := newEndpoint()
		if err != nil {
			return reply{}, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		addr := e.listener.Addr().String()
		c.clusters[addr] = e
		return reply{Addr: addr}, nil
	}
	c.mu.Lock()
	e, ok := c.clusters[o.Addr]
	if o.Do == "drop" {
		delete(c.clusters, o.Addr)
	}
	c.mu.Unlock()
	if !ok {
		return reply{}, fmt.Errorf("there is no cluster at %q", o.Addr)
	}
	return e.obey(o)
}

func (e *endpoint) obey(o order) (r reply, err error) {
	switch o.Do {
	case "drop":
		e.close()
		return r, nil
	case "cut":
		e.cut()
		return r, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch o.Do {
	case "state":
		if o.Node < 0 || o.Node >= replicas || !slices.Contains([]string{up, down, mute}, o.State) {
			return r, fmt.Errorf("replica %d cannot be %q", o.Node, o.State)
		}
		e.turnTo(o.Node, o.State)
	case "hints":
		e.noHints = !o.Keep
	case "advance":
		if o.Millis < 0 {
			return r, errors.New("a clock moves forward only")
		}
		e.offset += time.Duration(o.Millis) * time.Millisecond
	case "record":
		r.Record = slices.Clone(e.record)
	case "forget":
		e.record = nil
	case "partitions":
		r.Partitions, err = e.sizes(tableName{o.Keyspace, o.Table})
	default:
		return r, fmt.Errorf("there is no order %q", o.Do)
	}
	return r, err
}

func (e *endpoint) sizes(n tableName) (all []size, err error) {
	t, err := e.table(n, "")
	if err != nil {
		return nil, err
	}
	for _, key := range e.keys(t) {
		rows, _ := e.everything(t, key).live(t, e.now())
		if len(rows) > 0 {
			all = append(all, size{t.showKey(key), len(rows)})
		}
	}
	return all, nil
}
