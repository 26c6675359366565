package author

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// read returns a file below the root, "" when it cannot be read.
func (s *subject) read(name string) string {
	data, err := os.ReadFile(path.Join(s.root, name))
	if err != nil {
		return ""
	}
	return string(data)
}

// allowed are the patterns of what stands in a reference folder beside the
// reference itself.
var allowed = []string{"hints.md", "notes.md", "behaviours.txt", "starter.txtar", "mutants.toml", "*_test.go", "wrong/*.txtar", "right/*.txtar", "mutants/*.txtar", "testdata/*"}

func checkFiles(s *subject) {
	folder := path.Join("solutions", s.ID())
	for _, name := range []string{"hints.md", "notes.md", "starter.txtar", "behaviours.txt"} {
		if s.read(path.Join(folder, name)) == "" {
			s.add("files", path.Join(folder, name), "is missing or empty")
		}
	}
	if len(s.hidden) == 0 && s.Kind != course.KindTests {
		s.add("files", folder, "there is no hidden test (*_test.go)")
	}
	for _, name := range s.Edit {
		if !slices.ContainsFunc(s.starter, func(f course.File) bool {
			return f.Name == name || strings.HasPrefix(f.Name, name) && strings.HasSuffix(name, "/")
		}) {
			s.add("files", s.Dir(), "edit names %s, which is not there", name)
		}
	}
	s.strays(folder)
	for _, f := range s.starter {
		if strings.HasSuffix(f.Name, "_test.go") && s.Kind != course.KindTests {
			s.add("files", path.Join(s.Dir(), f.Name), "tests belong to solutions/")
		}
	}
}

// strays complains of what no rule knows: editors' files, forgotten notes.
func (s *subject) strays(folder string) {
	_ = fs.WalkDir(os.DirFS(s.root), folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(p, folder+"/")
		known := slices.ContainsFunc(allowed, func(pattern string) bool { ok, _ := path.Match(pattern, name); return ok }) ||
			strings.HasPrefix(name, "testdata/") ||
			slices.ContainsFunc(s.solution, func(f course.File) bool { return f.Name == name })
		if !known || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".orig") || strings.HasSuffix(name, ".swp") {
			s.add("files", p, "does not belong here")
		}
		return nil
	})
}

// parts of a brief, each a heading or a bold lead.
var briefParts = map[string]*regexp.Regexp{
	"a heading":     regexp.MustCompile(`(?m)^# \S`),
	"**Done when**": regexp.MustCompile(`(?mi)^(\*\*|#+ )done when`),
	"**Keep**":      regexp.MustCompile(`(?mi)^(\*\*|#+ )keep`),
	"**Read**":      regexp.MustCompile(`(?mi)^(\*\*|#+ )read`),
}

func checkBrief(s *subject) {
	for _, name := range slices.Sorted(keys(briefParts)) {
		if !briefParts[name].MatchString(s.Brief) {
			s.add("brief", "README.md", "has no %s", name)
		}
	}
	if words := len(strings.Fields(s.Brief)); words < 60 || words > 600 {
		s.add("brief", "README.md", "has %d words; between 60 and 600 can be read with pleasure", words)
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func checkNumbers(s *subject) {
	if s.Kind == course.KindTests {
		checkMutants(s)
		return
	}
	sentences, err := course.Sentences(s.hidden)
	if err != nil {
		s.add("numbers", "hidden tests", "%v", err)
		return
	}
	if len(s.DoneWhen) < 2 {
		s.add("numbers", "README.md", "Done when lists %d behaviours; two or more are needed", len(s.DoneWhen))
	}
	seen := map[int]string{}
	for _, b := range sentences {
		switch {
		case b.Number == 0:
			s.add("numbers", b.Test, "its comment must be `// N. Sentence.`, N being the number under Done when")
		case b.Number > len(s.DoneWhen):
			s.add("numbers", b.Test, "has number %d, but Done when ends at %d", b.Number, len(s.DoneWhen))
		case seen[b.Number] != "":
			s.add("numbers", b.Test, "has number %d like %s", b.Number, seen[b.Number])
		}
		seen[b.Number] = b.Test
	}
	for n := range s.DoneWhen {
		if seen[n+1] == "" {
			s.add("numbers", "README.md", "nothing tests Done when number %d", n+1)
		}
	}
}

func checkSentences(s *subject) {
	list, err := s.Behaviours()
	if err != nil {
		return // the rule `packed` tells
	}
	var visit func([]course.Behaviour)
	visit = func(list []course.Behaviour) {
		for _, b := range list {
			if words := len(strings.Fields(b.Name)); words < 2 || strings.Contains(b.Name, "_") {
				s.add("sentences", b.Name, "a behaviour is named by a sentence in plain words")
			}
			visit(b.Parts)
		}
	}
	visit(list)
}

// checkMutants demands that each number but the first, which is the
// reference's, has a mutant, and that each mutant names its number.
func checkMutants(s *subject) {
	list, err := proofs(s.Exercise)
	if err != nil {
		s.add("numbers", "mutants/", "%v", err)
		return
	}
	s.samePackage()
	filed := 0
	for _, b := range list {
		filed += len(b.Parts)
		if b.Number > 1 && len(b.Parts) == 0 {
			s.add("numbers", "mutants/", "no mutant breaks Done when number %d; one must name it with `fails:`", b.Number)
		}
	}
	if mutants, err := s.Mutants(); err == nil && filed != len(mutants) {
		s.add("numbers", "mutants/", "%d mutants name %d sentences of Done when; each must name exactly one", len(mutants), filed)
	}
}

// samePackage demands that the learner sees the package that the tests are tried
// on: it is right as it stands.
func (s *subject) samePackage() {
	for _, f := range s.solution {
		same := slices.ContainsFunc(s.starter, func(x course.File) bool { return x.Name == f.Name && string(x.Data) == string(f.Data) })
		if !same && strings.HasSuffix(f.Name, ".go") && !strings.HasSuffix(f.Name, "_test.go") {
			s.add("numbers", path.Join(s.Dir(), f.Name), "must be the same file as the reference's: the tests are the learner's work, the package is given")
		}
	}
}

func checkNotes(s *subject) {
	notes, err := s.Notes()
	if err != nil {
		s.add("notes", "notes.md", "%v", err)
		return
	}
	if n := len(strings.Fields(notes)); n < 80 {
		s.add("notes", "notes.md", "has %d words; say why it broke, what production systems do, and what to read", n)
	}
	if !strings.Contains(notes, "https://") && !strings.Contains(notes, "RFC ") {
		s.add("notes", "notes.md", "names no primary source to read on")
	}
}
