// Package absence ends behaviours whose server cannot be used: without a
// verdict, since that says nothing about anybody's code, and soon, since a
// server that is silent keeps only the first behaviour of a run waiting. It
// knows no server.
package absence

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

type found struct{ reason, mend string }

// known are the addresses of this process that were of no use; key is VARIABLE=address.
var known sync.Map

func key(variable string) string { return variable + "=" + os.Getenv(variable) }

// Recall skips the behaviour when another one found the server of the
// environment variable to be of no use.
func Recall(t testing.TB, variable string) {
	t.Helper()
	if f, ok := known.Load(key(variable)); ok {
		kit.Skip(t, f.(found).reason, f.(found).mend)
	}
}

// Skip skips the behaviour, and those that Recall later, because the server
// that the variable names is of no use. The reason becomes one line.
func Skip(t testing.TB, variable, reason string) {
	t.Helper()
	f := found{strings.Join(strings.Fields(reason), " "), "start that server, correct " + variable + ", or unset it"}
	if os.Getenv(variable) != "" {
		known.Store(key(variable), f)
	}
	kit.Skip(t, f.reason, f.mend)
}

// Malformed skips the behaviour when the variable is set, to what is no
// address; without it the error is one of starting kata's own server and fails.
func Malformed(t testing.TB, variable string, err error) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Fatal(err)
	}
	Skip(t, variable, err.Error())
}
