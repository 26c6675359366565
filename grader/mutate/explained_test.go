package mutate

import (
	"strings"
	"testing"
)

func outcome(in string, class Class) Outcome {
	return Outcome{Mutant: Mutant{File: "a.go", Operator: "drop", In: in, Diff: "@@ -1,2 +1,1 @@\n a\n-\tb()\n"}, Class: class}
}

// An entry settles the survivors that it fits, and says when it holds no more.
func TestExplain(t *testing.T) {
	fits := explanation{File: "a.go", Operator: "drop", Change: "-b()", Reason: "r"}
	as := func(class Class, needs string, chance bool, in string) explanation {
		e := fits
		e.class, e.Needs, e.Chance, e.In = class, needs, chance, in
		return e
	}
	for _, test := range []struct {
		name     string
		entry    explanation
		outcomes []Outcome
		real     bool
		class    Class  // of the first outcome, afterwards
		problem  string // part of it, or ""
	}{
		{"a right answer", as(Equivalent, "", false, ""), []Outcome{outcome("f", Survived)}, false, Equivalent, ""},
		{"a known hole counts", as(Survived, "", false, ""), []Outcome{outcome("f", Survived)}, false, Survived, ""},
		{"what needs an engine is not judged without", as(Survived, "engine", false, ""), []Outcome{outcome("f", Survived)}, false, Unjudged, ""},
		{"what needs an engine is noticed with one", as(Survived, "engine", false, ""), []Outcome{outcome("f", Killed)}, true, Killed, ""},
		{"what needs an engine must be noticed with one", as(Survived, "engine", false, ""), []Outcome{outcome("f", Survived)}, true, Survived, "although there is a real engine"},
		{"what is noticed without an engine does not need it", as(Survived, "engine", false, ""), []Outcome{outcome("f", Killed)}, false, Killed, "is noticed"},
		{"what is killed is not equivalent", as(Equivalent, "", false, ""), []Outcome{outcome("f", Killed)}, false, Killed, "is noticed"},
		{"what chance kills counts as survived", as(Survived, "", true, ""), []Outcome{outcome("f", Killed)}, false, Survived, ""},
		{"so does what chance stops", as(Survived, "", true, ""), []Outcome{outcome("f", TimedOut)}, false, Survived, ""},
		{"what does not compile is no matter of chance", as(Survived, "", true, ""), []Outcome{outcome("f", Invalid)}, false, Invalid, ""},
		{"no mutant", as(Equivalent, "", false, "g"), []Outcome{outcome("f", Survived)}, false, Survived, "fits no mutant"},
		{"two places", as(Equivalent, "", false, ""), []Outcome{outcome("f", Survived), outcome("g", Survived)}, false, Survived, "choose one"},
		{"one of two places", as(Equivalent, "", false, "f"), []Outcome{outcome("f", Survived), outcome("g", Survived)}, false, Equivalent, ""},
	} {
		problems := strings.Join(explain([]explanation{test.entry}, test.outcomes, map[string]bool{"engine": test.real}), "\n")
		if (problems != "") != (test.problem != "") || !strings.Contains(problems, test.problem) {
			t.Errorf("%s: got problem %q, want %q", test.name, problems, test.problem)
		}
		if got := test.outcomes[0].Class; got != test.class {
			t.Errorf("%s: got %s, want %s", test.name, got, test.class)
		}
	}
}

// Only what counts is in the score.
func TestSum(t *testing.T) {
	r := Report{Mutants: []Outcome{outcome("", Killed), outcome("", TimedOut), outcome("", Killed), outcome("", Survived), outcome("", Equivalent), outcome("", Unjudged), outcome("", Invalid)}}.sum()
	if r.Score != 0.75 {
		t.Errorf("got score %v, want 0.75", r.Score)
	}
}

func TestParseExplanations(t *testing.T) {
	good := "file = 'a'\noperator = 'drop'\nchange = '-x'\nreason = 'r'\n"
	for text, says := range map[string]string{
		"[[equivalent]]\n" + good:                        "",
		"[[survivor]]\n" + good + "needs = 'postgres'\n": "",
		"[[survivor]]\n" + good + "chance = true\n":      "",
		"[[equivalent]]\n" + good + "needs = 'engine'\n": "nowhere",
		"[[survivor]]\n" + good + "needs = 'paper'\n":    "no service",
		"[[survivor]]\nfile = 'a'\nchange = '-x'\n":      "reason",
		"[[surviver]]\n" + good:                          "no key",
	} {
		if _, err := parseExplanations(text); (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want an error with %q", text, err, says)
		}
	}
}
