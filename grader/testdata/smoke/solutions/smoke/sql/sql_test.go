package sql_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"

	"github.com/kata-go/kata/grader/kit/sqldb"
	answer "github.com/kata-go/kata/solutions/smoke/sql"
)

// 1. Count counts the rows.
func TestIt(t *testing.T) {
	sqldb.OpenEach(t, func(db *sqldb.Live) {
		db.Must("CREATE TABLE tea (id integer)", "INSERT INTO tea VALUES (1), (2), (3)")
		if n, err := answer.Count(t.Context(), db.DB); err != nil || n != 3 {
			db.Fail(kit.Failure{Got: fmt.Sprint(n, err), Want: "3"})
		}
	})
}
