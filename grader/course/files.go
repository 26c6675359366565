package course

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Starter returns the exercise as the learner first meets it, README.md
// included, sorted by name.
func (e *Exercise) Starter() ([]File, error) { return e.files.starter(e.ID()) }

// Solution returns the reference's files, sorted by name: Go files and what
// else the learner would see. Tests are part of it only where the learner
// writes them, that is, where Edit names them.
func (e *Exercise) Solution() ([]File, error) {
	return e.choose(func(name string) (bool, error) { return e.isSolution(name), nil })
}

// HiddenTests returns the tests that judge a learner's files, and testdata/,
// sorted by name.
func (e *Exercise) HiddenTests() ([]File, error) {
	return e.choose(func(name string) (bool, error) {
		if e.Edits(name) || !isTest(name) && !inTestdata(name) {
			return false, nil
		}
		if isTest(name) && strings.Contains(name, "/") && !inTestdata(name) {
			return false, &FormatError{path.Join("solutions", e.ID(), name), 0, "expected hidden tests in the exercise's own folder only"}
		}
		return true, nil
	})
}

// Judging returns what of solutions/<id> a verdict depends on, sorted by name:
// the reference, the hidden tests, the behaviours and the mutants.
func (e *Exercise) Judging() ([]File, error) {
	return e.choose(func(name string) (bool, error) {
		return !isApparatus(name) || name == "behaviours.txt" || strings.HasPrefix(name, "mutants/"), nil
	})
}

// isSolution reports whether a file of solutions/<id> belongs to the reference
// and not to what is said about it or done with it.
func (e *Exercise) isSolution(name string) bool {
	return e.Edits(name) || !isTest(name) && !inTestdata(name) && !isApparatus(name)
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

func inTestdata(name string) bool { return strings.HasPrefix(name, "testdata/") }

// isApparatus reports whether kata owns the name of a file in solutions/<id>.
func isApparatus(name string) bool {
	folder, _, nested := strings.Cut(name, "/")
	if nested {
		return slices.Contains([]string{"wrong", "right", "mutants"}, folder)
	}
	return slices.Contains([]string{"hints.md", "notes.md", "behaviours.txt", "mutants.toml", starterFile}, name)
}

// choose reads the wanted files of solutions/<id>.
func (e *Exercise) choose(wanted func(name string) (bool, error)) ([]File, error) {
	var files []File
	dir := path.Join("solutions", e.ID())
	err := fs.WalkDir(e.files.fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(p, dir+"/")
		if ok, err := wanted(name); !ok || err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return &FormatError{p, 0, "expected a regular file"}
		}
		data, err := fs.ReadFile(e.files.fsys, p)
		files = append(files, File{name, data})
		return err
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, unread(err)
}

// Hints returns the hints from a nudge to nearly the answer, in Markdown.
func (e *Exercise) Hints() ([]string, error) {
	t, err := e.files.read(e.ID(), "hints.md")
	if err != nil {
		return nil, err
	}
	return parseHints(t)
}

// Notes returns what is shown after a pass, in Markdown.
func (e *Exercise) Notes() (string, error) {
	t, err := e.files.read(e.ID(), "notes.md")
	return t.body, err
}

// Behaviours returns the tree that a run of the hidden tests must report.
func (e *Exercise) Behaviours() ([]Behaviour, error) {
	t, err := e.files.read(e.ID(), "behaviours.txt")
	if err != nil {
		return nil, err
	}
	return parseBehaviours(t)
}

// Wrong returns the plausible wrong answers, sorted by name.
func (e *Exercise) Wrong() ([]Attempt, error) { return e.attempts("wrong") }

// Right returns other right answers than the reference, sorted by name.
func (e *Exercise) Right() ([]Attempt, error) { return e.attempts("right") }

// Mutants returns what the learner's tests are tried on beside the reference,
// sorted by name: broken implementations, which they must catch, and those with
// `passes:` lines, which are right, too.
func (e *Exercise) Mutants() ([]Attempt, error) { return e.attempts("mutants") }

// attempts reads all attempts of a folder; beside an error it returns what
// could be read.
func (e *Exercise) attempts(folder string) ([]Attempt, error) {
	dir := path.Join("solutions", e.ID(), folder)
	found, err := fs.Glob(e.files.fsys, dir+"/*.txtar")
	mistakes := []error{err}
	var all []Attempt
	for _, p := range found {
		t, err := e.files.read(e.ID(), path.Join(folder, path.Base(p)))
		if err == nil {
			var a Attempt
			if a, err = parseAttempt(t, folder); err == nil {
				all = append(all, a)
			}
		}
		mistakes = append(mistakes, err)
	}
	return all, errors.Join(mistakes...)
}
