package verdict

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentSurvivesJSON(t *testing.T) {
	d := NewDocument("v1.2.3", "go1.26.1", []Result{
		{Exercise: "rest/crud", Status: Pass, Behaviours: []Behaviour{{Number: 1, Name: "a < b", Status: Pass}}, Seconds: 0.02, Seed: 1<<64 - 1},
		{Exercise: "rest/status", Status: Fail, Problem: &Problem{Kind: Panic, Message: "m", File: "f.go", Line: 3}, Behaviours: []Behaviour{}},
	})
	d.Platform, d.Time = "linux/amd64", time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	d.Containment = []Layer{{Name: "network", Held: true}, {Name: "seccomp", Reason: "no Linux"}}
	var b strings.Builder
	if err := d.Encode(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a < b") {
		t.Error("HTML escapes in a text for people")
	}
	back, err := Decode(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func TestDocumentHasListsWhereThereIsNothing(t *testing.T) {
	var b strings.Builder
	if err := NewDocument("", "", nil).Encode(&b); err != nil || !strings.Contains(b.String(), `"exercises": []`) {
		t.Errorf("%v in\n%s", err, b.String())
	}
	results := []Result{{Exercise: "a/b", Status: Error}}
	b.Reset()
	if err := NewDocument("", "", results).Encode(&b); err != nil || !strings.Contains(b.String(), `"behaviours": []`) {
		t.Errorf("%v in\n%s", err, b.String())
	}
	if results[0].Behaviours != nil {
		t.Error("Encode changed its caller's results")
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"no JSON", "hello", "read the results"},
		{"another version", `{"version": 2}`, "version 2"},
		{"no version", `{}`, "version 0"},
		{"nothing", ``, "read the results"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Decode(strings.NewReader(test.in)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
	if _, err := Decode(strings.NewReader(`{"version": 1, "later": true}`)); err != nil {
		t.Errorf("a new field is no new version: %v", err)
	}
}

func TestSummarize(t *testing.T) {
	var results []Result
	for _, s := range []Status{Pass, Fail, Fail, Skip, Unstarted, Error, ""} {
		results = append(results, Result{Status: s})
	}
	want := Summary{Passed: 1, Failed: 2, Skipped: 1, Unstarted: 1, Errors: 2}
	if got := Summarize(results); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestKey(t *testing.T) {
	lists := [][]string{nil, {""}, {"", ""}, {"a"}, {"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}, {"b", "a"}}
	seen := map[string][]string{}
	for _, list := range lists {
		var parts [][]byte
		for _, p := range list {
			parts = append(parts, []byte(p))
		}
		key := Key(parts...)
		if len(key) != 64 || key != Key(parts...) {
			t.Errorf("the key of %q is %q", list, key)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("%q and %q have one key", list, other)
		}
		seen[key] = list
	}
}

func TestFirst(t *testing.T) {
	own, part := &Failure{Got: "own"}, &Failure{Got: "part"}
	for _, test := range []struct {
		name string
		in   []Behaviour
		want string
	}{
		{"nothing failed", []Behaviour{{Name: "a", Status: Pass}, {Name: "b", Status: Unreached}}, ""},
		{"the second", []Behaviour{{Name: "a", Status: Pass}, {Name: "b", Status: Fail}}, "b"},
		{"a part that says why", []Behaviour{{Name: "a", Status: Fail, Parts: []Behaviour{{Name: "a1", Status: Pass}, {Name: "a2", Status: Fail, Failure: part}}}}, "a2"},
		{"only the number says why", []Behaviour{{Name: "a", Status: Fail, Failure: own, Parts: []Behaviour{{Name: "a1", Status: Fail}}}}, "a"},
		{"nobody says why", []Behaviour{{Name: "a", Status: Fail, Parts: []Behaviour{{Name: "a1", Status: Fail}}}}, "a1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if b := (Result{Behaviours: test.in}).First(); b != nil {
				got = b.Name
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	r := Result{Exercise: "rest/crud"}
	for _, test := range []struct {
		at, file string
		line     int
	}{
		{"orders.go:31", "exercises/rest/crud/orders.go", 31},
		{"store/orders.go:3", "exercises/rest/crud/store/orders.go", 3},
		{"exercises/rest/crud/orders.go:31", "exercises/rest/crud/orders.go", 31},
		{"Dockerfile", "exercises/rest/crud/Dockerfile", 0},
		{"", "", 0},
	} {
		if file, line := r.Place(test.at); file != test.file || line != test.line {
			t.Errorf("Place(%q) = %q, %d; want %q, %d", test.at, file, line, test.file, test.line)
		}
	}
}

func TestCount(t *testing.T) {
	r := Result{Behaviours: []Behaviour{{Status: Pass, Parts: []Behaviour{{Status: Pass}}}, {Status: Fail}, {Status: Skip}, {Status: Unreached}}}
	if passed, total := r.Count(); passed != 1 || total != 4 {
		t.Errorf("%d/%d, want 1/4", passed, total)
	}
}
