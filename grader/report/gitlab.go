package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/kata-go/kata/grader/verdict"
)

// quality is an issue of GitLab's code quality report, a part of the Code
// Climate format ("Code Quality report format" in GitLab's documentation).
type quality struct {
	Description string   `json:"description"`
	CheckName   string   `json:"check_name"`
	Fingerprint string   `json:"fingerprint"`
	Severity    string   `json:"severity"`
	Location    location `json:"location"`
}

type location struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// GitLab writes a code quality report: an issue for everything that fails. An
// issue keeps its fingerprint while the same behaviour fails in the same file.
func GitLab(w io.Writer, d verdict.Document) error {
	issues := []quality{}
	for _, r := range d.Exercises {
		for i, f := range faults(r) {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", f.exercise, f.title, f.file, i))
			q := quality{Description: f.title + "\n" + f.text, CheckName: "kata/" + f.exercise, Fingerprint: hex.EncodeToString(sum[:16]), Severity: "major"}
			q.Location.Path, q.Location.Lines.Begin = f.file, f.line
			issues = append(issues, q)
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(issues); err != nil {
		return fmt.Errorf("write the code quality report: %w", err)
	}
	return nil
}
