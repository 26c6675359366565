// Package rules reads learner code before it is built and refuses what no
// exercise needs and what would reach past the tests.
//
// It owns the list of rules, each of them an analyzer in a folder of its own,
// and a driver that needs no export data, for it sits in the edit loop. It must
// never know what the code is judged by, nor touch a disk or a process.
package rules

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/bodiless"
	"github.com/kata-go/kata/grader/rules/constants"
	"github.com/kata-go/kata/grader/rules/directives"
	"github.com/kata-go/kata/grader/rules/foreign"
	"github.com/kata-go/kata/grader/rules/imports"
	"github.com/kata-go/kata/grader/rules/internal/loose"
	"github.com/kata-go/kata/grader/rules/internal/refusal"
	"github.com/kata-go/kata/grader/rules/methods"
	"github.com/kata-go/kata/grader/rules/predeclared"
)

// ErrSyntax is wrapped by Check when a file does not parse. The folder with
// such a file has no findings, for the compiler explains better. Should the
// compiler accept the file all the same, the program must not be run.
var ErrSyntax = loose.ErrSyntax

// File is one file of a submission: Name is a slash path relative to the
// exercise's folder; what does not end in .go is passed over.
type File = loose.File

// Options say what one exercise allows.
type Options struct {
	Imports []string // import paths beyond the base list, from the front matter
	Path    string   // import path of the exercise's folder; what lies in it may be imported
	Module  string   // path of the module around it, for the reason of a refused import; may be empty
	Methods []string // Equal, Is, As and Unwrap methods that belong to it, as Methods returns them
}

// Finding is one refusal.
type Finding struct {
	Rule         string // name of the analyzer
	File         string // as in File.Name
	Line, Column int    // from 1, the column in bytes; a //line comment changes neither
	Message      string // what is refused, lower case, without a full stop
	Why          string // the reason, in whole sentences
}

// Check returns the findings in all packages of a submission, by file and line.
// The error wraps ErrSyntax, or tells of a rule that broke.
func Check(files []File, opts Options) ([]Finding, error) {
	packages, err := loose.Load(sources(files), opts.Path)
	var findings []Finding
	for _, rule := range analyzers(opts) {
		for _, p := range packages {
			found, failed := p.Run(rule)
			err = errors.Join(err, failed)
			for _, d := range found {
				findings = append(findings, finding(p.Set, rule.Name, d))
			}
		}
	}
	slices.SortStableFunc(findings, inOrder)
	return findings, err
}

// Methods returns the Options.Methods that a reference solution's files stand
// for. Files that do not parse count for nothing.
func Methods(reference []File) []string {
	var parsed []*ast.File
	for _, f := range sources(reference) {
		if file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution); err == nil {
			parsed = append(parsed, file)
		}
	}
	return methods.Of(parsed...)
}

func analyzers(opts Options) []*analysis.Analyzer {
	return []*analysis.Analyzer{
		imports.New(imports.Policy{Extra: opts.Imports, Own: opts.Path, Kata: opts.Module}),
		constants.Analyzer,
		directives.Analyzer,
		bodiless.Analyzer,
		foreign.New(opts.Path),
		predeclared.Analyzer,
		methods.New(opts.Methods),
	}
}

func sources(files []File) []File {
	return slices.DeleteFunc(slices.Clone(files), func(f File) bool { return !strings.HasSuffix(f.Name, ".go") })
}

func finding(set *token.FileSet, rule string, d analysis.Diagnostic) Finding {
	at := set.PositionFor(d.Pos, false)
	what, why := refusal.Split(d.Message)
	return Finding{Rule: rule, File: at.Filename, Line: at.Line, Column: at.Column, Message: what, Why: why}
}

func inOrder(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
