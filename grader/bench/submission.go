package bench

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// Submission is one set of files to be judged by an exercise's hidden tests.
type Submission struct {
	Exercise *course.Exercise
	Variant  string // "" for the learner's own; else a name unique in the build
	Files    []course.File
	Tests    []course.File // judge by these instead of the exercise's hidden tests: a learner's own
	Woven    *Woven        // compile this in place of Files, which stay what the tests can read; nil: compile Files
	Number   int           // which answer of Woven it is
	Home     string        // names the folder that Files are staged in, for all submissions with these Files; "": Variant does
	Apart    string        // it shares no binary with submissions that differ in this
}

// ID names the submission in plans and results: "rest/crud", or
// "rest/crud@wrong/counter" for a variant.
func (s Submission) ID() string {
	if s.Variant == "" {
		return s.Exercise.ID()
	}
	return s.Exercise.ID() + "@" + s.Variant
}

// Package is the import path that the submission is built under.
func (s Submission) Package() string { return module + "/" + s.folder() }

// folder is where the submission's files are staged, a slash path.
func (s Submission) folder() string {
	home := cmp.Or(s.Home, s.Variant)
	if home == "" {
		return s.Exercise.Dir()
	}
	return path.Join("variants", slug(home), s.Exercise.ID())
}

// hiddenFolder is where its copy of the hidden tests is staged. The suffix
// keeps its functions apart from learner code in a stack trace.
func (s Submission) hiddenFolder() string {
	return path.Join(hiddenRoot, slug("own/"+s.Variant), s.Exercise.ID()+"_test")
}

var unsafeInPath = regexp.MustCompile(`[^a-z0-9]+`)

func slug(s string) string {
	sum := sha256.Sum256([]byte(s))
	return strings.Trim(unsafeInPath.ReplaceAllString(strings.ToLower(s), "_"), "_") + "_" + hex.EncodeToString(sum[:3])
}
