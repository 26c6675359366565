package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFolderIsRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", os.Getenv("TMPDIR"))
	f, err := New().NewFolder("kata-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Path, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(f.Path); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

// What no guard removed is swept when it is old, and only then.
func TestOldFoldersAreSwept(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	old, young, other := filepath.Join(temp, "kata-test-old"), filepath.Join(temp, "kata-test-young"), filepath.Join(temp, "mine")
	for _, dir := range []string{old, young, other} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-abandonedAge - time.Hour)
	for _, dir := range []string{old, other} {
		if err := os.Chtimes(dir, long, long); err != nil {
			t.Fatal(err)
		}
	}
	f, err := New().NewFolder("kata-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for dir, there := range map[string]bool{old: false, young: true, other: true} {
		if _, err := os.Stat(dir); (err == nil) != there {
			t.Errorf("%s: %v, want there=%t", dir, err, there)
		}
	}
}
