package terraform

import (
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are those of Terraform that depend on their arguments alone.
var functions = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc, "chunklist": stdlib.ChunklistFunc, "coalesce": coalesce,
	"coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
	"distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "floor": stdlib.FloorFunc, "format": stdlib.FormatFunc,
	"formatlist": stdlib.FormatListFunc, "indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "jsondecode": stdlib.JSONDecodeFunc,
	"jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc, "lower": stdlib.LowerFunc, "max": stdlib.MaxFunc, "merge": stdlib.MergeFunc,
	"min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "range": stdlib.RangeFunc, "regex": stdlib.RegexFunc,
	"regexall": stdlib.RegexAllFunc, "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
	"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "signum": stdlib.SignumFunc,
	"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
	"title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc,
	"trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
	"try": tryfunc.TryFunc, "can": tryfunc.CanFunc,
	"startswith": ofTexts(strings.HasPrefix), "endswith": ofTexts(strings.HasSuffix),
	"strcontains": ofTexts(strings.Contains), "sum": sum,
	"tostring": to(cty.String), "tonumber": to(cty.Number), "tobool": to(cty.Bool), "tolist": to(cty.List(cty.DynamicPseudoType)),
	"toset": to(cty.Set(cty.DynamicPseudoType)), "tomap": to(cty.Map(cty.DynamicPseudoType)),
	"sensitive": same, "nonsensitive": same, "one": one, "lookup": lookup, "length": length, "index": index, "replace": replace,
	"alltrue": truths(true), "anytrue": truths(false), "cidrsubnet": cidrSubnet, "cidrhost": cidrHost, "cidrnetmask": cidrNetmask, "cidrsubnets": cidrSubnets,
}

func to(t cty.Type) function.Function { return stdlib.MakeToFunc(t) }

func ofTexts(holds func(a, b string) bool) function.Function {
	text := function.Parameter{Name: "text", Type: cty.String}
	return function.New(&function.Spec{Params: []function.Parameter{text, text}, Type: function.StaticReturnType(cty.Bool), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		return cty.BoolVal(holds(args[0].AsString(), args[1].AsString())), nil
	}})
}

var anything = function.Parameter{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true}

var same = function.New(&function.Spec{Params: []function.Parameter{anything}, Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil }})

// dynamic makes a function whose type follows from its value.
func dynamic(params []function.Parameter, more *function.Parameter, f func([]cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{Params: params, VarParam: more,
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := f(args)
			return v.Type(), err
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(args) },
	})
}

var one = dynamic([]function.Parameter{anything}, nil, func(args []cty.Value) (cty.Value, error) {
	if !args[0].CanIterateElements() || args[0].LengthInt() > 1 {
		return cty.NilVal, fmt.Errorf("one wants a list, set or tuple of at most one element")
	}
	for it := args[0].ElementIterator(); it.Next(); {
		_, v := it.Element()
		return v, nil
	}
	return cty.NullVal(cty.DynamicPseudoType), nil
})

var lookup = dynamic([]function.Parameter{anything, {Name: "key", Type: cty.String}}, &anything, func(args []cty.Value) (cty.Value, error) {
	if t := args[0].Type(); !t.IsMapType() && !t.IsObjectType() {
		return cty.NilVal, fmt.Errorf("lookup wants a map")
	}
	if v, ok := args[0].AsValueMap()[args[1].AsString()]; ok {
		return v, nil
	}
	if len(args) == 3 {
		return args[2], nil
	}
	return cty.NilVal, fmt.Errorf("the map has no %q", args[1].AsString())
})

// index is the place of a value in a list.
var index = function.New(&function.Spec{Params: []function.Parameter{anything, anything}, Type: function.StaticReturnType(cty.Number), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	if t := args[0].Type(); !t.IsListType() && !t.IsTupleType() {
		return cty.NilVal, fmt.Errorf("index wants a list")
	}
	for it := args[0].ElementIterator(); it.Next(); {
		if i, v := it.Element(); v.Type().Equals(args[1].Type()) && v.RawEquals(args[1]) {
			return i, nil
		}
	}
	return cty.NilVal, fmt.Errorf("the list does not have the value")
}})

// coalesce returns the first value that is neither null nor an empty text.
var coalesce = dynamic(nil, &anything, func(args []cty.Value) (cty.Value, error) {
	for _, v := range args {
		if !v.IsNull() && !(v.Type() == cty.String && v.AsString() == "") {
			return v, nil
		}
	}
	return cty.NilVal, fmt.Errorf("no value is neither null nor empty")
})

var sum = function.New(&function.Spec{Params: []function.Parameter{anything}, Type: function.StaticReturnType(cty.Number), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	list, err := convert.Convert(args[0], cty.List(cty.Number))
	if err != nil || list.IsNull() || list.LengthInt() == 0 {
		return cty.NilVal, fmt.Errorf("sum wants numbers")
	}
	total := cty.Zero
	for _, v := range list.AsValueSlice() {
		total = total.Add(v)
	}
	return total, nil
}})

var length = function.New(&function.Spec{Params: []function.Parameter{anything}, Type: function.StaticReturnType(cty.Number), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	switch v := args[0]; {
	case v.Type() == cty.String:
		return stdlib.Strlen(v)
	case !v.IsNull() && v.CanIterateElements():
		return cty.NumberIntVal(int64(v.LengthInt())), nil
	}
	return cty.NilVal, fmt.Errorf("length wants a text, a list or a map")
}})

// replace takes a part between slashes as a regular expression.
var replace = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}, {Name: "by", Type: cty.String}}, Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if p := args[1].AsString(); len(p) > 1 && p[0] == '/' && p[len(p)-1] == '/' {
			return stdlib.RegexReplace(args[0], cty.StringVal(p[1:len(p)-1]), args[2])
		}
		return stdlib.Replace(args[0], args[1], args[2])
	}})

// truths is alltrue or anytrue.
func truths(all bool) function.Function {
	return function.New(&function.Spec{Params: []function.Parameter{anything}, Type: function.StaticReturnType(cty.Bool), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		list, err := convert.Convert(args[0], cty.List(cty.Bool))
		if err != nil {
			return cty.NilVal, err
		}
		for _, v := range list.AsValueSlice() {
			if (!v.IsNull() && v.True()) != all {
				return cty.BoolVal(!all), nil
			}
		}
		return cty.BoolVal(all), nil
	}})
}

var (
	text   = function.Parameter{Name: "prefix", Type: cty.String}
	number = function.Parameter{Name: "number", Type: cty.Number}
)

// cidrSubnet is cidrsubnet(prefix, newbits, netnum).
var cidrSubnet = function.New(&function.Spec{Params: []function.Parameter{text, number, number}, Type: function.StaticReturnType(cty.String), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := netip.ParsePrefix(args[0].AsString())
	if err != nil {
		return cty.NilVal, err
	}
	bits, _ := args[1].AsBigFloat().Int64()
	n, _ := args[2].AsBigFloat().Int(nil)
	length := prefix.Bits() + int(bits)
	if bits < 0 || length > prefix.Addr().BitLen() || n.Sign() < 0 || n.BitLen() > int(bits) {
		return cty.NilVal, fmt.Errorf("%s has no subnet number %s of %d more bits", prefix, n, bits)
	}
	addr := plus(prefix.Masked().Addr(), n.Lsh(n, uint(prefix.Addr().BitLen()-length)))
	return cty.StringVal(netip.PrefixFrom(addr, length).String()), nil
}})

// cidrSubnets is cidrsubnets(prefix, newbits...): one subnet behind the other.
var cidrSubnets = function.New(&function.Spec{Params: []function.Parameter{text}, VarParam: &number, Type: function.StaticReturnType(cty.List(cty.String)), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := netip.ParsePrefix(args[0].AsString())
	if err != nil {
		return cty.NilVal, err
	}
	width := prefix.Addr().BitLen()
	list, next := []cty.Value{}, new(big.Int)
	for _, a := range args[1:] {
		bits, _ := a.AsBigFloat().Int64()
		length := prefix.Bits() + int(bits)
		if bits < 1 || length > width {
			return cty.NilVal, fmt.Errorf("%s has no subnets of %d more bits", prefix, bits)
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(width-length))
		if over := new(big.Int).Mod(next, size); over.Sign() > 0 {
			next.Add(next, size.Sub(size, over))
			size = new(big.Int).Lsh(big.NewInt(1), uint(width-length))
		}
		list = append(list, cty.StringVal(netip.PrefixFrom(plus(prefix.Masked().Addr(), next), length).String()))
		if next.Add(next, size); next.Cmp(new(big.Int).Lsh(big.NewInt(1), uint(width-prefix.Bits()))) > 0 {
			return cty.NilVal, fmt.Errorf("%s is too small for these subnets", prefix)
		}
	}
	if len(list) == 0 {
		return cty.ListValEmpty(cty.String), nil
	}
	return cty.ListVal(list), nil
}})

// cidrNetmask is cidrnetmask(prefix), of IPv4 only.
var cidrNetmask = function.New(&function.Spec{Params: []function.Parameter{text}, Type: function.StaticReturnType(cty.String), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := netip.ParsePrefix(args[0].AsString())
	if err == nil && !prefix.Addr().Is4() {
		err = fmt.Errorf("%s is no range of IPv4", prefix)
	}
	if err != nil {
		return cty.NilVal, err
	}
	return cty.StringVal(net.IP(net.CIDRMask(prefix.Bits(), 32)).String()), nil
}})

// cidrHost is cidrhost(prefix, hostnum).
var cidrHost = function.New(&function.Spec{Params: []function.Parameter{text, number}, Type: function.StaticReturnType(cty.String), Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
	prefix, err := netip.ParsePrefix(args[0].AsString())
	if err != nil {
		return cty.NilVal, err
	}
	n, _ := args[1].AsBigFloat().Int(nil)
	room := new(big.Int).Lsh(big.NewInt(1), uint(prefix.Addr().BitLen()-prefix.Bits()))
	if n.Sign() < 0 {
		n.Add(n, room)
	}
	if n.Sign() < 0 || n.Cmp(room) >= 0 {
		return cty.NilVal, fmt.Errorf("%s has no host number %s", prefix, n)
	}
	return cty.StringVal(plus(prefix.Masked().Addr(), n).String()), nil
}})

func plus(a netip.Addr, n *big.Int) netip.Addr {
	sum := new(big.Int).Add(new(big.Int).SetBytes(a.AsSlice()), n)
	b := make([]byte, a.BitLen()/8)
	sum.FillBytes(b)
	out, _ := netip.AddrFromSlice(b)
	return out
}
