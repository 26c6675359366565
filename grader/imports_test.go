package grader_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"bytes"
)

const module = "github.com/kata-go/kata"

// arrows says what each package may import of ours, by path below the module;
// a trailing slash means everything below. ARCHITECTURE.md draws the same.
var arrows = map[string][]string{
	"kata.go":                {},
	"grader/verdict":         {},
	"grader/course":          {},
	"grader/run":             {"grader/kit/seal"},
	"grader/watch":           {},
	"grader/progress":        {},
	"grader/rules":           {"grader/rules/"},
	"grader/bench":           {"grader/course", "grader/run", "grader/verdict"},
	"grader/services":        {"grader/run", "grader/services/place"},
	"grader/update":          {"grader/course"},
	"grader/class":           {"grader", "grader/bench", "grader/course", "grader/verdict"},
	"grader/report":          {"grader/verdict"},
	"grader":                 {"grader/bench", "grader/rules", "grader/run", "grader/services", "grader/course", "grader/verdict"},
	"grader/mutate":          {"grader", "grader/bench", "grader/course", "grader/run", "grader/services", "grader/verdict"},
	"grader/author":          {"grader", "grader/bench", "grader/course", "grader/run", "grader/update", "grader/verdict"},
	"cmd/kata":               {"", "cmd/kata/internal/cli", "grader/run"},
	"cmd/kata/internal/cli":  {"grader", "grader/"},
	"cmd/kata-bench":         {"", "grader", "grader/"},
	"grader/kit":             {"grader/kit/"},
	"grader/kit/":            {"grader/kit", "grader/kit/"},
	"grader/rules/":          {"grader/rules/"},
	"grader/services/":       {"grader/services/", "grader/kit/"},
	"exercises/":             {"exercises/"},
	"solutions/":             {"solutions/", "grader/kit", "grader/kit/"},
	"grader/testdata/":       {"grader/kit", "grader/kit/"},
	"cmd/kata/internal/cli/": {"grader", "grader/"},
}

type listed struct {
	ImportPath, Dir string
	Imports, Deps   []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Imports,Deps"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// Imports point down the arrows only.
func TestImportsFollowTheArrows(t *testing.T) {
	all := list(t, module+"/...")
	if len(all) < 20 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	for _, p := range all {
		from := below(p.ImportPath)
		may, ok := rule(from)
		if !ok {
			t.Errorf("%s: no arrow says what it may import; add it to the table and to ARCHITECTURE.md", p.ImportPath)
		}
		for _, to := range p.Imports {
			if (to == module || strings.HasPrefix(to, module+"/")) && !allowed(may, below(to)) {
				t.Errorf("%s imports %s, which no arrow allows", p.ImportPath, to)
			}
		}
	}
}

func below(importPath string) string {
	if importPath == module {
		return "kata.go"
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// rule finds the longest entry for a package.
func rule(from string) (may []string, ok bool) {
	if may, ok = arrows[from]; ok {
		return may, true
	}
	for prefix := from; prefix != ""; {
		prefix = prefix[:strings.LastIndexByte(prefix, '/')+1]
		if may, ok = arrows[prefix]; ok {
			return may, true
		}
		prefix = strings.TrimSuffix(prefix, "/")
	}
	return nil, false
}

func allowed(may []string, to string) bool {
	for _, m := range may {
		if m == to || strings.HasSuffix(m, "/") && strings.HasPrefix(to, m) || m == "" && to == "kata.go" {
			return true
		}
	}
	return false
}

// kata itself links no server, no container library and no HTTP stack.
func TestClosureStaysSmall(t *testing.T) {
	deps := list(t, module+"/cmd/kata")[0].Deps
	for _, d := range deps {
		for _, heavy := range []string{"net/http", "database/sql", "github.com/testcontainers/", "github.com/docker/", "github.com/moby/", "github.com/alicebob/", "github.com/redis/", "modernc.org/", "google.golang.org/"} {
			if d == heavy || strings.HasPrefix(d, heavy) {
				t.Errorf("kata links %s", d)
			}
		}
	}
	const most = 330 // packages; the table of BENCHMARKS.md has the present count
	if len(deps) > most {
		t.Errorf("kata's closure has %d packages, the line is at %d", len(deps), most)
	}
	t.Logf("%d packages", len(deps))
}
