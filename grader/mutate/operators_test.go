package mutate

import (
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// Each operator makes the change that it is named for: one line of the diff is
// enough to recognise it.
func TestOperators(t *testing.T) {
	goSource := func(body string) string {
		return "package p\n\nimport (\n\t\"context\"\n\t\"net/http\"\n\t\"sync\"\n\t\"time\"\n)\n\nvar mu sync.Mutex\n\nfunc f(ctx context.Context, n int, s string, err error) (int, error) {\n" + body + "\n\treturn n, err\n}\n\nfunc use(context.Context) {}\n\nvar _ = http.StatusOK\nvar _ = time.Second\n"
	}
	for _, test := range []struct{ name, file, source, operator, line string }{
		{"negate a condition", "a.go", goSource("\tif n > 3 {\n\t\tn++\n\t}"), "negate", "if n <= 3 {"},
		{"shift a comparison", "a.go", goSource("\tif n > 3 {\n\t\tn++\n\t}"), "comparison", "if n >= 3 {"},
		{"swap && and ||", "a.go", goSource("\tif n > 3 && s == \"\" {\n\t\tn++\n\t}"), "logic", "if n > 3 || s == \"\" {"},
		{"replace a number", "a.go", goSource("\tn = 41"), "constant", "n = 42"},
		{"replace a text", "a.go", goSource("\ts = \"tea\""), "constant", "s = \"\""},
		{"replace a status", "a.go", goSource("\tn = http.StatusNotFound"), "status", "n = http.StatusGone"},
		{"drop a statement", "a.go", goSource("\tuse(ctx)"), "drop", "if false { use(ctx) }"},
		{"drop a defer", "a.go", goSource("\tdefer use(ctx)"), "defer", "if false { defer use(ctx) }"},
		{"return early with zero values", "a.go", goSource("\tn++"), "early-return", "return 0, nil"},
		{"remove a pair of locks", "a.go", goSource("\tmu.Lock()\n\tn++\n\tmu.Unlock()"), "lock", "if false { mu.Lock() }"},
		{"ignore an error", "a.go", goSource("\tif err != nil {\n\t\treturn 0, err\n\t}"), "ignore-error", "if err != nil && false {"},
		{"forget the caller", "a.go", goSource("\tuse(ctx)"), "context", "use(context.Background())"},
		{"drop a constraint", "a.sql", "CREATE TABLE t (\n  a INTEGER NOT NULL CHECK (a > 0)\n);\n", "constraint", "a INTEGER CHECK (a > 0)"},
		{"weaken a type", "a.sql", "CREATE TABLE t (\n  a INTEGER NOT NULL\n);\n", "type", "a TEXT NOT NULL"},
		{"drop an instruction", "Dockerfile", "FROM a:1\nUSER 7\n", "drop", "USER 7"},
		{"become root", "Dockerfile", "FROM a:1\nUSER 7\n", "user", "USER root"},
		{"unpin an image", "Dockerfile", "FROM a:1\nUSER 7\n", "tag", "FROM a:latest"},
		{"wrap in a shell", "Dockerfile", "FROM a:1\nCMD [\"/a\", \"b\"]\n", "shell", "CMD /a b"},
		{"drop a key", "a.yaml", "a:\n  b: 1\n  c: yes\n", "drop", "c: yes"},
		{"weaken a number", "a.yaml", "a:\n  b: 1\n", "constant", "b: 2"},
		{"turn a truth value", "a.yml", "a:\n  b: true\n", "constant", "b: false"},
		{"unpin an action", "a.yml", "uses: actions/checkout@v4\n", "tag", "uses: actions/checkout@main"},
		{"drop a block", "a.tf", "a \"b\" \"c\" {\n  d = 1\n  e { # }\n    f = 2\n  }\n}\n", "drop", "e { # }"},
		{"drop an argument", "a.tf", "a \"b\" {\n  c = [\n    1,\n  ]\n  d = \"}\"\n}\n", "drop", "c = ["},
		{"drop the last argument", "a.tf", "a {\n  d = \"${x[\"}\"]}\" # why\n}\n", "drop", "d = \"${x[\"}\"]}\" # why"},
		{"drop an argument of one line", "a.tf", "a { b = 1 }\n", "constant", "a { b = 2 }"},
		{"turn a truth value of HCL", "a.tf", "a {\n  b = true\n}\n", "constant", "b = false"},
		{"weaken a number of HCL", "a.hcl", "a {\n  b = f(14)\n}\n", "constant", "b = f(15)"},
		{"empty a text of HCL", "a.tf", "a {\n  b = \"x\"\n}\n", "constant", "b = \"\""},
		{"forget what is inside a text", "a.tf", "a {\n  b = \"x-${var.y}\"\n}\n", "interpolation", "b = \"x-\""},
		{"open a range", "a.tf", "a {\n  cidr_blocks = var.x\n}\n", "open", "cidr_blocks = [\"0.0.0.0/0\"]"},
		{"drop an element", "a.tf", "a {\n  b = [x, f(y, z)]\n}\n", "element", "b = [x,]"},
		{"take a condition for true", "a.tf", "a {\n  b = c ? 1 : 2\n}\n", "condition", "b = c || true ? 1 : 2"},
		{"turn a comparison of HCL", "a.tf", "a {\n  b = c == d\n}\n", "comparison", "b = c != d"},
		{"drop a not of HCL", "a.tf", "a {\n  b = !c\n}\n", "logic", "b = c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := course.File{Name: test.file, Data: []byte(test.source)}
			list, err := steps(f)
			if err != nil {
				t.Fatal(err)
			}
			all := mutants(f, list)
			if !slices.ContainsFunc(all, func(m Mutant) bool { return m.Operator == test.operator && touches(m.Diff, test.line) }) {
				t.Errorf("no mutant by %q has the line %q; there are:\n%s", test.operator, test.line, show(all))
			}
		})
	}
}

// touches reports whether a diff takes a line away or adds it.
func touches(diff, line string) bool {
	return slices.ContainsFunc(lines(diff), func(l string) bool {
		return l != "" && l[0] != ' ' && strings.TrimSpace(l[1:]) == line
	})
}

func show(list []Mutant) string {
	var b strings.Builder
	for _, m := range list {
		b.WriteString(m.ID + "\n" + m.Diff)
	}
	return b.String()
}
