// Package refusal is the form of what an analyzer says to a learner: what is
// refused, then on a line of its own why. It must never know a rule.
package refusal

import (
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Report refuses what stands at node; why is a sentence from which one learns.
func Report(pass *analysis.Pass, node analysis.Range, why, format string, args ...any) {
	pass.Report(analysis.Diagnostic{
		Pos: node.Pos(), End: node.End(), Category: pass.Analyzer.Name,
		Message: fmt.Sprintf(format, args...) + "\n" + why,
	})
}

// Split returns the two parts of a message that Report made.
func Split(message string) (what, why string) {
	what, why, _ = strings.Cut(message, "\n")
	return what, why
}
