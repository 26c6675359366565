// Package conformance writes what a stand-in for a server does, and what it
// refuses, into a Markdown table beside its package: the tests that make a row
// are the proof of it. It knows no server.
package conformance

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the golden tables anew")

// Table is the rows of one stand-in, in the order of their tests.
type Table struct {
	t     testing.TB
	file  string
	title string
	mu    sync.Mutex
	rows  []string
}

// New returns a table that is compared with file when the test ends, or written
// to it with -update.
func New(t testing.TB, file, title string) *Table {
	t.Helper()
	table := &Table{t: t, file: file, title: title}
	t.Cleanup(table.compare)
	return table
}

// Works makes a row of an operation that must succeed; err is what it returned.
func (c *Table) Works(operation string, err error) {
	c.t.Helper()
	if err != nil {
		c.t.Errorf("%s: %v", operation, err)
	}
	c.row(operation, "works")
}

// Refused makes a row of an operation that must fail with an error that has
// want in its text.
func (c *Table) Refused(operation string, err error, want string) {
	c.t.Helper()
	if err == nil {
		c.t.Errorf("%s: was not refused", operation)
	} else if !strings.Contains(err.Error(), want) {
		c.t.Errorf("%s: was refused with %q, which does not say %q", operation, err, want)
	}
	c.row(operation, "refused: "+want)
}

func (c *Table) row(operation, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	escape := strings.NewReplacer("|", `\|`, "\n", " ").Replace
	c.rows = append(c.rows, fmt.Sprintf("| %s | %s |\n", escape(operation), escape(outcome)))
}

// text is the whole file.
func (c *Table) text() string {
	return "# " + c.title + "\n\nMade by the tests of this package: `go test -update` writes it.\n\n| operation | outcome |\n|---|---|\n" + strings.Join(c.rows, "")
}

func (c *Table) compare() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rows) == 0 {
		c.t.Error("the table has no row: nothing was tried")
		return
	}
	if *update {
		if err := os.WriteFile(c.file, []byte(c.text()), 0o644); err != nil {
			c.t.Errorf("write the table: %v", err)
		}
		return
	}
	have, err := os.ReadFile(c.file)
	if err != nil || strings.ReplaceAll(string(have), "\r\n", "\n") != c.text() {
		c.t.Errorf("%s is not what the tests found (%v): go test -update\n%s", c.file, err, c.text())
	}
}
