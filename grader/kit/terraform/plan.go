package terraform

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/kata-go/kata/grader/kit"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Plan is what Terraform would make of an empty account.
type Plan struct {
	Resources []*Resource // by address; without data sources
	Outputs   map[string]any
}

// Resource is one object of a plan.
type Resource struct {
	Address string // `aws_subnet.zone["a"]`, "aws_subnet.zone[0]", "aws_vpc.main"
	Type    string
	Name    string
	// Values are the arguments: bool, float64, string, []any or map[string]any.
	// Nested blocks are lists of maps under the block's name; what is null is
	// left out.
	Values map[string]any

	file string
	line int
}

// At returns where the resource's block begins, as "main.tf:12".
func (r *Resource) At() string { return kit.Line(r.file, r.line) }

// Refers reports whether v is an attribute of the resource that only the
// provider can tell: a reference to it, not a text that looks like one.
func (r *Resource) Refers(v any, attribute string) bool { return v == Later(r.Address, attribute) }

// Of returns the resources of a type.
func (p *Plan) Of(kind string) []*Resource {
	return slices.DeleteFunc(slices.Clone(p.Resources), func(r *Resource) bool { return r.Type != kind })
}

// planner is a plan in the making: each value is evaluated when it is first
// asked for.
type planner struct {
	*Config
	vars  map[string]cty.Value
	done  map[string]cty.Value // "local.x", "aws_vpc.main", "data.aws_ami.linux"
	begun map[string]bool
	plan  *Plan
}

// Plan evaluates the files for the variables, whose values are as Resource has
// them. Its errors are *Problem.
func (c *Config) Plan(vars map[string]any) (*Plan, error) {
	p := &planner{c, map[string]cty.Value{}, map[string]cty.Value{}, map[string]bool{}, &Plan{Outputs: map[string]any{}}}
	if err := p.inputs(vars); err != nil {
		return nil, err
	}
	for _, name := range sorted(c.locals) {
		if err := p.local(name); err != nil {
			return nil, err
		}
	}
	for _, name := range sorted(c.resources) {
		if err := p.resource(name); err != nil {
			return nil, err
		}
	}
	for _, name := range sorted(c.outputs) {
		v, err := p.output(c.outputs[name])
		if err != nil {
			return nil, err
		}
		p.plan.Outputs[name] = plain(v)
	}
	slices.SortFunc(p.plan.Resources, func(a, b *Resource) int { return strings.Compare(a.Address, b.Address) })
	return p.plan, nil
}

// inputs takes the given values and the defaults, converts them to the
// variables' types and tries the validations.
func (p *planner) inputs(vars map[string]any) error {
	for _, name := range sorted(p.variables) {
		v, err := p.variable(p.variables[name], vars)
		if err != nil {
			return err
		}
		p.vars[name] = v
	}
	for _, name := range sorted(p.variables) {
		for _, b := range p.variables[name].Body.Blocks {
			if b.Type == "validation" {
				if err := p.demand(b, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *planner) variable(b *hclsyntax.Block, vars map[string]any) (cty.Value, error) {
	name := b.Labels[0]
	v := cty.NilVal
	if given, ok := vars[name]; ok {
		v = value(given)
	} else if d := b.Body.Attributes["default"]; d != nil {
		var diags hcl.Diagnostics
		if v, diags = d.Expr.Value(nil); diags.HasErrors() {
			return v, p.problem(diags)
		}
	} else {
		return v, p.at(b.TypeRange, "no value for the variable "+name)
	}
	t := b.Body.Attributes["type"]
	if t == nil {
		return v, nil
	}
	want, defaults, diags := typeexpr.TypeConstraintWithDefaults(t.Expr)
	if diags.HasErrors() {
		return v, p.problem(diags)
	}
	if defaults != nil && !v.IsNull() {
		v = defaults.Apply(v)
	}
	v, err := convert.Convert(v, want)
	if err != nil {
		return v, p.at(b.TypeRange, "the value of the variable "+name+" does not fit its type: "+err.Error())
	}
	return v, nil
}

// demand tries a condition: of a validation, a precondition or a postcondition.
func (p *planner) demand(b *hclsyntax.Block, extra map[string]cty.Value) error {
	cond, message := b.Body.Attributes["condition"], b.Body.Attributes["error_message"]
	if cond == nil || message == nil {
		return p.at(b.TypeRange, "a "+b.Type+" wants a condition and an error_message")
	}
	v, err := p.eval(cond.Expr, extra)
	if err != nil {
		return err
	}
	if ok, err := convert.Convert(v, cty.Bool); err != nil || ok.IsNull() {
		return p.at(cond.SrcRange, "the condition is neither true nor false")
	} else if ok.True() {
		return nil
	}
	if text, err := p.eval(message.Expr, extra); err == nil && text.Type() == cty.String && !text.IsNull() {
		return p.at(cond.SrcRange, text.AsString())
	}
	return p.at(cond.SrcRange, "the condition is false")
}

// eval evaluates an expression after all that it refers to.
func (p *planner) eval(e hcl.Expression, extra map[string]cty.Value) (cty.Value, error) {
	roots := maps.Clone(extra)
	if roots == nil {
		roots = map[string]cty.Value{}
	}
	roots["var"] = object(p.vars)
	roots["path"] = cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal("."), "root": cty.StringVal("."), "cwd": cty.StringVal("/work")})
	roots["terraform"] = cty.ObjectVal(map[string]cty.Value{"workspace": cty.StringVal("default")})
	for _, t := range e.Variables() {
		if _, own := roots[t.RootName()]; own && t.RootName() != "data" {
			continue
		}
		if err := p.before(t); err != nil {
			return cty.NilVal, err
		}
	}
	p.known(roots)
	v, diags := e.Value(&hcl.EvalContext{Variables: roots, Functions: functions})
	if diags.HasErrors() {
		return v, p.problem(diags)
	}
	return v, nil
}

// before evaluates what a reference leads to.
func (p *planner) before(t hcl.Traversal) error {
	var path []string
	for _, step := range t[1:] {
		a, ok := step.(hcl.TraverseAttr)
		if !ok {
			break
		}
		path = append(path, a.Name)
	}
	root := t.RootName()
	switch {
	case root == "local" && len(path) > 0 && p.locals[path[0]] != nil:
		return p.local(path[0])
	case root == "data" && len(path) > 1 && p.resources["data."+path[0]+"."+path[1]] != nil:
		return p.resource("data." + path[0] + "." + path[1])
	case len(path) > 0 && p.resources[root+"."+path[0]] != nil:
		return p.resource(root + "." + path[0])
	}
	whole := append([]string{root}, path...)
	return p.at(t.SourceRange(), strings.Join(whole[:min(len(whole), 2)], ".")+" is declared nowhere")
}

// known adds everything that was evaluated so far to the roots.
func (p *planner) known(roots map[string]cty.Value) {
	tree := map[string]map[string]cty.Value{}
	data := map[string]map[string]cty.Value{}
	for name, v := range p.done {
		parts := strings.Split(name, ".")
		m := tree
		if parts[0] == "data" {
			m, parts = data, parts[1:]
		}
		if m[parts[0]] == nil {
			m[parts[0]] = map[string]cty.Value{}
		}
		m[parts[0]][parts[1]] = v
	}
	for root, m := range tree {
		roots[root] = object(m)
	}
	types := map[string]cty.Value{}
	for kind, m := range data {
		types[kind] = object(m)
	}
	if len(types) > 0 {
		roots["data"] = object(types)
	}
}

func object(m map[string]cty.Value) cty.Value {
	if len(m) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(m)
}

// begin reports whether something is still to be evaluated, and an error if it
// waits for itself.
func (p *planner) begin(name string, r hcl.Range) (bool, error) {
	if _, ok := p.done[name]; ok {
		return false, nil
	}
	if p.begun[name] {
		return false, p.at(r, name+" refers to itself")
	}
	p.begun[name] = true
	return true, nil
}

func (p *planner) local(name string) error {
	a := p.locals[name]
	again, err := p.begin("local."+name, a.SrcRange)
	if !again {
		return err
	}
	v, err := p.eval(a.Expr, nil)
	if err == nil {
		p.done["local."+name] = v
	}
	return err
}

func (p *planner) output(b *hclsyntax.Block) (cty.Value, error) {
	for _, inner := range b.Body.Blocks {
		if inner.Type == "precondition" {
			if err := p.demand(inner, nil); err != nil {
				return cty.NilVal, err
			}
		}
	}
	a := b.Body.Attributes["value"]
	if a == nil {
		return cty.NilVal, p.at(b.TypeRange, "the output has no value")
	}
	return p.eval(a.Expr, nil)
}
