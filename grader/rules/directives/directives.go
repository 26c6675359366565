// Package directives refuses comments that command the compiler, the linker or
// the go command: //go:…, //line, /*line*/, //export, //extern and build
// constraints.
package directives

import (
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

// Analyzer is the rule.
var Analyzer = &analysis.Analyzer{
	Name: "directives", Doc: "refuse comments that command the compiler or the go command\n\n" + whyAny,
	Run: run, RunDespiteErrors: true,
}

const (
	whyAny        = "A directive changes how the code is built instead of what it says; no exercise needs one."
	whyLinkname   = "It reaches into another package's unexported names, which that package's authors may change any day."
	whyEmbed      = "The exercise's folder is not a part of the program; what the code needs, it gets through its API."
	whyConstraint = "Whether a file is compiled would then depend on the machine, and the grader must judge the same code everywhere."
	whyRace       = "It hides the function from the race detector, and with it the bug from you."
	whyLine       = "It makes the compiler name another file or line than the one you would have to mend."
	whyExport     = "It offers a function to C; there is no C here."
)

// whyGo is by the word after //go:.
var whyGo = map[string]string{
	"linkname": whyLinkname, "embed": whyEmbed, "build": whyConstraint, "norace": whyRace,
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		for _, group := range file.Comments {
			for _, comment := range group.List {
				if name, why := directive(comment); name != "" {
					refusal.Report(pass, comment, why, "%s is a directive, not a comment", name)
				}
			}
		}
	}
	return nil, nil
}

// directive returns how the comment begins and the reason against it, or
// nothing for a plain comment. What counts is what cmd/compile (doc.go,
// "Compiler Directives"), cmd/cgo and go/build/constraint act on.
func directive(c *ast.Comment) (name, why string) {
	text, line := strings.CutPrefix(c.Text, "//")
	if !line {
		return lineDirective(c.Text, strings.TrimPrefix(c.Text, "/*"))
	}
	if word, ok := strings.CutPrefix(text, "go:"); ok {
		word, _, _ = strings.Cut(strings.ReplaceAll(word, "\t", " "), " ")
		if why, ok := whyGo[word]; ok {
			return "//go:" + word, why
		}
		return "//go:" + word, whyAny
	}
	switch {
	case strings.HasPrefix(strings.TrimLeft(text, " \t"), "+build"):
		return "// +build", whyConstraint
	case hasWord(text, "export"):
		return "//export", whyExport
	case hasWord(text, "extern"):
		return "//extern", whyExport
	}
	return lineDirective(c.Text, text)
}

// lineDirective recognises line NAME:LINE; without a colon the compiler takes
// it for prose.
func lineDirective(comment, text string) (name, why string) {
	if strings.HasPrefix(text, "line ") && strings.Contains(text, ":") {
		return comment[:len("//line")], whyLine
	}
	return "", ""
}

func hasWord(text, word string) bool {
	rest, ok := strings.CutPrefix(text, word)
	return ok && rest != "" && (rest[0] == ' ' || rest[0] == '\t')
}
