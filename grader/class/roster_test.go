package class

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadRoster(t *testing.T) {
	base, abs := t.TempDir(), t.TempDir()
	text := "\ufeff# a class\n\n ann , one \ntwo/ben\nzoe," + abs + "\nname, with, commas\n"
	got, err := ReadRoster(strings.NewReader(text), base)
	want := []Entry{{"ann", filepath.Join(base, "one")}, {"ben", filepath.Join(base, "two/ben")}, {"zoe", abs}, {"name", filepath.Join(base, "with, commas")}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v\nwant %v", got, err, want)
	}
	for text, line := range map[string]int{"a\n,x\n": 2, "a,\n": 1, "a,x\n\na,y\n": 3, "x/a\ny/a\n": 2} {
		_, err := ReadRoster(strings.NewReader(text), base)
		var wrong *RosterError
		if !errors.As(err, &wrong) || wrong.Line != line {
			t.Errorf("%q: %v, want an error in line %d", text, err, line)
		}
	}
}

// FuzzReadRoster: names are never shared, and no folder is empty.
func FuzzReadRoster(f *testing.F) {
	f.Add("ann, one\n# x\ntwo\n")
	f.Add(",\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ReadRoster(strings.NewReader(text), "/base")
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, e := range list {
			if seen[e.Name] || e.Name == "" || e.Dir == "" {
				t.Errorf("%q: %+v", text, list)
			}
			seen[e.Name] = true
		}
	})
}
