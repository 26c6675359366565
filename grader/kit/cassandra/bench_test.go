package cassandra_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	gocql "github.com/apache/cassandra-gocql-driver/v2"

	"github.com/kata-go/kata/grader/kit/cassandra"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

// bench is a cluster, a session and the table of what it does.
type bench struct {
	*testing.T
	*cassandra.Cluster
	s     *gocql.Session
	table *conformance.Table
}

func (b *bench) exec(query string, values ...any) error { return b.s.Query(query, values...).Exec() }

// rows answers a SELECT as text: values with spaces, rows with bars between.
func (b *bench) rows(query string, values ...any) (string, error) {
	return printed(b.s.Query(query, values...).Iter())
}

func printed(it *gocql.Iter) (string, error) {
	var rows []string
	columns := it.Columns()
	all, err := it.SliceMap()
	for _, m := range all {
		var cells []string
		for _, c := range columns {
			cells = append(cells, fmt.Sprint(m[c.Name]))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return strings.Join(rows, " | "), err
}

// works makes a row of a statement that must succeed.
func (b *bench) works(query string, values ...any) {
	b.Helper()
	b.table.Works(query, b.exec(query, values...))
}

// gives makes a row of a SELECT that must answer want.
func (b *bench) gives(want, query string, values ...any) {
	b.Helper()
	got, err := b.rows(query, values...)
	if err == nil && got != want {
		b.Errorf("%s: got %q, want %q", query, got, want)
	}
	b.table.Works(query, err)
}

// refused makes a row of a statement that must fail with an error of the type
// that as finds, with want in its text.
func (b *bench) refused(code int, want, query string, values ...any) {
	b.Helper()
	err := b.exec(query, values...)
	var r gocql.RequestError
	if errors.As(err, &r) && r.Code() != code {
		b.Errorf("%s: error code %#x, want %#x", query, r.Code(), code)
	}
	b.table.Refused(query, err, want)
}

const (
	syntax      = 0x2000
	invalid     = 0x2200
	config      = 0x2300
	exists      = 0x2400
	unavailable = 0x1000
)

const filtering = "Cannot execute this query as it might involve data filtering and thus may have unpredictable performance. " +
	"If you want to execute this query despite the performance unpredictability, use ALLOW FILTERING"
