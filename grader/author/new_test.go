package author

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// checkout is an empty course to write into.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "exercises"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "exercises", "course.toml"), []byte("title = \"t\"\ntracks = []\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

// Every template makes an exercise that the course's reader accepts.
func TestNew(t *testing.T) {
	root := checkout(t)
	for kind, name := range map[course.Kind]string{course.KindCode: "rest/paging", course.KindFile: "rest/proxy", course.KindTests: "testing/unit"} {
		if _, err := New(root, name, kind); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	c, err := course.LoadTrees(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rest/paging", "rest/proxy", "testing/unit"} {
		e, err := c.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Wrong(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if right, err := e.Right(); err != nil || len(right) != 1 {
			t.Errorf("%s: %d right answers, %v", name, len(right), err)
		}
		if hints, err := e.Hints(); err != nil || len(hints) != 3 {
			t.Errorf("%s: %d hints, %v", name, len(hints), err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	root := checkout(t)
	if _, err := New(root, "rest/paging", course.KindCode); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, kind, says string }{
		{"rest/paging", "code", "is there already"},
		{"Rest/paging", "code", "lower-case"},
		{"paging", "code", "track/name"},
		{"rest/other", "essay", "none of code, file, tests"},
	} {
		if _, err := New(root, test.name, course.Kind(test.kind)); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("New(%q, %q): got %v, want an error with %q", test.name, test.kind, err, test.says)
		}
	}
}
