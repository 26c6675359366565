package mutate

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// Whatever a file holds, its mutants are other files, each with an identity of
// its own.
func FuzzSteps(f *testing.F) {
	for _, seed := range []struct{ name, text string }{
		{"a.go", "package a\n\nfunc f(n int) (int, error) {\n\tif n > 1 {\n\t\treturn 2, nil\n\t}\n\treturn 0, nil\n}\n"},
		{"a.sql", "CREATE TABLE t (\n  a TEXT NOT NULL DEFAULT 'x''y' CHECK (a <> ''), -- b\n  UNIQUE (a)\n);\n"},
		{"Dockerfile", "FROM a:1 AS b\nRUN --mount=type=cache,target=/x \\\n  A=1 make && make install\nCOPY --from=b /a /b\nCMD [\"/a\"]\n"},
		{"a.yaml", "on:\n  push:\njobs:\n- name: x # y\n  run: |\n    a && b\n  uses: c/d@v4\n"},
		{"a.tf", "a \"b\" {\n  c = [1, \"x-${d[\"e\"]}\"] # f\n  g {\n    h = <<-EOT\n      }\n    EOT\n    i = !j || k == 2 ? true : l\n  }\n}\n"},
		{"a.conf", "listen 80;\n# b\nproxy_pass http://x;\n"},
	} {
		f.Add(seed.name, seed.text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		file := course.File{Name: name, Data: []byte(text)}
		list, err := steps(file)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, m := range mutants(file, list) {
			if string(m.data) == text || seen[m.ID] || seen[string(m.data)+"\x00"] {
				t.Errorf("%s is the file itself, or was there before:\n%s", m.ID, m.Diff)
			}
			if !strings.HasPrefix(m.Diff, "@@ ") {
				t.Errorf("%s has no diff: %q", m.ID, m.Diff)
			}
			seen[m.ID], seen[string(m.data)+"\x00"] = true, true
		}
	})
}
