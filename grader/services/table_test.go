package services

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What one entry forgets, every test of that service would find out late.
func TestTableIsComplete(t *testing.T) {
	seen := map[string]string{}
	for _, s := range table() {
		if s.text == "" {
			t.Errorf("%s: doctor has nothing to say about it", s.name)
		}
		if s.embedded == none && s.mend == "" {
			t.Errorf("%s: may be missing and has no command that mends it", s.name)
		}
		if s.beside != "" && !slices.Contains(Names(), s.beside) {
			t.Errorf("%s stands beside %q, which is no service", s.name, s.beside)
		}
		for _, v := range s.variables() {
			if other, taken := seen[v]; taken {
				t.Errorf("%s is read for %s and for %s", v, s.name, other)
			}
			seen[v] = s.name
		}
		checkImage(t, s)
	}
}

func checkImage(t *testing.T, s service) {
	t.Helper()
	if s.image.Ref == "" {
		return
	}
	_, tag, pinned := strings.Cut(s.image.Ref, ":")
	if !pinned || tag == "latest" {
		t.Errorf("%s: the image %s is not pinned", s.name, s.image.Ref)
	}
	if s.image.Port == 0 || strings.Count(s.image.Address, "%s") != 1 {
		t.Errorf("%s: nobody finds the port %d by %q", s.name, s.image.Port, s.image.Address)
	}
}

// Each folder here is the server of a service, or a tool of this package.
func TestEveryProgramHasItsEntry(t *testing.T) {
	tools := []string{"container", "local", "install", "page"}
	folders, err := filepath.Glob("*/main.go")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no programs found: %v", err)
	}
	for _, f := range folders {
		name := filepath.Dir(f)
		s, err := lookup(name)
		if !slices.Contains(tools, name) && (err != nil || s.embedded != program) {
			t.Errorf("%s is a server program that the table does not know", name)
		}
	}
}
