package verdict

import (
	"fmt"
	"strconv"
	"strings"
)

// node is one behaviour as a stream reported it.
type node struct {
	name    string
	test    string // testing's name of it, for what testing printed
	status  Status // empty while it runs
	failure *Failure
	reason  string // why it was skipped
	parts   []*node
	taken   bool // an expected behaviour was matched with it
}

// tree is the behaviours of a stream; its root is the process.
type tree struct {
	nodes map[int]*node
	names map[string]int // how often each of testing's names was used
	last  *node          // the behaviour that began last
	flaw  string         // why the events cannot come from the harness
}

// grow puts a stream's events together.
func grow(events []Event) *tree {
	t := &tree{nodes: map[int]*node{0: {test: "kata"}}, names: map[string]int{}}
	for _, e := range events {
		if ok := t.apply(e); !ok && t.flaw == "" {
			t.flaw = fmt.Sprintf("%s of behaviour %d does not follow from what came before", e.Kind, e.ID)
		}
	}
	return t
}

func (t *tree) apply(e Event) bool {
	n, known := t.nodes[e.ID]
	switch e.Kind {
	case "run":
		return !known && t.begin(e)
	case "end":
		return true
	case "failure":
		if e.ID == 0 { // a sub-test that the harness was not told of
			n = t.last
		}
		if n == nil {
			return false
		}
		if n.failure == nil {
			n.failure = failureOf(e.Args)
		}
		return true
	case "absent":
		if known {
			n.reason = line(e.Args[0] + ": " + e.Args[1])
		}
		return known
	}
	if !known || e.ID == 0 || n.status != "" {
		return false
	}
	n.status = Status(e.Kind)
	return true
}

func (t *tree) begin(e Event) bool {
	id, err := strconv.Atoi(e.Args[0])
	parent := t.nodes[id]
	if err != nil || parent == nil {
		return false
	}
	t.last = &node{name: e.Args[1], test: t.unique(parent.test + "/" + testName(e.Args[1]))}
	t.nodes[e.ID] = t.last
	parent.parts = append(parent.parts, t.last)
	return true
}

// unique numbers repeated names as package testing does.
func (t *tree) unique(name string) string {
	n := t.names[name]
	t.names[name] = n + 1
	if n == 0 && !strings.HasSuffix(name, "/") {
		return name
	}
	return fmt.Sprintf("%s#%02d", name, n)
}

// tests returns the node whose parts are the Test functions; nil when it was
// not reached.
func (t *tree) tests() *node { return t.nodes[0].take("tests") }

// take returns the first part of that name that was not taken yet, or nil.
func (n *node) take(name string) *node {
	if n == nil {
		return nil
	}
	for _, p := range n.parts {
		if p.name == name && !p.taken {
			p.taken = true
			return p
		}
	}
	return nil
}

// most of a field of a failure that is shown.
const (
	fieldLines = 40
	fieldBytes = 4000
)

func failureOf(args []string) *Failure {
	field := func(i int) string { return Clean([]byte(args[i]), "", fieldLines, fieldBytes) }
	return &Failure{Sent: field(0), Got: field(1), Want: field(2), Note: field(3), At: line(args[4])}
}

// line returns the first line of an untrusted text, cleaned.
func line(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return Clean([]byte(text), "", 1, 400)
}
