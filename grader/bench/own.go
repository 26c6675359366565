package bench

import (
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// Own returns the submission's files as they are compiled: a variant, which is
// written beside the reference or beside the starter, imports its own packages
// from where it is staged. A learner's files stay as they are.
func (s Submission) Own() []course.File {
	if s.Variant == "" {
		return s.Files
	}
	from := []string{module + "/solutions/" + s.Exercise.ID(), module + "/" + s.Exercise.Dir()}
	files := make([]course.File, len(s.Files))
	for i, f := range s.Files {
		files[i] = f
		if strings.HasSuffix(f.Name, ".go") {
			files[i].Data = turnImports(f, from, s.Package())
		}
	}
	return files
}

// turnImports turns what f imports below one of from. A file that does not parse
// stays as it is, for the compiler to refuse, as does the import of the
// reference by the package in its place, for the source rules.
func turnImports(f course.File, from []string, to string) []byte {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, f.Name, f.Data, parser.ImportsOnly)
	if err != nil {
		return f.Data
	}
	var edits []edit
	for _, spec := range file.Imports {
		path, ok := turnPath(spec.Path.Value, from, to)
		if itself := path == to && !strings.Contains(f.Name, "/"); ok && !itself {
			edits = append(edits, edit{fset.PositionFor(spec.Path.Pos(), false).Offset, fset.PositionFor(spec.Path.End(), false).Offset, strconv.Quote(path)})
		}
	}
	if edits == nil {
		return f.Data
	}
	return apply(f.Data, edits)
}
