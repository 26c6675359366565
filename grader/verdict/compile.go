package verdict

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// buildEvent is a line of `go build -json` (`go help buildjson`).
type buildEvent struct {
	ImportPath string
	Action     string // build-output or build-fail
	Output     string
}

// CompileProblems reads the output of `go build -json` and returns the problems
// of each package that failed, by import path and in the compiler's order. A
// message that the go command files under another package, such as that of an
// import that does not exist, is found under the package of the file that it
// names. place turns a file's slash path as the compiler prints it into the
// path that the learner knows; nil keeps it. Lines that are no JSON are
// problems of the package "".
func CompileProblems(output []byte, place func(file string) string) map[string][]Problem {
	if place == nil {
		place = func(file string) string { return file }
	}
	c := compilation{place: place, found: map[string][]Problem{}}
	for text := range bytes.Lines(output) {
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		var e buildEvent
		if err := json.Unmarshal(text, &e); err != nil {
			c.add("", string(text))
			continue
		}
		pkg, _, _ := strings.Cut(e.ImportPath, " ") // "path [path.test]"
		c.read(pkg, e)
	}
	return c.found
}

type compilation struct {
	place func(string) string
	found map[string][]Problem
	last  string // the package whose last problem may go on
}

func (c *compilation) read(pkg string, e buildEvent) {
	if e.Action == "build-fail" {
		if len(c.found[pkg]) == 0 && c.last == "" {
			c.add(pkg, "the package does not build")
		}
		c.last = ""
		return
	}
	for text := range strings.Lines(e.Output) {
		text = strings.TrimRight(text, "\r\n")
		if strings.HasPrefix(text, "# ") || strings.TrimSpace(text) == "" {
			continue
		}
		c.add(pkg, text)
	}
}

// located is a message of the compiler or of the go command with its place.
var located = regexp.MustCompile(`^(.+?\.(?:go|s|mod|sum)):(\d+)(?::(\d+))?: (.*)$`)

// add files one line: a problem of its own, or, when it is indented, more of
// the one before.
func (c *compilation) add(pkg, text string) {
	if list := c.found[c.last]; strings.HasPrefix(text, "\t") && len(list) > 0 {
		c.extend(&list[len(list)-1], text)
		return
	}
	p := Problem{Kind: Compile, Message: plainMessage(text)}
	if m := located.FindStringSubmatch(text); m != nil {
		file := strings.TrimPrefix(strings.ReplaceAll(m[1], `\`, "/"), "./")
		pkg = owner(pkg, file)
		p.File, p.Message = line(c.place(file)), plainMessage(m[4])
		p.Line, _ = strconv.Atoi(m[2])
		p.Column, _ = strconv.Atoi(m[3])
	}
	c.last = pkg
	if p.Message == "too many errors" && len(c.found[pkg]) > 0 {
		return
	}
	c.found[pkg] = append(c.found[pkg], p)
}

// most of one message of the compiler that is kept.
const messageLines = 12

func (c *compilation) extend(p *Problem, text string) {
	if strings.HasPrefix(text, "\tgo get ") { // go.mod is not the learner's to change
		return
	}
	if strings.Count(p.Message, "\n") < messageLines {
		p.Message += "\n" + line(text)
	}
}

// owner returns the import path of the package that a file belongs to.
func owner(pkg, file string) string {
	if dir := path.Dir(file); staged(file) && !strings.HasSuffix(pkg, dir) {
		return module + dir
	}
	return pkg
}

// machinePath is where the go command names folders of this machine, which say
// nothing to a learner.
var machinePath = regexp.MustCompile(`; to add it:$| \(\S*[/\\]src[/\\]\S*\)$| in (?:/|[A-Za-z]:\\).+$`)

// exhausted is a compiler that met the limit of its memory, in one of several
// ways in which the Go runtime says so.
var exhausted = regexp.MustCompile(`^fatal error: .*\b(?:memory|mmap|arena)`)

func plainMessage(text string) string {
	if exhausted.MatchString(text) {
		return "the compiler ran out of memory: this package is too much for it"
	}
	return line(machinePath.ReplaceAllString(text, ""))
}
