package course

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var numberedDoc = regexp.MustCompile(`^(\d+)\. (.+)$`)

// Sentences reads the top-level behaviours off the hidden tests' comments, by
// number: a Test function's doc comment is "N. Sentence as the learner sees
// it.", in one paragraph. A function without one is returned first, with number
// 0 and its name as the sentence.
func Sentences(tests []File) ([]Behaviour, error) {
	var list []Behaviour
	for _, f := range tests {
		if !strings.HasSuffix(f.Name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") && fn.Name.Name != "TestMain" {
				list = append(list, sentence(fn))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Behaviour) int { return cmp.Compare(a.Number, b.Number) })
	return list, nil
}

func sentence(fn *ast.FuncDecl) Behaviour {
	b := Behaviour{Test: fn.Name.Name, Name: fn.Name.Name}
	paragraph, _, _ := strings.Cut(strings.TrimSpace(fn.Doc.Text()), "\n\n")
	if m := numberedDoc.FindStringSubmatch(strings.Join(strings.Fields(paragraph), " ")); m != nil {
		b.Number, _ = strconv.Atoi(m[1])
		b.Name = strings.TrimSuffix(m[2], ".")
	}
	return b
}
