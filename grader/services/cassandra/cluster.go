package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// replicas is how many nodes a cluster has.
const replicas = 3

// The states of a node.
const (
	up   = "up"
	down = "down" // known to be gone: it counts as not alive
	mute = "mute" // counts as alive and does not answer
)

// node is one replica.
type node struct {
	state string
	data  map[*table]map[string]*partition
	hints []*mutation // what it missed
}

// cluster is one test's Cassandra. Its lock orders all statements.
type cluster struct {
	mu        sync.Mutex
	keyspaces map[string]*keyspace
	nodes     []*node
	noHints   bool
	offset    time.Duration // of the clock by which values expire
	last      int64         // the time given to the last write, in microseconds
	turn      int           // which replica is asked first
	additions uint64        // numbers of additions to counters
	prepared  map[string]prepared
	record    []*statement
}

func newCluster() *cluster {
	c := &cluster{keyspaces: map[string]*keyspace{}, prepared: map[string]prepared{}}
	for range replicas {
		c.nodes = append(c.nodes, &node{state: up, data: map[*table]map[string]*partition{}})
	}
	return c
}

// now is the time by which values expire.
func (c *cluster) now() time.Time { return time.Now().Add(c.offset) }

// micros is the time of a write that brings none: no two have the same.
func (c *cluster) micros() int64 {
	c.last = max(time.Now().UnixMicro(), c.last+1)
	return c.last
}

// forget drops a table's data.
func (c *cluster) forget(t *table) {
	for _, n := range c.nodes {
		delete(n.data, t)
		n.hints = slices.DeleteFunc(n.hints, func(m *mutation) bool { return m.table == t })
	}
}

// holders are the nodes that have a partition.
func (c *cluster) holders(t *table, key [][]byte) []*node {
	if t.keyspace.factor >= replicas {
		return c.nodes
	}
	first := int(uint64(tokenOf(key)) % replicas)
	var all []*node
	for i := range t.keyspace.factor {
		all = append(all, c.nodes[(first+i)%replicas])
	}
	return all
}

// required is how many replicas must answer.
func required(level primitive.ConsistencyLevel, factor int) int {
	switch level {
	case primitive.ConsistencyLevelTwo:
		return 2
	case primitive.ConsistencyLevelThree:
		return 3
	case primitive.ConsistencyLevelQuorum, primitive.ConsistencyLevelLocalQuorum, primitive.ConsistencyLevelEachQuorum,
		primitive.ConsistencyLevelSerial, primitive.ConsistencyLevelLocalSerial:
		return factor/2 + 1
	case primitive.ConsistencyLevelAll:
		return factor
	}
	return 1
}

func count(nodes []*node, states ...string) (n int) {
	for _, x := range nodes {
		if slices.Contains(states, x.state) {
			n++
		}
	}
	return n
}

// available refuses what too few living replicas could answer.
func available(nodes []*node, level primitive.ConsistencyLevel, factor int) error {
	need, alive := required(level, factor), count(nodes, up, mute)
	if alive >= need || level == primitive.ConsistencyLevelAny {
		return nil
	}
	return &refusal{&message.Unavailable{ErrorMessage: fmt.Sprintf("Cannot achieve consistency level %s", levelName(level)),
		Consistency: level, Required: int32(need), Alive: int32(alive)}}
}

// write applies mutations: to the replicas that are up at once, to the others
// when they come back. It waits for as many as level asks for.
func (c *cluster) write(all []*mutation, level primitive.ConsistencyLevel, kind primitive.WriteType) error {
	for _, m := range all {
		if err := available(c.holders(m.table, m.key), level, m.table.keyspace.factor); err != nil {
			return err
		}
	}
	var late error
	for _, m := range all {
		holders := c.holders(m.table, m.key)
		for _, n := range holders {
			if n.state == up {
				n.apply(m)
			} else if !c.noHints {
				n.hints = append(n.hints, m)
			}
		}
		need, got := required(level, m.table.keyspace.factor), count(holders, up)
		if got < need && level != primitive.ConsistencyLevelAny {
			late = &refusal{&message.WriteTimeout{ErrorMessage: fmt.Sprintf("Operation timed out - received only %d responses.", got),
				Consistency: level, Received: int32(got), BlockFor: int32(need), WriteType: kind}}
		}
	}
	return late
}

func (n *node) apply(m *mutation) {
	if n.data[m.table] == nil {
		n.data[m.table] = map[string]*partition{}
	}
	id := identity(m.key)
	if n.data[m.table][id] == nil {
		n.data[m.table][id] = newPartition(m.key)
	}
	n.data[m.table][id].add(m.rows, m.tombs)
}

// read merges what as many replicas as level asks for have of a partition, and
// repairs those.
func (c *cluster) read(t *table, key [][]byte, level primitive.ConsistencyLevel) (*partition, error) {
	holders := c.holders(t, key)
	if err := available(holders, level, t.keyspace.factor); err != nil {
		return nil, err
	}
	need, answering := required(level, t.keyspace.factor), slices.DeleteFunc(slices.Clone(holders), func(n *node) bool { return n.state != up })
	if got := len(answering); got < need {
		return nil, &refusal{&message.ReadTimeout{ErrorMessage: fmt.Sprintf("Operation timed out - received only %d responses.", got),
			Consistency: level, Received: int32(got), BlockFor: int32(need), DataPresent: got > 0}}
	}
	c.turn++
	id, merged := identity(key), newPartition(key)
	var asked []*node
	for i := range need {
		n := answering[(c.turn+i)%len(answering)]
		asked = append(asked, n)
		if p := n.data[t][id]; p != nil {
			merged.add(p.all(), p.tombs)
		}
	}
	if len(asked) > 1 && (len(merged.rows)+len(merged.tombs)+len(merged.static.cells)+len(merged.static.drops)) > 0 {
		for _, n := range asked {
			n.apply(&mutation{t, key, merged.all(), merged.tombs})
		}
	}
	return merged, nil
}

// keys are all partition keys that some replica has, in the order of tokens.
func (c *cluster) keys(t *table) [][][]byte {
	all := map[string][][]byte{}
	for _, n := range c.nodes {
		for id, p := range n.data[t] {
			all[id] = p.key
		}
	}
	return slices.SortedFunc(maps.Values(all), comparePartitions)
}

// turnTo sets a node's state; one that comes back is told what it missed.
func (c *cluster) turnTo(i int, state string) {
	n := c.nodes[i]
	n.state = state
	if state == up {
		for _, m := range n.hints {
			n.apply(m)
		}
		n.hints = nil
	}
}
