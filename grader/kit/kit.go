// Package kit is what hidden tests import: failures that teach, inputs drawn
// from one printed seed, deadlines, and the files and services of an exercise.
//
// It works the same under a plain `go test ./solutions/...` and under the
// grader. It imports the standard library only, so that it costs an exercise
// nothing to link, and knows neither verdicts nor the grader.
package kit

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Failure is what a learner reads when a behaviour does not hold. A field that
// says nothing is left empty.
type Failure struct {
	Sent string // what the test did: a curl line, a statement, a call
	Got  string // what came back
	Want string // what the brief asks for
	Note string // a further fact, such as what the other side saw
	At   string // the learner's line, as File or At return it
}

// String lays the failure out in labelled, aligned paragraphs.
func (f Failure) String() string {
	var b strings.Builder
	for _, p := range []struct{ label, text string }{{"sent", f.Sent}, {"got", f.Got}, {"want", f.Want}, {"note", f.Note}, {"at", f.At}} {
		if p.text != "" {
			text := strings.ReplaceAll(strings.TrimRight(p.text, "\n"), "\n", "\n        ")
			fmt.Fprintf(&b, "%-8s%s\n", p.label, text)
		}
	}
	return b.String()
}

// Observer is told of every failure and every absence; the grader's harness is
// one. Test names are those of testing.TB.Name.
type Observer interface {
	Failure(test string, f Failure)
	Absent(test, reason, mend string)
}

var observer atomic.Pointer[Observer]

// Observe makes o the process's observer. Only the harness calls it.
func Observe(o Observer) { observer.Store(&o) }

// Fail reports f and ends the behaviour. Like t.FailNow it must be called from
// the test's own goroutine.
func Fail(t testing.TB, f Failure) {
	t.Helper()
	if o := observer.Load(); o != nil {
		(*o).Failure(t.Name(), f)
	}
	t.Fatalf("\n%sseed    %d (repeat: KATA_SEED=%d)", f, Seed(), Seed())
}

// Skip ends the behaviour without a verdict, because the machine lacks what
// it needs; mend is the command or setting that would provide it.
func Skip(t testing.TB, reason, mend string) {
	t.Helper()
	if o := observer.Load(); o != nil {
		(*o).Absent(t.Name(), reason, mend)
	}
	t.Skipf("%s: %s", reason, mend)
}

// SeedEnv names the environment variable that fixes the seed of a plain
// `go test`.
const SeedEnv = "KATA_SEED"

var seed = func() *atomic.Uint64 {
	var s atomic.Uint64
	n, err := strconv.ParseUint(os.Getenv(SeedEnv), 10, 64)
	if err != nil {
		n = rand.Uint64N(99999) + 1
	}
	s.Store(n)
	return &s
}()

// Seed returns the number that all random inputs of this process follow from.
func Seed() uint64 { return seed.Load() }

// SetSeed fixes the seed before the first test runs. Only the harness calls it.
func SetSeed(n uint64) { seed.Store(n) }

// Rand returns a generator that depends on the seed and on the test's name
// alone, so that a behaviour sees the same inputs whatever runs beside it.
func Rand(t testing.TB) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(t.Name()))
	return rand.New(rand.NewPCG(Seed(), h.Sum64()))
}

// Word returns a random lower-case word of n letters.
func Word(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// Within calls f and fails the behaviour when f has not returned after d of
// wall-clock time: a deadlock or an endless wait then costs one behaviour and
// not the run. The abandoned goroutine goes on; sent says what it was doing.
func Within(t testing.TB, d time.Duration, sent string, f func()) {
	t.Helper()
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		f()
	}()
	select {
	case p := <-done:
		if p != nil {
			panic(p)
		}
	case <-time.After(d):
		Fail(t, Failure{Sent: sent, Got: "not done in " + d.String(), Want: "done at once", At: Stuck()})
	}
}

// File returns the content of the learner's file called name, which the brief
// names. Tests of kind `file` read it at run time, so that a changed file needs
// no new build.
func File(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		Fail(t, Failure{Sent: "read " + name, Got: err.Error(), Want: "the file that the brief names", Note: "kata reset brings the original back"})
	}
	return string(b)
}

// Line returns "name:line" of a learner's file, for Failure.At.
func Line(name string, line int) string { return name + ":" + strconv.Itoa(cmp.Or(line, 1)) }
