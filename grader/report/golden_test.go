package report

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// golden compares got with a file under testdata. Escape characters are
// written as ␛ there.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	got = strings.ReplaceAll(got, "\x1b", "␛")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (-want +got); go test ./grader/report -update accepts it\n%s", name, d)
	}
}

// fits checks that no line is wider than width, but for what must stay whole.
func fits(t *testing.T, text string, width int, whole ...string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasSuffix(line, " ") {
			t.Errorf("a space at the end of %q", line)
		}
		if columns(line) <= width {
			continue
		}
		kept := false
		for _, w := range whole {
			kept = kept || strings.Contains(line, w)
		}
		if !kept {
			t.Errorf("%d columns, more than %d: %s", columns(line), width, line)
		}
	}
}
