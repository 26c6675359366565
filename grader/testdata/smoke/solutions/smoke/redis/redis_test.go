package redis_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"

	"github.com/kata-go/kata/grader/kit/redisdb"
	answer "github.com/kata-go/kata/solutions/smoke/redis"
)

// 1. Put keeps a value.
func TestIt(t *testing.T) {
	s := redisdb.Start(t)
	err := answer.Put(t.Context(), s.URL(), "tea", "green")
	if got := s.Do("GET", "tea"); err != nil || got != "green" {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(got, err), Want: "green", Note: s.Saw()})
	}
}
