package verdict

import (
	"testing"
	"time"
)

func run(tests string, at time.Time, layer bool, statuses ...Status) Document {
	names := []string{"a/one", "a/two", "b/three"}
	var results []Result
	for i, s := range statuses {
		results = append(results, Result{Exercise: names[i], Status: s})
	}
	d := NewDocument("v1", "go1", results)
	d.Tests, d.Time, d.Containment = tests, at, []Layer{{Name: "network", Held: layer, Reason: map[bool]string{false: "no"}[layer]}}
	return d
}

func TestJoin(t *testing.T) {
	early, late := time.Unix(100, 0), time.Unix(200, 0)
	got, err := Join(run("x", late, true, Pass, Unstarted, Unstarted), run("x", early, false, Unstarted, Fail, Unstarted))
	if err != nil {
		t.Fatal(err)
	}
	want := Summary{Passed: 1, Failed: 1, Unstarted: 1}
	if got.Summary != want || len(got.Exercises) != 3 || got.Exercises[1].Status != Fail || !got.Time.Equal(early) {
		t.Errorf("%+v", got)
	}
	if got.Containment[0].Held || got.Containment[0].Reason != "no" {
		t.Errorf("a wall that one run lacked is said to have held: %+v", got.Containment)
	}
	if _, err := Join(run("x", early, true, Pass), run("y", early, true, Pass)); err == nil {
		t.Error("runs of other tests were joined")
	}
	if _, err := Join(); err == nil {
		t.Error("no runs were joined")
	}
}
