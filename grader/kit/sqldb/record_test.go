package sqldb_test

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// recorder is a testing.TB that remembers how a behaviour ended.
type recorder struct {
	testing.TB
	failure, skip string
}

func (r *recorder) Helper()      {}
func (r *recorder) Name() string { return "TestBehaviour" }

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, args ...any) {
	r.skip = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// record runs a behaviour to its end.
func record(t *testing.T, behaviour func(t testing.TB)) *recorder {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		behaviour(r)
	}()
	<-done
	failure, _, _ := strings.Cut(r.failure, "\nseed ")
	r.failure = versions.ReplaceAllString(strings.TrimSpace(failure), "$1 X")
	return r
}

// versions matches what differs from one machine to the next.
var versions = regexp.MustCompile(`(SQLite|PostgreSQL) [0-9.]+`)

// lines joins the lines of an expected text.
func lines(l ...string) string { return strings.Join(l, "\n") }
