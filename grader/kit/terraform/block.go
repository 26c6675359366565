package terraform

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// resource evaluates a resource or a data source with all its instances.
func (p *planner) resource(name string) error {
	b := p.resources[name]
	again, err := p.begin(name, b.TypeRange)
	if !again {
		return err
	}
	if a := b.Body.Attributes["for_each"]; a != nil {
		return p.forEach(name, b, a)
	}
	if a := b.Body.Attributes["count"]; a != nil {
		return p.count(name, b, a)
	}
	v, err := p.instance(b, name, nil)
	if err == nil {
		p.done[name] = v
	}
	return err
}

func (p *planner) forEach(name string, b *hclsyntax.Block, a *hclsyntax.Attribute) error {
	over, err := p.eval(a.Expr, nil)
	if err != nil {
		return err
	}
	t := over.Type()
	ofStrings := t.IsSetType() && (t.ElementType() == cty.String || over.LengthInt() == 0)
	if over.IsNull() || !t.IsMapType() && !t.IsObjectType() && !ofStrings {
		return p.at(a.SrcRange, "for_each wants a map or a set of strings, and this is "+t.FriendlyName())
	}
	instances := map[string]cty.Value{}
	for it := over.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if t.IsSetType() {
			k = v
		}
		each := map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": k, "value": v})}
		if instances[k.AsString()], err = p.instance(b, fmt.Sprintf("%s[%q]", name, k.AsString()), each); err != nil {
			return err
		}
	}
	p.done[name] = object(instances)
	return nil
}

func (p *planner) count(name string, b *hclsyntax.Block, a *hclsyntax.Attribute) error {
	v, err := p.eval(a.Expr, nil)
	if err != nil {
		return err
	}
	n, err := convert.Convert(v, cty.Number)
	if err != nil || n.IsNull() {
		return p.at(a.SrcRange, "count is no number")
	}
	times, _ := n.AsBigFloat().Int64()
	list := []cty.Value{}
	for i := range times {
		index := map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(i)})}
		one, err := p.instance(b, name+"["+strconv.FormatInt(i, 10)+"]", index)
		if err != nil {
			return err
		}
		list = append(list, one)
	}
	p.done[name] = cty.TupleVal(list)
	return nil
}

// meta are the arguments and blocks of every resource, which are Terraform's
// own.
var meta = []string{"for_each", "count", "depends_on", "provider", "lifecycle", "provisioner", "connection"}

// instance evaluates one object of a resource, adds it to the plan, and returns
// it with what only the provider can tell.
func (p *planner) instance(b *hclsyntax.Block, address string, extra map[string]cty.Value) (cty.Value, error) {
	values, err := p.body(b.Body, extra, meta)
	if err != nil {
		return cty.NilVal, err
	}
	all := maps.Clone(values)
	for name := range p.names {
		if v, ok := all[name]; !ok || v.IsNull() {
			all[name] = cty.StringVal(Later(address, name))
		}
	}
	whole := object(all)
	for _, inner := range b.Body.Blocks {
		if inner.Type != "lifecycle" {
			continue
		}
		for _, c := range inner.Body.Blocks {
			if c.Type == "precondition" {
				if err := p.demand(c, extra); err != nil {
					return cty.NilVal, err
				}
			}
		}
	}
	if b.Type == "resource" {
		r := &Resource{Address: address, Type: b.Labels[0], Name: b.Labels[1], Values: map[string]any{}, file: b.TypeRange.Filename, line: b.TypeRange.Start.Line}
		for name, v := range values {
			if x := plain(v); x != nil {
				r.Values[name] = x
			}
		}
		p.plan.Resources = append(p.plan.Resources, r)
	}
	return whole, nil
}

// body evaluates the arguments and nested blocks of a block.
func (p *planner) body(b *hclsyntax.Body, extra map[string]cty.Value, without []string) (map[string]cty.Value, error) {
	values := map[string]cty.Value{}
	for _, name := range sorted(b.Attributes) {
		if slices.Contains(without, name) {
			continue
		}
		v, err := p.eval(b.Attributes[name].Expr, extra)
		if err != nil {
			return nil, err
		}
		values[name] = v
	}
	nested := map[string][]cty.Value{}
	for _, inner := range b.Blocks {
		if slices.Contains(without, inner.Type) {
			continue
		}
		name, list, err := p.nested(inner, extra)
		if err != nil {
			return nil, err
		}
		nested[name] = append(nested[name], list...)
	}
	for name, list := range nested {
		if _, twice := values[name]; twice {
			return nil, p.at(b.SrcRange, name+" is there as an argument and as a block")
		}
		values[name] = cty.TupleVal(list)
	}
	return values, nil
}

// nested evaluates a block in another, which is several if it is dynamic.
func (p *planner) nested(b *hclsyntax.Block, extra map[string]cty.Value) (string, []cty.Value, error) {
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		list, err := p.dynamic(b, extra)
		return b.Labels[0], list, err
	}
	values, err := p.body(b.Body, extra, nil)
	return b.Type, []cty.Value{object(values)}, err
}

func (p *planner) dynamic(b *hclsyntax.Block, extra map[string]cty.Value) ([]cty.Value, error) {
	over := b.Body.Attributes["for_each"]
	at := slices.IndexFunc(b.Body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "content" })
	if over == nil || at < 0 {
		return nil, p.at(b.TypeRange, "a dynamic block wants for_each and content")
	}
	all, err := p.eval(over.Expr, extra)
	if err != nil {
		return nil, err
	}
	if all.IsNull() || !all.CanIterateElements() {
		return nil, p.at(over.SrcRange, "for_each wants a list, a set or a map")
	}
	iterator := b.Labels[0]
	if a := b.Body.Attributes["iterator"]; a != nil {
		if iterator = hcl.ExprAsKeyword(a.Expr); iterator == "" {
			return nil, p.at(a.SrcRange, "iterator wants a name")
		}
	}
	list := []cty.Value{}
	for it := all.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if all.Type().IsSetType() {
			k = v
		}
		inner := maps.Clone(extra)
		if inner == nil {
			inner = map[string]cty.Value{}
		}
		inner[iterator] = cty.ObjectVal(map[string]cty.Value{"key": k, "value": v})
		values, err := p.body(b.Body.Blocks[at].Body, inner, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, object(values))
	}
	return list, nil
}

// value is the opposite of plain. Lists and maps become tuples and objects, as
// they are where somebody writes them.
func value(v any) cty.Value {
	switch v := v.(type) {
	case nil:
		return cty.NullVal(cty.DynamicPseudoType)
	case string:
		return cty.StringVal(v)
	case bool:
		return cty.BoolVal(v)
	case int:
		return cty.NumberIntVal(int64(v))
	case float64:
		return cty.NumberFloatVal(v)
	case []string:
		list := []cty.Value{}
		for _, e := range v {
			list = append(list, cty.StringVal(e))
		}
		return cty.TupleVal(list)
	case []any:
		list := []cty.Value{}
		for _, e := range v {
			list = append(list, value(e))
		}
		return cty.TupleVal(list)
	case map[string]int:
		m := map[string]cty.Value{}
		for k, e := range v {
			m[k] = value(e)
		}
		return object(m)
	case map[string]any:
		m := map[string]cty.Value{}
		for k, e := range v {
			m[k] = value(e)
		}
		return object(m)
	}
	panic(fmt.Sprintf("terraform: a value of type %T", v))
}
