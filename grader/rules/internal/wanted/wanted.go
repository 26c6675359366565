// Package wanted tests an analyzer over testdata/src: what it reports on a line
// must be what the line's comment wants, in the notation of x/tools'
// analysistest (a comment: want, then quoted regular expressions). It does so
// twice, with loose type information and with true types, since an analyzer
// must be right in both kinds of driver.
package wanted

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/kata-go/kata/grader/rules/internal/loose"
)

// Run tests a over the packages, which are folders of testdata/src and import
// one another by these names.
func Run(t *testing.T, a *analysis.Analyzer, packages ...string) {
	t.Helper()
	if err := analysis.Validate([]*analysis.Analyzer{a}); err != nil {
		t.Error(err)
	}
	from := newSource(t)
	for _, p := range packages {
		files := read(t, p)
		t.Run("loose/"+p, func(t *testing.T) {
			loaded, err := loose.Load(files, "")
			if err != nil || len(loaded) != 1 {
				t.Fatalf("%d packages, %v", len(loaded), err)
			}
			compare(t, a, loaded[0], files)
		})
		t.Run("typed/"+p, func(t *testing.T) { compare(t, a, from.typed(files), files) })
	}
}

func read(t *testing.T, folder string) (files []loose.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "src", filepath.FromSlash(folder), "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in testdata/src/%s (%v)", folder, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, loose.File{Name: path.Join(folder, filepath.Base(name)), Data: data})
	}
	return files
}

// typed loads the files with true types; type errors are testdata's right.
func (s source) typed(files []loose.File) *loose.Package {
	s.t.Helper()
	p := &loose.Package{Set: s.set, Info: loose.NewInfo(), Sizes: types.SizesFor("gc", "amd64")}
	for _, f := range files {
		file, err := parser.ParseFile(p.Set, f.Name, f.Data, parser.ParseComments)
		if err != nil {
			s.t.Fatal(err)
		}
		p.Files = append(p.Files, file)
	}
	config := types.Config{Importer: s, Error: func(error) {}, Sizes: p.Sizes}
	p.Types, _ = config.Check(path.Dir(files[0].Name), p.Set, p.Files, p.Info)
	return p
}

// source imports from testdata/src, else from the standard library's source.
type source struct {
	t      *testing.T
	set    *token.FileSet
	std    types.Importer
	loaded map[string]*types.Package
}

func newSource(t *testing.T) source {
	set := token.NewFileSet()
	build.Default.CgoEnabled = false // or the importer calls cgo for package net
	return source{t, set, importer.ForCompiler(set, "source", nil), map[string]*types.Package{}}
}

// Import implements types.Importer.
func (s source) Import(p string) (*types.Package, error) {
	if s.loaded[p] != nil {
		return s.loaded[p], nil
	}
	dir := filepath.Join("testdata", "src", filepath.FromSlash(p))
	if _, err := os.Stat(dir); err != nil {
		return s.std.Import(p)
	}
	var parsed []*ast.File
	for _, f := range read(s.t, p) {
		file, err := parser.ParseFile(s.set, f.Name, f.Data, 0)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
	}
	config := types.Config{Importer: s, Error: func(error) {}}
	s.loaded[p], _ = config.Check(p, s.set, parsed, nil)
	return s.loaded[p], nil
}

func compare(t *testing.T, a *analysis.Analyzer, p *loose.Package, files []loose.File) {
	t.Helper()
	wants := map[string][]*regexp.Regexp{}
	for _, f := range files {
		expectations(t, f, wants)
	}
	found, err := p.Run(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		at := p.Set.PositionFor(d.Pos, false)
		if line := fmt.Sprintf("%s:%d", at.Filename, at.Line); !take(wants, line, d.Message) {
			t.Errorf("%s: not wanted: %s", line, d.Message)
		}
	}
	for line, rest := range wants {
		for _, want := range rest {
			t.Errorf("%s: nothing matches %v", line, want)
		}
	}
}

// take removes the first of the line's wants that matches.
func take(wants map[string][]*regexp.Regexp, line, message string) bool {
	for i, want := range wants[line] {
		if want.MatchString(message) {
			wants[line] = append(wants[line][:i:i], wants[line][i+1:]...)
			return true
		}
	}
	return false
}

// expectations reads the comments as the scanner sees them, by true lines.
func expectations(t *testing.T, f loose.File, wants map[string][]*regexp.Regexp) {
	t.Helper()
	set := token.NewFileSet()
	file := set.AddFile(f.Name, -1, len(f.Data))
	var s scanner.Scanner
	s.Init(file, f.Data, nil, scanner.ScanComments)
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return
		}
		if _, list, ok := strings.Cut(text, "// want "); ok && tok == token.COMMENT {
			line := fmt.Sprintf("%s:%d", f.Name, set.PositionFor(pos, false).Line)
			wants[line] = append(wants[line], expressions(t, strings.TrimSuffix(list, "*/"))...)
		}
	}
}

func expressions(t *testing.T, list string) (all []*regexp.Regexp) {
	t.Helper()
	for list = strings.TrimSpace(list); list != ""; list = strings.TrimSpace(list) {
		quoted, err := strconv.QuotedPrefix(list)
		if err != nil {
			t.Fatalf("want %s: %v", list, err)
		}
		text, _ := strconv.Unquote(quoted)
		all = append(all, regexp.MustCompile("(?s)"+text))
		list = list[len(quoted):]
	}
	return all
}
