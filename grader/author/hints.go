package author

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/kata-go/kata/grader/course"
)

const wantedHints = 3

func checkHints(s *subject) {
	hints, err := s.Hints()
	if err != nil {
		s.add("hints", "hints.md", "%v", err)
		return
	}
	if len(hints) == 0 {
		return // the rule `files` tells
	}
	if len(hints) < wantedHints {
		s.add("hints", "hints.md", "has %d hints; %d or more are needed, under headings `## 1`, `## 2` …", len(hints), wantedHints)
	}
	seen := map[string]bool{}
	for i, h := range hints {
		fresh := 0
		for _, w := range words(h) {
			if !seen[w] {
				fresh++
			}
			seen[w] = true
		}
		if fresh < freshWords {
			s.add("hints", "hints.md", "hint %d says nothing that those before it do not say", i+1)
		}
	}
	s.nearer(hints)
}

// freshWords are how many words a hint must have that none before it has.
const freshWords = 5

// nearer demands that the last hint is nearly the answer: it has a word of the
// solution's code that neither the starter nor the first hint has. Of a
// solution with few such words nothing is demanded.
func (s *subject) nearer(hints []string) {
	known := map[string]bool{}
	for _, w := range append(words(hints[0]), words(source(s.starter))...) {
		known[w] = true
	}
	answer := map[string]bool{}
	for _, w := range words(remark.ReplaceAllString(source(s.solution), "")) {
		if !known[w] && len(w) > 1 {
			answer[w] = true
		}
	}
	last := words(hints[len(hints)-1])
	if len(answer) >= freshWords && !slices.ContainsFunc(last, func(w string) bool { return answer[w] }) {
		s.add("hints", "hints.md", "the last hint has no word of the solution that is new; it should be nearly the answer")
	}
}

// remark is a comment of Go, SQL, or a file of settings.
var remark = regexp.MustCompile(`(?m)(^|\s)(//|--\s|#).*$`)

// source is the text of all files but the brief.
func source(files []course.File) string {
	var b strings.Builder
	for _, f := range files {
		if f.Name != "README.md" {
			b.Write(f.Data)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// words are the distinct words of a text, lower-case.
func words(text string) []string {
	list := inOrder(text)
	slices.Sort(list)
	return slices.Compact(list)
}

func notOfWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
