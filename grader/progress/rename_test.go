package progress

import (
	"maps"
	"slices"
	"testing"
	"time"
)

func TestRename(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		was     map[string]string
		have    map[string]Exercise
		current string
		want    map[string]Exercise
		wantNow string
	}{
		"moves the record and the current exercise": {
			map[string]string{"rest/orders": "rest/crud"},
			map[string]Exercise{"rest/orders": {Attempts: 2, Hints: 1}, "go/leak": {Attempts: 1}}, "rest/orders",
			map[string]Exercise{"rest/crud": {Attempts: 2, Hints: 1}, "go/leak": {Attempts: 1}}, "rest/crud",
		},
		"follows a chain": {
			map[string]string{"a/one": "a/two", "a/two": "b/three"},
			map[string]Exercise{"a/one": {Attempts: 2}}, "a/two",
			map[string]Exercise{"b/three": {Attempts: 2}}, "b/three",
		},
		"joins two records": {
			map[string]string{"a/old": "a/new"},
			map[string]Exercise{
				"a/old": {Started: day(1), Passed: day(2), Attempts: 3, Hints: 2, FirstTry: true, Status: "pass", Hash: "old"},
				"a/new": {Started: day(5), Attempts: 1, Hints: 1, Status: "fail", Hash: "new"},
			}, "",
			map[string]Exercise{"a/new": {Started: day(1), Passed: day(2), Attempts: 4, Hints: 2, FirstTry: true, Status: "fail", Hash: "new"}}, "",
		},
		"keeps the verdict when the new record has none": {
			map[string]string{"a/old": "a/new"},
			map[string]Exercise{"a/old": {Status: "pass", Hash: "old"}, "a/new": {Started: day(5)}}, "",
			map[string]Exercise{"a/new": {Started: day(5), Status: "pass", Hash: "old"}}, "",
		},
		"ends in a circle": {
			map[string]string{"a/x": "a/y", "a/y": "a/x"},
			map[string]Exercise{"a/x": {Attempts: 1}}, "",
			map[string]Exercise{"a/x": {Attempts: 1}}, "",
		},
		"leaves the rest": {
			map[string]string{"a/x": "a/y"},
			map[string]Exercise{"b/x": {Attempts: 1}}, "b/x",
			map[string]Exercise{"b/x": {Attempts: 1}}, "b/x",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := State{Current: c.current, Exercises: maps.Clone(c.have)}
			changed := s.Rename(c.was)
			if wantChanged := !slices.Equal(sortedKeys(c.have), sortedKeys(c.want)) || c.current != c.wantNow; changed != wantChanged {
				t.Errorf("reports %v, want %v", changed, wantChanged)
			}
			if s.Current != c.wantNow {
				t.Errorf("current is %q, want %q", s.Current, c.wantNow)
			}
			if got := len(s.Exercises); got != len(c.want) {
				t.Fatalf("got %+v", s.Exercises)
			}
			for id, want := range c.want {
				got := s.Exercise(id)
				got.unknown = nil
				if string(must(t, got)) != string(must(t, want)) {
					t.Errorf("%s: got %+v\nwant %+v", id, got, want)
				}
			}
		})
	}
}

func TestRenameKeepsUnknownFields(t *testing.T) {
	s, err := decode([]byte(`{"version": 1, "exercises": {"a/old": {"mood": 1, "zeal": 1}, "a/new": {"zeal": 2}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Rename(map[string]string{"a/old": "a/new"})
	if got := string(must(t, s.Exercise("a/new"))); got != `{"mood":1,"zeal":2}` {
		t.Errorf("got %s", got)
	}
}

func must(t *testing.T, x Exercise) []byte {
	t.Helper()
	data, err := x.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}
