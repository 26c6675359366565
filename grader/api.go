package grader

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"regexp"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// declaration returns the reference's declaration of the exported name that a
// compiler message speaks of, in one line, or "".
func declaration(solution []course.File, pkg, message string) string {
	for _, name := range mentioned(pkg, message) {
		for _, f := range solution {
			if !strings.HasSuffix(f.Name, ".go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution)
			if err != nil {
				continue
			}
			if text := declares(file, name); text != "" {
				return text
			}
		}
	}
	return ""
}

var member = regexp.MustCompile(`(?:field or method |\.)([A-Z]\w*)`)

// mentioned lists exported names in a message, those qualified by pkg first.
func mentioned(pkg, message string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`\b`+regexp.QuoteMeta(pkg)+`\.([A-Z]\w*)`).FindAllStringSubmatch(message, -1) {
		names = append(names, m[1])
	}
	for _, m := range member.FindAllStringSubmatch(message, -1) {
		names = append(names, m[1])
	}
	return names
}

// declares prints the head of the file's declaration of name.
func declares(file *ast.File, name string) string {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name {
				return oneLine(&ast.FuncDecl{Recv: d.Recv, Name: d.Name, Type: d.Type})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == name {
					return "type " + oneLine(s)
				}
			}
		}
	}
	return ""
}

func oneLine(node any) string {
	var b bytes.Buffer
	if printer.Fprint(&b, token.NewFileSet(), node) != nil {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
