package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// change returns the end that an edit gives to a file. The Go code is of the
// least size that changes the linked program: of an unused function, and of a
// comment, nothing is left in it, and go test would answer from its cache.
func change(file string, number int64) string {
	switch path.Ext(file) {
	case ".go":
		return fmt.Sprintf("\nvar kataBenchEdit int64\n\nfunc init() { kataBenchEdit = %d }\n", number)
	case ".sql", ".cql":
		return fmt.Sprintf("-- edit %d\n", number)
	}
	return fmt.Sprintf("# edit %d\n", number)
}

// mistake is the end that makes a Go file's package fail to compile.
func mistake(number int64) string {
	return fmt.Sprintf("\nvar kataBenchEdit string = %d\n", number)
}

// editor appends to one file of a learner, or of a reference solution; every
// edit replaces the one before.
type editor struct {
	lab      *lab
	file     string
	original []byte
}

// learner edits the first file of an exercise that its brief names.
func (s *site) learner(e *course.Exercise) (*editor, error) {
	return s.edit(s.workspace, e.Dir(), e)
}

// reference edits the same file of the reference solution.
func (s *site) reference(e *course.Exercise) (*editor, error) {
	return s.edit(s.repo, "solutions/"+e.ID(), e)
}

func (s *site) edit(root, folder string, e *course.Exercise) (*editor, error) {
	for _, name := range e.Edit {
		if strings.HasSuffix(name, "/") {
			continue
		}
		file := filepath.Join(root, filepath.FromSlash(folder), filepath.FromSlash(name))
		if s.originals[file] == nil {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			s.originals[file] = data
		}
		return &editor{s.lab, file, s.originals[file]}, nil
	}
	return nil, fmt.Errorf("%s: its brief names no file to edit", e.ID())
}

// save makes an edit that was never made before.
func (d *editor) save() error { return d.append(change) }

// spoil makes an edit that does not compile.
func (d *editor) spoil() error {
	return d.append(func(_ string, number int64) string { return mistake(number) })
}

func (d *editor) append(ending func(file string, number int64) string) error {
	d.lab.edits++
	text := string(d.original) + ending(d.file, d.lab.edits)
	return os.WriteFile(d.file, []byte(text), 0o644)
}

func (d *editor) restore() error { return os.WriteFile(d.file, d.original, 0o644) }

// saveAll is save of each of some editors.
func saveAll(editors []*editor) error {
	for _, d := range editors {
		if err := d.save(); err != nil {
			return err
		}
	}
	return nil
}
