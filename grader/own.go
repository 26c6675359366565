package grader

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/rules"
)

// What is particular where learners write the tests.

// outside refuses tests that stand inside the package: what they are tried on
// shares no more with it than what it exports.
func outside(e *course.Exercise, files []course.File) []rules.Finding {
	var found []rules.Finding
	for _, f := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, f.Name, f.Data, parser.PackageClauseOnly)
		if err != nil || !isTestFile(f) || file.Name.Name == e.Name+"_test" {
			continue
		}
		at := set.Position(file.Name.Pos())
		found = append(found, rules.Finding{
			Rule: "outside", File: f.Name, Line: at.Line, Column: at.Column,
			Message: fmt.Sprintf("the tests are of package %s", file.Name.Name),
			Why:     fmt.Sprintf("Write package %s_test, which sees what %s exports: the tests are tried on packages that share no more than that.", e.Name, e.Name),
		})
	}
	return found
}

// unused tells what of a learner's files has no part in the verdict on tests,
// although the learner may think so.
func unused(e *course.Exercise, files []course.File) []string {
	if e.Kind != course.KindTests {
		return nil
	}
	starter, err := e.Starter()
	if err != nil {
		return nil
	}
	var notes []string
	for _, f := range files {
		full := path.Join(e.Dir(), f.Name)
		if isTestFile(f) {
			if names := notRun(f); len(names) > 0 {
				notes = append(notes, full+": only functions TestXxx(t *testing.T) are run, not "+strings.Join(names, ", "))
			}
			continue
		}
		same := slices.ContainsFunc(starter, func(s course.File) bool { return s.Name == f.Name && bytes.Equal(s.Data, f.Data) })
		if !same && strings.HasSuffix(f.Name, ".go") {
			notes = append(notes, full+": your change is not used, for the tests are tried on the package as it was; kata reset brings it back")
		}
	}
	return notes
}

// notRun are the functions of a test file that go test knows and the grader
// does not.
func notRun(f course.File) []string {
	file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil {
			continue
		}
		name := fn.Name.Name
		if name == "TestMain" || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example") {
			names = append(names, name)
		}
	}
	return names
}
