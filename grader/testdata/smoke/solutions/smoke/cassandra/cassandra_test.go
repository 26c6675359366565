package cassandra_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/cassandra"
	answer "github.com/kata-go/kata/solutions/smoke/cassandra"
)

// 1. Count counts a partition.
func TestIt(t *testing.T) {
	c := cassandra.Start(t)
	s := c.Session()
	for _, q := range []string{"CREATE TABLE events (day text, at int, PRIMARY KEY (day, at))", "INSERT INTO events (day, at) VALUES ('mon', 1)"} {
		if err := s.Query(q).Exec(); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := answer.Count(s, "mon"); err != nil || n != 1 {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(n, err), Want: "1", Note: c.Saw()})
	}
}
