package terraform_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/terraform"
)

func plan(t *testing.T, src string, vars map[string]any) (*terraform.Plan, error) {
	t.Helper()
	c, err := terraform.Parse(map[string]string{"a.tf": src})
	if err != nil {
		return nil, err
	}
	return c.Plan(vars)
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFunctions(t *testing.T) {
	for src, want := range map[string]string{
		`cidrsubnet("10.20.0.0/16", 8, 3)`: `"10.20.3.0/24"`, `cidrsubnet("fd00::/48", 16, 258)`: `"fd00:0:0:102::/64"`, `cidrnetmask("10.20.0.0/12")`: `"255.240.0.0"`, `can(cidrnetmask("::/0"))`: `false`, `cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)`: `["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]`, `can(cidrsubnets("10.1.0.0/16", 1, 1, 8))`: `false`,
		`cidrhost("10.20.0.0/16", -2)`: `"10.20.255.254"`,
		`index(["a", "b"], "b")`:       `1`, `coalesce(null, "", "x")`: `"x"`, `lookup({a = 1}, "b", 2)`: `2`, `lookup({a = 1}, "a")`: `1`, `length({a = 1})`: `1`, `length("abc")`: `3`,
		`replace("a-b", "-", "+")`: `"a+b"`, `replace("a-b", "/[a-z]/", "x")`: `"x-x"`, `alltrue([])`: `true`, `alltrue([true, false])`: `false`, `anytrue([true, false])`: `true`,
		`one([])`: `null`, `one(["a"])`: `"a"`, `try(tonumber("x"), 7)`: `7`, `can(regex("^a", "b"))`: `false`, `toset(["b", "a", "b"])`: `["a","b"]`, `sum([1, 2.5])`: `3.5`,
		`merge({a = 1}, {b = "2"})`: `{"a":1,"b":"2"}`, `[for k, v in {x = 1} : "${k}${v}"]`: `["x1"]`, `{for s in ["a"] : s => upper(s)}`: `{"a":"A"}`, `true ? "a" : "b"`: `"a"`,
		`endswith("a/0", "/0")`: `true`, `startswith("a/0", "/0")`: `false`, `jsonencode({a = [1]})`: `"{\"a\":[1]}"`, `[{a = 1}, {a = 2}][*].a`: `[1,2]`, `strcontains("abc", "bc")`: `true`,
		`format("%s-%02d", "a", 7)`: `"a-07"`, `path.module`: `"."`, `terraform.workspace`: `"default"`,
	} {
		p, err := plan(t, "output \"o\" {\n value = "+src+"\n}", nil)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := text(t, p.Outputs["o"]); got != want {
			t.Errorf("%s is %s, want %s", src, got, want)
		}
	}
}

// Resources come out with their addresses and arguments, and references lead to
// what only a provider could tell.
func TestResources(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"one", `resource "a" "b" { c = 1 }`, `a.b {"c":1}`},
		{"blocks are lists", `resource "a" "b" {` + "\n c {\n d = 1\n }\n c {\n d = 2\n }\n}", `a.b {"c":[{"d":1},{"d":2}]}`},
		{"null is left out", `resource "a" "b" { c = null }`, `a.b {}`},
		{"count", "resource \"a\" \"b\" {\n count = 2\n c = count.index\n}", `a.b[0] {"c":0} a.b[1] {"c":1}`},
		{"for_each of a map", "resource \"a\" \"b\" {\n for_each = {x = 1}\n c = \"${each.key}${each.value}\"\n}", `a.b["x"] {"c":"x1"}`},
		{"for_each of a set", "resource \"a\" \"b\" {\n for_each = toset([\"x\"])\n c = each.value\n}", `a.b["x"] {"c":"x"}`},
		{"a reference", "resource \"a\" \"b\" { c = a.d.id }\nresource \"a\" \"d\" {}", `a.b {"c":"(known after apply: a.d.id)"} a.d {}`},
		{"a reference to an argument", "resource \"a\" \"b\" { c = a.d.e }\nresource \"a\" \"d\" { e = 5 }", `a.b {"c":5} a.d {"e":5}`},
		{"references to instances", "resource \"a\" \"b\" {\n c = [for x in a.d : x.id]\n}\nresource \"a\" \"d\" {\n for_each = toset([\"k\"])\n}", `a.b {"c":["(known after apply: a.d[\"k\"].id)"]} a.d["k"] {}`},
		{"a splat", "resource \"a\" \"b\" {\n c = a.d[*].arn\n}\nresource \"a\" \"d\" {\n count = 1\n}", `a.b {"c":["(known after apply: a.d[0].arn)"]} a.d[0] {}`},
		{"a data source", "data \"a\" \"b\" {}\nresource \"a\" \"c\" {\n d = data.a.b.name\n}", `a.c {"d":"(known after apply: data.a.b.name)"}`},
		{"locals in any order", "resource \"a\" \"b\" { c = local.x }\nlocals { x = \"${local.y}!\" }\nlocals { y = 1 }", `a.b {"c":"1!"}`},
		{"a dynamic block", "resource \"a\" \"b\" {\n dynamic \"c\" {\n for_each = [\"x\", \"y\"]\n iterator = i\n content {\n d = \"${i.key}${i.value}\"\n }\n }\n c {\n d = 9\n }\n}", `a.b {"c":[{"d":"0x"},{"d":"1y"},{"d":9}]}`},
		{"Terraform's own arguments", "resource \"a\" \"b\" {\n depends_on = [a.x]\n lifecycle {\n prevent_destroy = true\n }\n}\nresource \"a\" \"x\" {}", `a.b {} a.x {}`},
	} {
		p, err := plan(t, c.src, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var list []string
		for _, r := range p.Resources {
			list = append(list, r.Address+" "+text(t, r.Values))
		}
		if got := strings.Join(list, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRefers(t *testing.T) {
	p, err := plan(t, "resource \"a\" \"b\" {\n c = a.d.id\n e = \"a.d.id\"\n}\nresource \"a\" \"d\" {}", nil)
	if err != nil {
		t.Fatal(err)
	}
	b, d := p.Of("a")[0], p.Of("a")[1]
	if !d.Refers(b.Values["c"], "id") || d.Refers(b.Values["c"], "arn") || d.Refers(b.Values["e"], "id") || b.At() != "a.tf:1" || d.At() != "a.tf:5" {
		t.Errorf("%v %s %s", b.Values, b.At(), d.At())
	}
}

func TestVariables(t *testing.T) {
	const src = `
variable "n" {
  type = number
  validation {
    condition     = var.n > 1
    error_message = "n is ${var.n}"
  }
}
variable "o" {
  type    = object({ a = optional(string, "x"), b = optional(bool) })
  default = {}
}
output "o" {
  value = "${var.n} ${var.o.a}"
}
`
	p, err := plan(t, src, map[string]any{"n": "2"})
	if err != nil || p.Outputs["o"] != "2 x" {
		t.Errorf("got %v, %v", p, err)
	}
	for why, vars := range map[string]map[string]any{
		"n is 1": {"n": 1}, "no value for the variable n": {}, "does not fit its type": {"n": "two"},
	} {
		if _, err := plan(t, src, vars); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v: got %v, want %q", vars, err, why)
		}
	}
}

// What Terraform would refuse is refused, at its line.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		src, why string
		line     int
	}{
		{"resource \"a\" \"b\" {\n c = \n}", "Invalid expression", 2},
		{"a = 1", "outside of any block", 1},
		{"resource \"a\" {}", "has 2 names", 1},
		{"thing \"a\" {}", "knows no block", 1},
		{"module \"a\" {}", "a module", 1},
		{"locals { a = 1 }\nlocals { a = 2 }", "another local.a", 2},
		{"output \"a\" { value = 1 }\noutput \"a\" { value = 1 }", "another output", 2},
		{"output \"a\" {\n value = a.b.id\n}", "a.b is declared nowhere", 2},
		{"output \"a\" {\n value = var.x\n}", "nsupported attribute", 2},
		{"output \"a\" {\n value = local.x\n}", "local.x is declared nowhere", 2},
		{"output \"a\" {\n value = nothing(1)\n}", "unknown function", 2},
		{"output \"a\" {}", "no value", 1},
		{"locals {\n a = local.b\n b = local.a\n}", "refers to itself", 2},
		{"resource \"a\" \"b\" {\n for_each = [\"x\"]\n}", "wants a map or a set", 2},
		{"resource \"a\" \"b\" {\n for_each = {x = 1}\n}\noutput \"o\" {\n value = a.b[*].id\n}", "nsupported attribute", 5},
		{"resource \"a\" \"b\" {\n lifecycle {\n precondition {\n condition = 1 == 2\n error_message = \"odd\"\n}\n}\n}", "odd", 4},
		{"variable \"v\" {\n default = 1\n validation {\n condition = false\n}\n}", "error_message", 3},
	} {
		_, err := plan(t, c.src, nil)
		var p *terraform.Problem
		if !errors.As(err, &p) || !strings.Contains(p.Why, c.why) || p.Line != c.line {
			t.Errorf("%q: got %v, want %q in line %d", c.src, err, c.why, c.line)
		}
	}
}

func TestWhatIsThere(t *testing.T) {
	c, err := terraform.Parse(map[string]string{"a.tf": "\nvariable \"x\" {}\nvariable \"y\" {\n default = 1\n}", "b.tf": "output \"z\" { value = 1 }"})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Needs("x") || c.Needs("y") || c.Needs("z") || strings.Join(c.Variables(), " ") != "x y" || c.Line("variable", "x") != "a.tf:2" || c.Line("output", "z") != "b.tf:1" || c.Line("output", "q") != "" {
		t.Errorf("%v %s %s", c.Variables(), c.Line("variable", "x"), c.Line("output", "z"))
	}
}
