package mutate

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path"

	"github.com/kata-go/kata/grader/course"
)

// checker tells which mutants compile, without compiling them.
type checker struct {
	fset     *token.FileSet
	solution []course.File
	parsed   map[string]*ast.File // the solution's files, by name
	config   types.Config
}

// newChecker reads compiled packages of exports, import path to file.
func newChecker(solution []course.File, exports map[string]string, version string) *checker {
	c := &checker{fset: token.NewFileSet(), solution: solution, parsed: map[string]*ast.File{}}
	open := func(p string) (io.ReadCloser, error) {
		if exports[p] == "" {
			return nil, fmt.Errorf("%s is not among the compiled packages", p)
		}
		return os.Open(exports[p])
	}
	c.config = types.Config{Importer: importer.ForCompiler(c.fset, "gc", open), GoVersion: version, Sizes: types.SizesFor("gc", "amd64")}
	for _, f := range solution {
		if path.Ext(f.Name) == ".go" {
			c.parsed[f.Name] = c.parse(f)
		}
	}
	return c
}

// parse returns nil for what is no Go file.
func (c *checker) parse(f course.File) *ast.File {
	file, err := parser.ParseFile(c.fset, f.Name, f.Data, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	return file
}

// compiles reports whether the package of a file has no error when the file's
// content is data.
func (c *checker) compiles(name string, data []byte) bool {
	changed := c.parse(course.File{Name: name, Data: data})
	if changed == nil {
		return false
	}
	files := []*ast.File{changed}
	for other, file := range c.parsed {
		if other != name && path.Dir(other) == path.Dir(name) && file != nil && file.Name.Name == changed.Name.Name {
			files = append(files, file)
		}
	}
	_, err := c.config.Check(path.Dir(name), c.fset, files, nil)
	return err == nil
}
