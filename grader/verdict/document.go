package verdict

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Version is the results document's format. It changes when a reader of the
// old one could misread the new one; new fields do not change it.
const Version = 1

// Document is the results of one call of kata, as `--format json` writes them
// and grader/report/schema.json describes them.
type Document struct {
	Version     int       `json:"version"`
	Kata        string    `json:"kata"`               // version of kata, as `kata version` prints it
	Go          string    `json:"go"`                 // version of the Go toolchain, as in "go1.26.1"
	Tests       string    `json:"tests,omitempty"`    // digest of the hidden tests and of the engine's part in every build
	Platform    string    `json:"platform,omitempty"` // as in "linux/amd64"
	Time        time.Time `json:"time,omitzero"`      // when grading began
	Containment []Layer   `json:"containment,omitempty"`
	Exercises   []Result  `json:"exercises"`
	Summary     Summary   `json:"summary"`
}

// Layer is one of the walls around learner code.
type Layer struct {
	Name   string `json:"name"`
	Held   bool   `json:"held"`
	Reason string `json:"reason,omitempty"` // why it did not hold
}

// Summary counts results by status.
type Summary struct {
	Passed    int `json:"passed"`
	Failed    int `json:"failed"`
	Skipped   int `json:"skipped"`
	Unstarted int `json:"unstarted"`
	Errors    int `json:"errors"`
}

// Summarize counts results by status.
func Summarize(results []Result) Summary {
	var s Summary
	for _, r := range results {
		switch r.Status {
		case Pass:
			s.Passed++
		case Fail:
			s.Failed++
		case Skip:
			s.Skipped++
		case Unstarted:
			s.Unstarted++
		default:
			s.Errors++
		}
	}
	return s
}

// NewDocument returns a document of results with its summary. Exercises that
// were not asked for may be counted with Summary.Unstarted afterwards.
func NewDocument(kata, goVersion string, results []Result) Document {
	if results == nil {
		results = []Result{}
	}
	return Document{Version: Version, Kata: kata, Go: goVersion, Exercises: results, Summary: Summarize(results)}
}

// Encode writes the document as indented JSON.
func (d Document) Encode(w io.Writer) error {
	results := make([]Result, len(d.Exercises))
	for i, r := range d.Exercises {
		if r.Behaviours == nil {
			r.Behaviours = []Behaviour{} // the schema promises a list
		}
		results[i] = r
	}
	d.Exercises = results
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

// Decode reads a document that Encode wrote. Unknown fields are ignored, a
// document of another Version is an error.
func Decode(r io.Reader) (Document, error) {
	var d Document
	if err := json.NewDecoder(r).Decode(&d); err != nil {
		return Document{}, fmt.Errorf("read the results: %w", err)
	}
	if d.Version != Version {
		return Document{}, fmt.Errorf("read the results: version %d, this kata reads version %d", d.Version, Version)
	}
	return d, nil
}
