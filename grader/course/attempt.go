package course

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// Attempt is an answer, right or wrong, or a mutant: how it differs from the
// solution.
type Attempt struct {
	Name    string   // the archive's, without its ending
	Comment string   // in prose: what the mistake, or the other design, is
	Fails   []string // behaviours that must fail, each by its sentence alone
	Passes  []string // of a mutant that is right, too: the items of Done when that it belongs to
	Files   []File   // in place of or beside the solution's; an empty "-name.go" removes name.go
}

const (
	failsMark  = "fails:"
	passesMark = "passes:"
)

// parseAttempt reads an archive of the folder wrong, right or mutants.
func parseAttempt(t text, folder string) (Attempt, error) {
	archive := txtar.Parse([]byte(t.body))
	a := Attempt{Name: strings.TrimSuffix(path.Base(t.file), ".txtar")}
	var prose []string
	for i, line := range strings.Split(string(archive.Comment), "\n") {
		mark, into := a.mark(line)
		if into == nil {
			prose = append(prose, strings.TrimRight(line, " \t"))
			continue
		}
		sentence := strings.TrimSpace(strings.TrimPrefix(line, mark))
		if sentence == "" || slices.Contains(*into, sentence) {
			return a, t.wrong(i, "expected %s and the sentence of one more behaviour", mark)
		}
		*into = append(*into, sentence)
	}
	a.Comment = strings.TrimSpace(strings.Join(prose, "\n"))
	switch {
	case a.Comment == "":
		return a, t.wrong(0, "expected to read first, in prose, what the attempt does differently")
	case folder == "wrong" && len(a.Fails) == 0:
		return a, t.wrong(0, "a wrong answer names what must fail; expected a line %s and a behaviour's sentence", failsMark)
	case folder == "right" && len(a.Fails) > 0:
		return a, t.wrong(0, "a right answer fails nothing; expected no line %s", failsMark)
	case folder != "mutants" && len(a.Passes) > 0:
		return a, t.wrong(0, "only of what learners' tests are tried on one says %s", passesMark)
	case len(archive.Files) == 0:
		return a, t.wrong(0, "expected at least one file, after a line such as -- name.go --")
	}
	return a, a.addFiles(t, archive)
}

// mark returns what a line of the comment begins with, and where its sentence
// belongs; nil for a line of prose.
func (a *Attempt) mark(line string) (mark string, into *[]string) {
	switch {
	case strings.HasPrefix(line, failsMark):
		return failsMark, &a.Fails
	case strings.HasPrefix(line, passesMark):
		return passesMark, &a.Passes
	}
	return "", nil
}

func (a *Attempt) addFiles(t text, archive *txtar.Archive) error {
	var named []string
	next := bytes.Count(archive.Comment, []byte("\n")) // the line of the next marker
	for _, f := range archive.Files {
		line := next
		next += 1 + bytes.Count(f.Data, []byte("\n"))
		name, remove := strings.CutPrefix(f.Name, "-")
		switch {
		case !isFileName(name):
			return t.wrong(line, "the file's name is %q; expected a slash path inside the exercise's folder", f.Name)
		case slices.Contains(named, name):
			return t.wrong(line, "%s is here twice", name)
		case remove && len(f.Data) > 0:
			return t.wrong(line, "%s removes a file; expected nothing below it", f.Name)
		}
		named = append(named, name)
		a.Files = append(a.Files, File{f.Name, f.Data})
	}
	return nil
}

// Over returns the files of base, the solution's, as the attempt changes them,
// sorted by name. Removing what base does not have is a *FormatError.
func (a Attempt) Over(base []File) ([]File, error) {
	files := slices.Clone(base)
	for _, f := range a.Files {
		name, remove := strings.CutPrefix(f.Name, "-")
		i := slices.IndexFunc(files, func(b File) bool { return b.Name == name })
		switch {
		case remove && i < 0:
			return nil, &FormatError{a.Name + ".txtar", 0, "removes " + name + ", which the solution does not have"}
		case remove:
			files = slices.Delete(files, i, i+1)
		case i < 0:
			files = append(files, f)
		default:
			files[i] = f
		}
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}
