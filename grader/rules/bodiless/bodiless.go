// Package bodiless refuses functions that are declared without a body.
package bodiless

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/refusal"
)

const why = "A function without a body is written in assembly or borrowed from the runtime's insides; neither is needed here, and neither can be read by the next person."

// Analyzer is the rule.
var Analyzer = &analysis.Analyzer{
	Name: "bodiless", Doc: "refuse functions without a body\n\n" + why,
	Run: run, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body == nil {
				refusal.Report(pass, f.Name, why, "the function %s has no body", f.Name.Name)
			}
		}
	}
	return nil, nil
}
