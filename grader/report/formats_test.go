package report

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/joshdk/go-junit"

	"github.com/kata-go/kata/grader/verdict"
)

// everyKind is a document with a result of every kind.
func everyKind() verdict.Document {
	var results []verdict.Result
	all := samples()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		results = append(results, all[name])
	}
	d := verdict.NewDocument("v1.2.3", "go1.26.1", results)
	d.Tests, d.Time = "0123456789ab", time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	d.Containment = []verdict.Layer{{Name: "network", Held: true}, {Name: "seccomp", Reason: "no"}}
	return d
}

func written(t *testing.T, write func(io.Writer, verdict.Document) error, d verdict.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormatsAsTheyWere(t *testing.T) {
	for name, write := range map[string]func(io.Writer, verdict.Document) error{
		"junit.xml": JUnit, "github.txt": GitHub, "gitlab.json": GitLab, "summary.md": Summary,
	} {
		t.Run(name, func(t *testing.T) { golden(t, "formats/"+name, written(t, write, everyKind())) })
	}
}

// A reader of JUnit XML that others wrote finds every exercise, and in each as
// many failures as the document has.
func TestJUnitIsRead(t *testing.T) {
	d := everyKind()
	suites, err := junit.Ingest([]byte(written(t, JUnit, d)))
	if err != nil {
		t.Fatal(err)
	}
	asked := slices.DeleteFunc(slices.Clone(d.Exercises), func(r verdict.Result) bool { return r.Status == verdict.Unstarted })
	if len(suites) != len(asked) {
		t.Fatalf("%d suites of %d exercises", len(suites), len(asked))
	}
	for i, r := range asked {
		s := suites[i]
		if s.Name != r.Exercise || s.Totals.Tests == 0 {
			t.Errorf("suite %d is %q with %d tests, want %q with some", i, s.Name, s.Totals.Tests, r.Exercise)
		}
		red := r.Status == verdict.Fail && r.Reason != "" && !strings.HasPrefix(r.Reason, "never reported")
		if (s.Totals.Failed > 0) != red || (s.Totals.Error > 0) != (r.Status == verdict.Error) {
			t.Errorf("%s, %s, %q: %d failed, %d errors", r.Exercise, r.Status, r.Reason, s.Totals.Failed, s.Totals.Error)
		}
	}
}

// hostile is a result whose texts try to leave their place in every format.
func hostile() verdict.Document {
	r := failing()
	const evil = "::error file=x::owned\n::set-output name=a::b\r\n%0A::stop-commands::x\n```\n</details><script>alert(1)</script>\x00\ufffe|[x](javascript:1)"
	r.Reason, r.Output = evil, evil
	f := r.Behaviours[1].Failure
	f.Sent, f.Got, f.Want, f.Note, f.At = evil, evil, evil, evil, "a,line=1::x.go:3"
	return verdict.NewDocument("v1", "go1", []verdict.Result{r})
}

// Whatever a learner's code printed, an annotation is one line that only kata
// began, and Markdown and XML keep their structure.
func TestNothingIsForged(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(written(t, GitHub, hostile())), "\n")
	if len(lines) != 1 || strings.ContainsAny(lines[0], "\r") { // the runner looks for commands where a line begins
		t.Errorf("annotations: %q", lines)
	}
	if !strings.HasPrefix(lines[0], "::error file=exercises/rest/crud/a%2Cline=1,line=1,title=rest/crud%3A two clients never get the same id::sent") {
		t.Errorf("the place was forged: %s", lines[0])
	}
	summary := written(t, Summary, hostile())
	outside, _, _ := strings.Cut(summary, "````text")
	if strings.Contains(outside, "<script") || strings.Contains(outside, "](") || strings.Count(summary, "````") != 2 {
		t.Errorf("the summary:\n%s", summary)
	}
	if _, err := junit.Ingest([]byte(written(t, JUnit, hostile()))); err != nil {
		t.Errorf("JUnit: %v", err)
	}
	var issues []map[string]any
	if err := json.Unmarshal([]byte(written(t, GitLab, hostile())), &issues); err != nil || len(issues) != 1 {
		t.Errorf("GitLab: %v, %d issues", err, len(issues))
	}
}

// GitHub shows ten annotations of a step; one exercise does not take them all.
func TestAnnotationsAreShared(t *testing.T) {
	var many verdict.Document
	for range 8 {
		r := failing()
		r.Behaviours = slices.Repeat(r.Behaviours[1:2], 6)
		many.Exercises = append(many.Exercises, r)
	}
	if n := strings.Count(written(t, GitHub, many), "::error"); n != 10 {
		t.Errorf("%d annotations, want 10", n)
	}
	many.Exercises = many.Exercises[:2]
	if n := strings.Count(written(t, GitHub, many), "::error"); n != 6 {
		t.Errorf("%d annotations of two exercises, want 6", n)
	}
}

// A finding keeps its fingerprint when its line moves, and no two share one.
func TestFingerprints(t *testing.T) {
	prints := func(d verdict.Document) []string {
		var issues []quality
		if err := json.Unmarshal([]byte(written(t, GitLab, d)), &issues); err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, q := range issues {
			list = append(list, q.Fingerprint)
		}
		return list
	}
	d := verdict.NewDocument("", "", []verdict.Result{failing(), nested()})
	d.Exercises[1].Exercise = "rest/other"
	before := prints(d)
	d.Exercises[0].Behaviours[1].Failure.At = "orders.go:99"
	if after := prints(d); !slices.Equal(before, after) {
		t.Errorf("moved: %v, %v", before, after)
	}
	if sorted := slices.Compact(slices.Sorted(slices.Values(before))); len(sorted) != len(before) {
		t.Errorf("shared: %v", before)
	}
}
