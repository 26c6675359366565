package verdict

import (
	"strconv"
	"strings"
)

// Status is the outcome of a behaviour or of a whole exercise.
type Status string

const (
	Pass      Status = "pass"
	Fail      Status = "fail"
	Skip      Status = "skip"      // the machine lacks what is needed; says nothing about the code
	Unreached Status = "unreached" // behaviours only: nothing was reported
	Error     Status = "error"     // results only: kata or its environment broke
	Unstarted Status = "unstarted" // results only: the learner has not changed the starter
)

// Kind says why behaviours could not be judged, or not all of them.
type Kind string

const (
	Rule     Kind = "rule"     // a source rule refused the code
	Compile  Kind = "compile"  // the code, or the code with its hidden tests, does not compile
	Staging  Kind = "staging"  // a file could not be taken into the build
	Panic    Kind = "panic"    // a panic or a fatal error of the runtime ended the process
	Deadlock Kind = "deadlock" // the runtime saw that every goroutine waits for another
	Memory   Kind = "memory"   // the process ran out of memory
	Exit     Kind = "exit"     // os.Exit, log.Fatal and the like
	Timeout  Kind = "timeout"  // the wall-clock limit
	Flood    Kind = "flood"    // the output limit
	Tampered Kind = "tampered" // the report was not what the harness sends
	Killed   Kind = "killed"   // a signal from outside
	Service  Kind = "service"  // a database or the like could not be started
)

// Result is the verdict on one exercise. Its texts are safe to print.
type Result struct {
	Exercise   string      `json:"exercise"` // "track/name"; Judge leaves it to the caller
	Status     Status      `json:"status"`
	Reason     string      `json:"reason,omitempty"`  // one line: the first failure, or why it was skipped
	Problem    *Problem    `json:"problem,omitempty"` // nil when every behaviour could be judged
	Behaviours []Behaviour `json:"behaviours"`        // in the order of the brief's list
	Output     string      `json:"output,omitempty"`  // what the code under test printed
	Ignored    []string    `json:"ignored,omitempty"` // files of the folder that were not used, each with the reason
	Seed       uint64      `json:"seed,omitempty"`    // random inputs follow from it
	Seconds    float64     `json:"seconds"`           // wall-clock time of the run
	Cached     bool        `json:"cached"`            // taken from an earlier run of the same inputs
}

// Behaviour is one sentence of the brief, or one part of it, with its status.
type Behaviour struct {
	Number  int         `json:"number,omitempty"` // the brief's; 0 below the top level
	Name    string      `json:"name"`
	Status  Status      `json:"status"`
	Reason  string      `json:"reason,omitempty"`  // why it was skipped
	Failure *Failure    `json:"failure,omitempty"` // its own first failure, not that of a part
	Parts   []Behaviour `json:"parts,omitempty"`
}

// Failure is what a learner reads when a behaviour does not hold. Fields that
// say nothing are empty.
type Failure struct {
	Sent string `json:"sent,omitempty"` // what the test did: a curl line, a statement, a call
	Got  string `json:"got,omitempty"`
	Want string `json:"want,omitempty"`
	Note string `json:"note,omitempty"` // a further fact, such as what the other side saw
	At   string `json:"at,omitempty"`   // "orders.go:31", relative to the exercise's folder
}

// Problem says why behaviours could not be judged.
type Problem struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`          // lines after the first belong to the compiler's message
	File    string `json:"file,omitempty"`   // slash path relative to the workspace
	Line    int    `json:"line,omitempty"`   // from 1; 0 when unknown
	Column  int    `json:"column,omitempty"` // in bytes from 1, as the compiler counts; 0 when unknown
	Source  string `json:"source,omitempty"` // the text of that line; the caller fills it in
	Want    string `json:"want,omitempty"`   // what the brief requires instead; the caller fills it in
	Next    string `json:"next,omitempty"`   // the command to type next, when it is not the usual one
}

// Expected is one behaviour of an exercise's hidden tests.
type Expected struct {
	Number int    // the brief's; 0 below the top level
	Test   string // name of the Test function; empty below the top level
	Name   string // the sentence; below the top level the sub-test's name
	Parts  []Expected
}

// Ending is how a test process came to its end.
type Ending struct {
	ExitCode int    // -1 when a signal ended it
	Signal   string // as in "SIGKILL"; empty when none ended it
	TimedOut bool   // the wall-clock limit ended it
	Flooded  bool   // the output limit was reached
	Stdout   []byte
	Stderr   []byte
	Seconds  float64
}

// Count returns how many of the top-level behaviours passed, and how many
// there are.
func (r Result) Count() (passed, total int) {
	for _, b := range r.Behaviours {
		if b.Status == Pass {
			passed++
		}
	}
	return passed, len(r.Behaviours)
}

// First returns the first behaviour that failed, the innermost with its own
// failure where there is one. It returns nil when none failed.
func (r Result) First() *Behaviour { return first(r.Behaviours) }

func first(list []Behaviour) *Behaviour {
	for i := range list {
		b := &list[i]
		if b.Status != Fail {
			continue
		}
		if part := first(b.Parts); part != nil && (b.Failure == nil || part.Failure != nil) {
			return part
		}
		return b
	}
	return nil
}

// Interrupted returns the innermost behaviour that was running when the
// process died: one that failed without a failure of its own. It is nil when
// none was.
func (r Result) Interrupted() *Behaviour { return interrupted(r.Behaviours) }

func interrupted(list []Behaviour) *Behaviour {
	for i := range list {
		b := &list[i]
		if b.Status != Fail {
			continue
		}
		if part := interrupted(b.Parts); part != nil {
			return part
		}
		if failing := first(b.Parts); failing == nil && b.Failure == nil {
			return b
		}
	}
	return nil
}

// Place turns a Failure's At into a slash path relative to the workspace and a
// line, which is 0 when At names none.
func (r Result) Place(at string) (file string, line int) {
	file, number, _ := strings.Cut(at, ":")
	if file == "" {
		return "", 0
	}
	line, _ = strconv.Atoi(number)
	if !strings.Contains(file, "exercises/") && r.Exercise != "" {
		file = "exercises/" + r.Exercise + "/" + file
	}
	return file, line
}
