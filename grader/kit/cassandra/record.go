package cassandra

import (
	"fmt"
	"slices"
	"strings"
)

// Statement is one statement that clients had executed.
type Statement struct {
	Query       string // with its markers; a batch's are put together
	Kind        string // select, insert, update, delete, batch, schema, or invalid for what was no statement
	Table       string
	Level       string   // the consistency level, as "QUORUM"
	Partitions  []string // that were read or written, as "room='a'"
	Scan        bool     // a read that named no partition
	Filtering   bool     // rows were read to be thrown away
	Conditional bool     // it has an IF
	Read        int      // live rows that were looked at
	Returned    int      // rows in the answer, of this page
	Dead        int      // deleted or expired rows that were looked at
	Error       string   // what it was refused with
}

// widest is how much of a statement is shown.
const widest = 60

// String is the statement as people read it.
func (s Statement) String() string {
	text := strings.Join(strings.Fields(s.Query), " ")
	if r := []rune(text); len(r) > widest {
		text = string(r[:widest-1]) + "…"
	}
	if s.Level != "" {
		text += " at " + s.Level
	}
	switch {
	case s.Error != "":
		return text + ": " + s.Error
	case s.Kind == "select":
		where := fmt.Sprintf("%d partitions", len(s.Partitions))
		if len(s.Partitions) == 1 {
			where = s.Partitions[0]
		}
		if s.Scan {
			where = "all " + where
		}
		text += fmt.Sprintf(": read %d rows of %s, answered %d", s.Read, where, s.Returned)
	}
	return text
}

// Statements returns what clients had executed since the start or Forget, without
// what drivers ask of their own accord, in order: of the given kinds, or all. Call
// it from the test's own goroutine.
func (c *Cluster) Statements(kinds ...string) []Statement {
	c.t.Helper()
	c.simulated("seeing the statements")
	return slices.DeleteFunc(c.order(order{Do: "record"}).Record, func(s Statement) bool {
		return len(kinds) > 0 && !slices.Contains(kinds, s.Kind)
	})
}

// Forget empties the record.
func (c *Cluster) Forget() {
	c.t.Helper()
	c.simulated("seeing the statements")
	c.order(order{Do: "forget"})
}

// shown is how many lines Saw has.
const shown = 8

// Saw tells Statements for a failure's note, the last lines of them and a line for
// each run of equal ones. It is empty on a real server.
func (c *Cluster) Saw() string {
	c.t.Helper()
	if c.control == nil {
		return ""
	}
	var lines []string
	n := 0
	all := c.Statements()
	for i, s := range all {
		n++
		if i+1 < len(all) && all[i+1].String() == s.String() {
			continue
		}
		line := s.String()
		if n > 1 {
			line = fmt.Sprintf("%d × %s", n, line)
		}
		lines, n = append(lines, line), 0
	}
	if len(lines) == 0 {
		return "Cassandra saw no statement"
	}
	lead := "Cassandra saw "
	if more := len(lines) - shown; more > 0 {
		lead = fmt.Sprintf("Cassandra saw %d things, at last ", len(lines))
		lines = lines[more:]
	}
	return lead + strings.Join(lines, "\n         then ")
}
