package verdict

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// printed is a test process's standard output, sorted by whose words it is.
// Package testing frames its own lines with a ^V byte (see cmd/internal/test2json).
type printed struct {
	logs   map[string][]byte // testing's name of a test -> what the test logged
	places map[string]string // testing's name of a test -> where it logged first, "file:line"
	other  []byte            // everything else: the code under test
	test   string            // the test that testing spoke of last
	log    bool              // the line before was logged
}

const frame = 0x16

// logged finds a line of t.Log, also behind an unfinished line of the code
// under test. The bench calls hidden test files *_hidden.go.
var logged = regexp.MustCompile(`(?:^|\S)( {4}[\w.-]+_(?:hidden|test)\.go:\d+: )`)

// remarked finds what testing itself says about the way in which a test ended,
// such as that it executed runtime.Goexit: nobody's output.
var remarked = regexp.MustCompile(`^ *testing\.go:\d+: `)

func readPrinted(stdout []byte) printed {
	p := printed{logs: map[string][]byte{}, places: map[string]string{}}
	for line := range bytes.Lines(stdout) {
		own, framed, isFramed := bytes.Cut(line, []byte{frame})
		if len(own) > 0 {
			p.add(bytes.TrimSuffix(own, []byte("\n")))
		}
		for isFramed {
			own, framed, isFramed = bytes.Cut(framed, []byte{frame})
			p.speak(string(own))
		}
	}
	return p
}

// speak reads a line of testing, such as `=== RUN   kata/tests/TestCreate`.
func (p *printed) speak(line string) {
	p.log = false
	words := strings.Fields(line)
	if len(words) >= 3 && (words[0] == "===" || words[0] == "---") {
		p.test = words[2]
	}
}

func (p *printed) add(line []byte) {
	if remarked.Match(line) {
		p.log = false
		return
	}
	if at := logged.FindSubmatchIndex(line); at != nil {
		if at[2] > 0 {
			p.keep(line[:at[2]])
		}
		p.log = true
		if p.places[p.test] == "" {
			p.places[p.test] = strings.Trim(string(line[at[2]:at[3]]), " :")
		}
		p.write(string(line[at[3]:]))
		return
	}
	if rest, ok := bytes.CutPrefix(line, []byte("        ")); ok && p.log {
		p.write(string(rest))
		return
	}
	p.log = false
	p.keep(line)
}

func (p *printed) keep(line []byte) { p.other = append(append(p.other, line...), '\n') }

func (p *printed) write(text string) {
	if len(p.logs[p.test]) > 0 {
		text = "\n" + text
	}
	p.logs[p.test] = append(p.logs[p.test], text...)
}

// testName writes a sub-test's name as testing does (rewrite in testing/match.go).
func testName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte('_')
		case !strconv.IsPrint(r):
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
