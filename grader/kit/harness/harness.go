// Package harness runs one exercise's hidden tests inside a test process and
// reports each behaviour to the grader over the sealed descriptor.
//
// The bench generates a main that registers every exercise of a build, and
// turns `t.Run(` in hidden tests into `harness.Run(t, `. The harness decides
// nothing: what a pass is, is written in grader/verdict.
package harness

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/seal"
)

// Suite is the hidden tests of one submission.
type Suite struct {
	ID    string // as the plan names it
	Tests []testing.InternalTest
}

// Canary is the test that must be reported as failed; a run in which it passed
// had its testing machinery tampered with.
const Canary = "canary"

var current *journal // the process's one report; nil under a plain go test

// Main runs the suite that the plan names and never returns.
func Main(suites ...Suite) {
	in, ok := seal.Take()
	if !ok {
		fmt.Fprintln(os.Stderr, "this program is run by kata verify")
		os.Exit(3)
	}
	plan, err := parsePlan(in.Plan)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kata:", err)
		os.Exit(3)
	}
	kit.SetSeed(plan.seed)
	current = newJournal(in)
	current.quick = plan.quick
	if plan.own {
		kit.OwnTests()
	}
	kit.Observe(current)
	os.Args = []string{os.Args[0]} // learner code sees none of ours, testing parses none of theirs
	testing.Init()
	_ = flag.CommandLine.Parse([]string{"-test.v=test2json"})
	testing.Main(func(string, string) (bool, error) { return true, nil },
		[]testing.InternalTest{{Name: "kata", F: func(t *testing.T) { runSuite(t, plan, suites) }}}, nil, nil)
}

func runSuite(t *testing.T, p plan, suites []Suite) {
	for _, s := range suites {
		if s.ID != p.suite {
			continue
		}
		p.arrange(s.Tests)
		Run(t, "tests", func(t *testing.T) {
			for _, test := range s.Tests {
				Run(t, test.Name, test.F)
			}
		})
	}
	Run(t, Canary, func(t *testing.T) { t.Fail() })
	current.emit("end", 0)
}

type plan struct {
	suite string
	seed  uint64
	order string // of the top-level tests: "shuffled" by the seed, "reversed", or the files'
	quick bool   // nothing more is run after a failure
	own   bool   // the tests are the learner's
}

// arrange puts the top-level tests into the plan's order.
func (p plan) arrange(tests []testing.InternalTest) {
	switch p.order {
	case "shuffled":
		rand.New(rand.NewPCG(p.seed, 0)).Shuffle(len(tests), func(i, j int) { tests[i], tests[j] = tests[j], tests[i] })
	case "reversed":
		slices.Reverse(tests)
	}
}

// parsePlan reads "suite\nseed\norder\nquick\nown\n".
func parsePlan(b []byte) (plan, error) {
	fields := strings.Split(string(b), "\n")
	if len(fields) < 5 || fields[0] == "" {
		return plan{}, errNonsense
	}
	seed, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return plan{}, errNonsense
	}
	return plan{fields[0], seed, fields[2], fields[3] == "true", fields[4] == "true"}, nil
}

var errNonsense = errors.New("the plan on the inherited descriptor makes no sense")

// Run is t.Run that reports the behaviour's beginning and end. In a quick run
// nothing begins after a failure but the canary.
func Run(t *testing.T, name string, f func(*testing.T)) bool {
	if current.stops() && name != Canary {
		return false
	}
	parent := t.Name()
	return t.Run(name, func(t *testing.T) {
		current.begin(t.Name(), parent, name)
		t.Cleanup(func() { current.finish(t) }) // registered first, so it runs after the test's own
		defer keep(t)
		f(t)
	})
}

// keep turns a panic on the behaviour's own goroutine into its failure, so
// that the behaviours after it are still reached.
func keep(t *testing.T) {
	p := recover()
	if p == nil {
		return
	}
	trace := string(debug.Stack())
	current.Failure(t.Name(), kit.Failure{Got: "panic: " + said(p), Want: "no panic", At: kit.FirstOwned(trace), Note: kit.Owning(trace)})
	t.FailNow()
}

// said is the text of what a panic was called with. Its own method may write
// it, on a goroutine of its own, so that it can end only that.
func said(p any) string {
	text := make(chan string, 1)
	go func() {
		defer close(text)
		text <- fmt.Sprint(p)
	}()
	if s, ok := <-text; ok {
		return s
	}
	return fmt.Sprintf("a %T, which does not say what it is", p)
}
