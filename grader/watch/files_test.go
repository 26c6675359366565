package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds the wait for an event that must come.
const patience = 10 * time.Second

// How editors save: each must be noticed.
func TestFilesSeesEditors(t *testing.T) {
	write := func(t *testing.T, name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		save func(t *testing.T, file string)
	}{
		{"in place", func(t *testing.T, f string) { write(t, f, "new") }},
		{"a temporary file renamed over it", func(t *testing.T, f string) {
			write(t, f+".new", "new")
			if err := os.Rename(f+".new", f); err != nil {
				t.Fatal(err)
			}
		}},
		{"the old one moved away first", func(t *testing.T, f string) {
			if err := os.Rename(f, f+"~"); err != nil {
				t.Fatal(err)
			}
			write(t, f, "new")
		}},
		{"a file in a folder made meanwhile", func(t *testing.T, f string) {
			if err := os.Mkdir(filepath.Join(filepath.Dir(f), "sub"), 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(filepath.Dir(f), "sub", "more.go"), "new")
		}},
		{"removed", func(t *testing.T, f string) {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "orders.go")
			write(t, file, "old")
			changes, polling, err := Files(t.Context(), dir, filepath.Join(t.TempDir(), "scratch"))
			if err != nil {
				t.Fatal(err)
			}
			if polling {
				t.Log("this file system sends no events: polling")
			}
			test.save(t, file)
			wait(t, changes)
		})
	}
}

// An editor that replaces files must be seen the second time, too.
func TestFilesSeesTheSecondReplacement(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.go")
	changes, _, err := Files(t.Context(), dir, filepath.Join(t.TempDir(), "scratch"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := os.WriteFile(file+".new", []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
		wait(t, changes)
	}
}

// kata reset moves the folder away and makes it anew.
func TestFilesFollowsAReplacedFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "crud")
	file := filepath.Join(dir, "orders.go")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	changes, _, err := Files(t.Context(), dir, filepath.Join(t.TempDir(), "scratch"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := os.Rename(dir, fmt.Sprintf("%s-%d", filepath.Join(t.TempDir(), "kept"), n)); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		wait(t, changes)
		if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		wait(t, changes)
	}
}

func TestPollSeesAChange(t *testing.T) {
	dir := t.TempDir()
	out := make(chan struct{}, 1)
	go poll(t.Context(), dir, out)
	go func() { // until it is noticed: poll may take its first look late
		for i := 0; t.Context().Err() == nil; i++ {
			_ = os.WriteFile(filepath.Join(dir, "orders.go"), make([]byte, i%1000), 0o644)
			time.Sleep(pollEvery / 10)
		}
	}()
	wait(t, out)
}

func TestScrap(t *testing.T) {
	for name, want := range map[string]bool{"orders.go": false, "4913": true, ".orders.go.swp": true, "orders.go~": true, ".#orders.go": true, "Dockerfile": false, ".dockerignore": false} {
		if got := scrap("/x/" + name); got != want {
			t.Errorf("scrap(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestFilesOfAMissingFolder(t *testing.T) {
	if _, _, err := Files(t.Context(), filepath.Join(t.TempDir(), "no"), t.TempDir()); err == nil {
		t.Error("watching a missing folder gave no error")
	}
}

func wait(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(patience):
		t.Fatal("the save was not noticed")
	}
}
