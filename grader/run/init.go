package run

import (
	"errors"
	"sync/atomic"
)

// initialised is a fact about the program, set once and never back: without it
// a copy of the program would not become what it is started for, but run the
// program again, and that again.
var initialised atomic.Bool

var errNoInit = errors.New("run.Init is not the first statement of this program's main")

// Init must be the first statement of main in every program that uses this
// package, tests' TestMain included. In the processes that Run starts as a
// program's own copy, to put containment on before they become learner code,
// it does that and does not return. In all others it sees to it that
// descriptors which the program inherited stay out of what it starts.
func Init() {
	become()
	keepInherited()
	initialised.Store(true)
}
