// Package terraform tells hidden tests what a Terraform configuration plans:
// which resources with which values, and which outputs, for given variables.
//
// The files are read and their expressions evaluated by hashicorp/hcl, with the
// functions of go-cty, so that order, spelling, locals, for_each, count, dynamic
// blocks and conditions make no difference. It owns facts and their lines, never
// what is right: that is for the tests to say. It starts no process and knows
// neither providers nor exercises: an attribute that only a provider could tell
// stands as a text that names it (see Later). Modules, functions that read files
// or clocks, and values of data sources beyond such texts are not known.
package terraform

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/kata-go/kata/grader/kit"
	"github.com/zclconf/go-cty/cty"
)

// Config is a folder of parsed files.
type Config struct {
	text      map[string][]string // the files' lines
	variables map[string]*hclsyntax.Block
	locals    map[string]*hclsyntax.Attribute
	resources map[string]*hclsyntax.Block // "aws_vpc.main", "data.aws_ami.linux"
	outputs   map[string]*hclsyntax.Block
	names     map[string]bool // of all attributes that some expression asks for
}

// Problem is why Terraform would refuse the files, or the variables.
type Problem struct {
	File string
	Line int
	Text string // the line as written
	Why  string
}

func (p *Problem) Error() string { return kit.Line(p.File, p.Line) + ": " + p.Why }

// Read parses the .tf files of the working directory and fails the behaviour
// when Terraform could not read them.
func Read(t testing.TB) *Config {
	t.Helper()
	names, err := filepath.Glob("*.tf")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		sources[n] = string(b)
	}
	c, err := Parse(sources)
	var bad *Problem
	if errors.As(err, &bad) {
		kit.Fail(t, kit.Failure{Sent: cmp.Or(bad.Text, "read "+bad.File), Got: wrap(bad.Why), Want: "files that terraform can read", At: kit.Line(bad.File, bad.Line)})
	}
	return c
}

// Parse reads files by name. Its errors are *Problem.
func Parse(sources map[string]string) (*Config, error) {
	c := &Config{map[string][]string{}, map[string]*hclsyntax.Block{}, map[string]*hclsyntax.Attribute{}, map[string]*hclsyntax.Block{}, map[string]*hclsyntax.Block{}, map[string]bool{}}
	for _, name := range sorted(sources) {
		c.text[name] = strings.Split(sources[name], "\n")
	}
	for _, name := range sorted(sources) {
		file, diags := hclsyntax.ParseConfig([]byte(sources[name]), name, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, c.problem(diags)
		}
		body := file.Body.(*hclsyntax.Body)
		for _, a := range body.Attributes {
			return nil, c.at(a.SrcRange, "an argument outside of any block")
		}
		for _, b := range body.Blocks {
			if err := c.add(b); err != nil {
				return nil, err
			}
		}
		c.collect(body)
	}
	return c, nil
}

// labels is how many a kind of block has.
var labels = map[string]int{
	"variable": 1, "resource": 2, "data": 2, "output": 1, "provider": 1, "module": 1, "check": 1,
	"locals": 0, "terraform": 0, "moved": 0, "import": 0, "removed": 0,
}

func (c *Config) add(b *hclsyntax.Block) error {
	if n, known := labels[b.Type]; !known {
		return c.at(b.TypeRange, "terraform knows no block "+b.Type)
	} else if len(b.Labels) != n {
		return c.at(b.TypeRange, fmt.Sprintf("a block %q has %d names", b.Type, labels[b.Type]))
	}
	switch b.Type {
	case "variable":
		return put(c, c.variables, b, b.Labels[0])
	case "resource":
		return put(c, c.resources, b, strings.Join(b.Labels, "."))
	case "data":
		return put(c, c.resources, b, "data."+strings.Join(b.Labels, "."))
	case "output":
		return put(c, c.outputs, b, b.Labels[0])
	case "locals":
		for name, a := range b.Body.Attributes {
			if c.locals[name] != nil {
				return c.at(a.SrcRange, "there is another local."+name)
			}
			c.locals[name] = a
		}
	case "module":
		return c.at(b.TypeRange, "a module, which is not part of this exercise")
	}
	return nil
}

func put(c *Config, m map[string]*hclsyntax.Block, b *hclsyntax.Block, name string) error {
	if m[name] != nil {
		return c.at(b.TypeRange, fmt.Sprintf("there is another %s %s", b.Type, name))
	}
	m[name] = b
	return nil
}

// Variables returns the names of the variables, sorted.
func (c *Config) Variables() []string { return sorted(c.variables) }

// Needs reports whether a variable has no default.
func (c *Config) Needs(variable string) bool {
	b := c.variables[variable]
	return b != nil && b.Body.Attributes["default"] == nil
}

// Line returns where a block stands, such as `variable "x"` or
// `resource "aws_vpc" "main"`, as "main.tf:12", or "".
func (c *Config) Line(kind string, names ...string) string {
	m := map[string]map[string]*hclsyntax.Block{"variable": c.variables, "resource": c.resources, "output": c.outputs}[kind]
	if b := m[strings.Join(names, ".")]; b != nil {
		return kit.Line(b.TypeRange.Filename, b.TypeRange.Start.Line)
	}
	return ""
}

// collect notes the names of all attributes that expressions ask for.
func (c *Config) collect(body *hclsyntax.Body) {
	note := func(t hcl.Traversal) {
		for _, step := range t {
			if a, ok := step.(hcl.TraverseAttr); ok {
				c.names[a.Name] = true
			}
		}
	}
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			note(n.Traversal)
		case *hclsyntax.RelativeTraversalExpr:
			note(n.Traversal)
		case *hclsyntax.IndexExpr:
			if l, ok := n.Key.(*hclsyntax.TemplateExpr); ok && l.IsStringLiteral() {
				v, _ := l.Value(nil)
				c.names[v.AsString()] = true
			}
		}
		return nil
	})
}

func (c *Config) problem(diags hcl.Diagnostics) *Problem {
	d := diags[slices.IndexFunc(diags, func(d *hcl.Diagnostic) bool { return d.Severity == hcl.DiagError })]
	r := hcl.Range{}
	if d.Subject != nil {
		r = *d.Subject
	}
	return c.at(r, d.Summary+": "+d.Detail)
}

func (c *Config) at(r hcl.Range, why string) *Problem {
	line := ""
	if n := r.Start.Line; n > 0 && n <= len(c.text[r.Filename]) {
		line = strings.TrimSpace(c.text[r.Filename][n-1])
	}
	return &Problem{r.Filename, r.Start.Line, line, why}
}

// wrap breaks a text into lines of a screen.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for _, w := range strings.Fields(text) {
		if width > 0 && width+len(w) > 66 {
			b.WriteString("\n")
			width = 0
		} else if width > 0 {
			b.WriteString(" ")
		}
		b.WriteString(w)
		width += len(w) + 1
	}
	return b.String()
}

// Later is what an attribute of a resource is in a plan when only the provider
// can tell it: Later("aws_vpc.main", "id").
func Later(address, attribute string) string {
	return "(known after apply: " + address + "." + attribute + ")"
}

func sorted[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// plain turns a value into bool, float64, string, []any, map[string]any or nil.
func plain(v cty.Value) any {
	v, _ = v.UnmarkDeep()
	switch t := v.Type(); {
	case v.IsNull() || !v.IsKnown():
		return nil
	case t == cty.String:
		return v.AsString()
	case t == cty.Bool:
		return v.True()
	case t == cty.Number:
		f, _ := v.AsBigFloat().Float64()
		return f
	case t.IsMapType() || t.IsObjectType():
		m := map[string]any{}
		for k, e := range v.AsValueMap() {
			m[k] = plain(e)
		}
		return m
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		list := []any{}
		for _, e := range v.AsValueSlice() {
			list = append(list, plain(e))
		}
		return list
	}
	return nil
}
