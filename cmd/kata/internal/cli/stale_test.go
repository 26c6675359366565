package cli

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func TestStale(t *testing.T) {
	files := fstest.MapFS{"solutions/rest/crud/hints.md": {Data: []byte("one")}, "solutions/rest/crud/notes.md": {Data: []byte("two")}}
	write := func(t *testing.T, dir, name, text string) {
		t.Helper()
		file := filepath.Join(dir, "solutions", "rest", "crud", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, want string
		lay        func(t *testing.T, dir string)
	}{
		{"a workspace without solutions", "", func(*testing.T, string) {}},
		{"the same checkout", "", func(t *testing.T, dir string) { write(t, dir, "hints.md", "one"); write(t, dir, "notes.md", "two") }},
		{"a changed file", "solutions/rest/crud/notes.md", func(t *testing.T, dir string) {
			write(t, dir, "hints.md", "one")
			write(t, dir, "notes.md", "three")
		}},
		{"a missing file", "solutions/rest/crud/hints.md", func(t *testing.T, dir string) { write(t, dir, "notes.md", "two") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			test.lay(t, dir)
			if got := stale(files, dir); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
