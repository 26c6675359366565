// Package dockerfile tells hidden tests what a Dockerfile means: which stage
// is shipped, what it starts from, as whom and with which process it runs, and
// which files of the folder reach which step.
//
// It reads with BuildKit's own parser, so that comments, case, continuation
// lines, heredocs and equivalent spellings make no difference. It owns facts
// and their line numbers, never what is right: that is for the tests to say.
// It starts no process and knows no engine.
package dockerfile

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// File is a parsed Dockerfile.
type File struct {
	Name   string   // as the learner calls it
	Syntax string   // the image that the line "# syntax=" names, or ""
	Stages []*Stage // at least one, in the order of their FROM instructions
	global []Step   // the ARG instructions before the first FROM
}

// Instruction is one instruction as it was written.
type Instruction struct {
	Keyword string // in upper case: "COPY"
	Text    string // the lines as written, continuation lines and heredocs included
	Line    int    // the first one's number
	file    string
}

// At returns the instruction's place as "Dockerfile:12", or "" for the zero
// Instruction.
func (i Instruction) At() string {
	if i.file == "" {
		return ""
	}
	return kit.Line(i.file, i.Line)
}

// String returns the instruction as written, at most its first six lines.
func (i Instruction) String() string {
	lines := strings.Split(i.Text, "\n")
	if len(lines) > 6 {
		lines = append(lines[:5], "…")
	}
	return strings.Join(lines, "\n")
}

// SyntaxError says that Docker could not read the file either.
type SyntaxError struct {
	File string
	Line int    // 0 when the whole file is meant
	Text string // the line as written
	Err  error
}

func (e *SyntaxError) Error() string { return kit.Line(e.File, e.Line) + ": " + e.Err.Error() }

// Unwrap returns what BuildKit's parser said.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Read parses the learner's file called name in the working directory and
// fails the behaviour when Docker could not read it.
func Read(t testing.TB, name string) *File {
	t.Helper()
	f, err := Parse(name, kit.File(t, name))
	var bad *SyntaxError
	if errors.As(err, &bad) {
		kit.Fail(t, kit.Failure{Sent: cmp.Or(bad.Text, "read "+name), Got: bad.Err.Error(), Want: "a file that docker build can read", At: kit.Line(name, bad.Line)})
	}
	return f
}

// Parse reads a Dockerfile; name is only told in places. Its errors are
// *SyntaxError.
func Parse(name, source string) (*File, error) {
	r := &reader{name: name, lines: strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")}
	tree, err := parser.Parse(strings.NewReader(source))
	if err != nil {
		return nil, r.syntaxError(err)
	}
	stages, args, err := instructions.Parse(tree.AST, nil)
	if err == nil && len(stages) == 0 {
		err = errors.New("no FROM instruction, so there is nothing to build")
	}
	if err != nil {
		return nil, r.syntaxError(err)
	}
	r.lexer = shell.NewLex(tree.EscapeToken)
	r.file = &File{Name: name, Syntax: syntax(source)}
	if err := r.stages(args, stages); err != nil {
		return nil, err
	}
	return r.file, nil
}

func syntax(source string) string {
	ref, _, _, _ := parser.DetectSyntax([]byte(source))
	return ref
}

// Final returns the stage that docker build ships when no target is asked for:
// the last one.
func (f *File) Final() *Stage { return f.Stages[len(f.Stages)-1] }

// stage finds an earlier stage by name, or for COPY --from also by number.
func (f *File) stage(name string, byNumber bool) (*Stage, error) {
	if n, err := strconv.Atoi(name); err == nil && byNumber {
		if n < 0 || n >= len(f.Stages) {
			return nil, fmt.Errorf("there is no stage number %d before this line; the first one is 0", n)
		}
		return f.Stages[n], nil
	}
	for i := len(f.Stages) - 1; i >= 0; i-- {
		if f.Stages[i].Name != "" && strings.EqualFold(f.Stages[i].Name, name) {
			return f.Stages[i], nil
		}
	}
	return nil, nil
}

// Leaves returns the stages that no other stage starts from: their images
// hold the layers of all stages.
func (f *File) Leaves() []*Stage {
	parent := map[*Stage]bool{}
	for _, s := range f.Stages {
		parent[s.Parent] = true
	}
	var leaves []*Stage
	for _, s := range f.Stages {
		if !parent[s] {
			leaves = append(leaves, s)
		}
	}
	return leaves
}

// Steps returns all instructions of all stages, in the file's order.
func (f *File) Steps() []Step {
	var all []Step
	for _, s := range f.Stages {
		all = append(all, s.Own...)
	}
	return all
}
