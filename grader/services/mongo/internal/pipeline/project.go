package pipeline

import (
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/expr"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Projection keeps, drops and computes fields. Its zero value keeps all.
type Projection struct {
	tree    *field
	include bool
	Paths   []string // that an inclusion keeps, without computed fields
	Plain   bool     // no field is computed
}

// field is a path's part in a projection.
type field struct {
	names []string // of kids, in the order of the projection
	kids  map[string]*field
	expr  expr.Expr // computed
	leaf  bool
}

func (f *field) kid(name string) *field {
	if f.kids == nil {
		f.kids = map[string]*field{}
	}
	k := f.kids[name]
	if k == nil {
		k = &field{}
		f.kids[name] = k
		f.names = append(f.names, name)
	}
	return k
}

// CompileProjection reads a projection of find or of $project.
func CompileProjection(d value.D) (Projection, error) {
	p := Projection{tree: &field{}, Plain: true}
	var ins, outs []string
	id := true
	if err := p.read(d, "", &ins, &outs, &id); err != nil {
		return p, err
	}
	if len(ins) > 0 && len(outs) > 0 {
		return p, value.Errorf(31254, "Location31254", "Cannot do exclusion on field %s in inclusion projection", outs[0])
	}
	idAlone := len(ins) == 0 && len(outs) == 0
	_, named := value.Get(d, "_id")
	p.include = len(ins) > 0 || idAlone && named && id
	p.Paths = ins
	if p.include && id {
		p.tree.kid("_id").leaf = true
		p.Paths = append(p.Paths, "_id")
	}
	if !p.include && !id {
		p.tree.kid("_id").leaf = true
	}
	if len(d) == 0 {
		p.tree = nil
	}
	return p, nil
}

func (p *Projection) read(d value.D, prefix string, ins, outs *[]string, id *bool) error {
	for _, e := range d {
		path := prefix + e.Key
		if strings.Contains(path, "$") {
			return value.Unsupported("the projection of '" + path + "'")
		}
		if sub, ok := e.Value.(value.D); ok && (len(sub) == 0 || !strings.HasPrefix(sub[0].Key, "$")) {
			if len(sub) == 0 {
				return value.Errorf(51270, "Location51270", "An empty sub-projection is not a valid value. Found empty object at path")
			}
			if err := p.read(sub, path+".", ins, outs, id); err != nil {
				return err
			}
			continue
		}
		if err := p.entry(path, e.Value, ins, outs, id); err != nil {
			return err
		}
	}
	return nil
}

func (p *Projection) entry(path string, v any, ins, outs *[]string, id *bool) error {
	flag, isFlag := v.(bool)
	if !isFlag && value.IsNumber(v) {
		flag, isFlag = value.Truthy(v), true
	}
	if path == "_id" && isFlag {
		*id = flag
		return nil
	}
	at := p.tree
	for _, part := range strings.Split(path, ".") {
		at = at.kid(part)
	}
	switch {
	case !isFlag:
		return p.computed(at, path, v, ins)
	case flag:
		*ins = append(*ins, path)
	default:
		*outs = append(*outs, path)
	}
	at.leaf = true
	return nil
}

func (p *Projection) computed(at *field, path string, v any, ins *[]string) error {
	if d, ok := v.(value.D); ok && slices.Contains([]string{"$elemMatch", "$slice", "$meta"}, d[0].Key) {
		if _, array := d[0].Value.(value.A); d[0].Key != "$slice" || !array {
			return value.Unsupported(d[0].Key + " in a projection")
		}
	}
	x, err := expr.Compile(v)
	at.expr = x
	p.Plain = false
	*ins = append(*ins, path)
	return err
}

// Apply returns the projected document.
func (p Projection) Apply(d value.D) (value.D, error) {
	if p.tree == nil {
		return d, nil
	}
	if !p.include {
		return exclude(d, p.tree), nil
	}
	return include(d, p.tree, expr.Scope{Root: d})
}

func exclude(d value.D, f *field) value.D {
	out := make(value.D, 0, len(d))
	for _, e := range d {
		k := f.kids[e.Key]
		switch {
		case k == nil:
			out = append(out, e)
		case !k.leaf:
			e.Value = excludeValue(e.Value, k)
			out = append(out, e)
		}
	}
	return out
}

func excludeValue(v any, f *field) any {
	switch x := v.(type) {
	case value.D:
		return exclude(x, f)
	case value.A:
		out := value.A{}
		for _, e := range x {
			out = append(out, excludeValue(e, f))
		}
		return out
	}
	return v
}

func include(d value.D, f *field, s expr.Scope) (value.D, error) {
	out := value.D{}
	for _, e := range d {
		k := f.kids[e.Key]
		if k == nil || k.expr != nil {
			continue
		}
		v, keep, err := includeValue(e.Value, k, s)
		if err != nil {
			return nil, err
		}
		if keep {
			e.Value = v
			out = append(out, e)
		}
	}
	return compute(out, f, s)
}

func includeValue(v any, f *field, s expr.Scope) (any, bool, error) {
	if f.leaf {
		return v, true, nil
	}
	switch x := v.(type) {
	case value.D:
		d, err := include(x, f, s)
		return d, true, err
	case value.A:
		out := value.A{}
		for _, e := range x {
			v, keep, err := includeValue(e, f, s)
			if err != nil {
				return nil, false, err
			}
			if keep {
				out = append(out, v)
			}
		}
		return out, true, nil
	}
	return nil, false, nil
}

// compute adds the computed fields, also inside documents that are not there.
func compute(out value.D, f *field, s expr.Scope) (value.D, error) {
	for _, name := range f.names {
		k := f.kids[name]
		if k.expr != nil {
			v, err := k.expr(s)
			if err != nil {
				return nil, err
			}
			if _, missing := v.(value.Missing); !missing {
				out = value.Put(out, name, v)
			}
			continue
		}
		if _, there := value.Get(out, name); !there && k.computes() {
			d, err := compute(value.D{}, k, s)
			if err != nil {
				return nil, err
			}
			out = value.Put(out, name, d)
		}
	}
	return out, nil
}

func (f *field) computes() bool {
	return f.expr != nil || slices.ContainsFunc(f.names, func(n string) bool { return f.kids[n].computes() })
}
