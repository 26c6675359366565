package postgres_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"

	"github.com/kata-go/kata/grader/kit/pgdb"
	answer "github.com/kata-go/kata/solutions/smoke/postgres"
)

// 1. Count counts the rows.
func TestIt(t *testing.T) {
	db := pgdb.Start(t)
	db.Must("CREATE TABLE tea (id bigint GENERATED ALWAYS AS IDENTITY)", "INSERT INTO tea SELECT FROM generate_series(1, 3)")
	if n, err := answer.Count(t.Context(), db.URL()); err != nil || n != 3 {
		db.Fail(kit.Failure{Got: fmt.Sprint(n, err), Want: "3"})
	}
}
