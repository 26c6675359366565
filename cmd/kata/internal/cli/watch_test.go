package cli

import (
	"testing"

	"github.com/kata-go/kata/grader/verdict"
)

func TestWhatIsShownBeforeTheFilesSettle(t *testing.T) {
	compile := func(message string, line int) verdict.Result {
		return verdict.Result{Status: verdict.Fail, Problem: &verdict.Problem{Kind: verdict.Compile, Message: message, Line: line}}
	}
	tests := []struct {
		name string
		r    verdict.Result
		want bool
	}{
		{"the compiler's message about a line", compile("undefined: totl", 7), true},
		{"a syntax error, as half a file has", compile("syntax error: unexpected EOF", 7), false},
		{"something that the tests miss, as without a file", compile("the tests cannot use this package", 0), false},
		{"a failing behaviour", verdict.Result{Status: verdict.Fail}, false},
		{"a pass", verdict.Result{Status: verdict.Pass}, false},
		{"a broken rule", verdict.Result{Status: verdict.Fail, Problem: &verdict.Problem{Kind: verdict.Rule, Line: 3}}, false},
	}
	for _, test := range tests {
		if got := early(test.r); got != test.want {
			t.Errorf("%s: shown early is %t, want %t", test.name, got, test.want)
		}
	}
}
