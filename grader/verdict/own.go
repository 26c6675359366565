package verdict

import (
	"bytes"
	"strings"
)

// JudgeOwn is Judge for tests that the learner wrote. What they reported is
// what is expected of them, but no test at all is none that passed. A failure
// tells the line of the test that logged it.
func JudgeOwn(s Stream, end Ending) Result {
	expected := Observed(s)
	for i, e := range expected {
		expected[i].Name = e.Test // nobody wrote a sentence for it
	}
	return judge(expected, s, end, judgement{own: true})
}

// Noticed reports whether a run of the learner's tests failed as `go test`
// does: a test failed, or the process was over before all had run.
func Noticed(s Stream) bool {
	tests := grow(s.Events).tests()
	return !s.Whole || tests == nil || tests.status == Fail
}

// Moved returns the ending with other folders in what the process printed: the
// pairs are old, new, old, new.
func (e Ending) Moved(folders ...string) Ending {
	for i := 0; i+1 < len(folders); i += 2 {
		e.Stderr = bytes.ReplaceAll(e.Stderr, []byte(folders[i]), []byte(folders[i+1]))
	}
	return e
}

// Renamed returns the failure with other names of files in its words and its
// place.
func (f Failure) Renamed(r *strings.Replacer) *Failure {
	return &Failure{r.Replace(f.Sent), r.Replace(f.Got), r.Replace(f.Want), r.Replace(f.Note), r.Replace(f.At)}
}
