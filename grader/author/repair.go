package author

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// checkRepair refuses a brief that has a line of the solution, or a name out of
// it that the starter does not know. What must be kept and what to read may be
// named.
func checkRepair(s *subject) {
	for _, line := range s.giveaways() {
		s.add("repair", "README.md", "holds a line of the solution: %s", line)
	}
	for _, name := range s.remedies() {
		s.add("repair", "README.md", "names %s, which is in the solution and not in the starter: learners should find it", name)
	}
}

// giveaways are the telling lines of the solution, those that the starter does
// not have, that stand in the brief.
func (s *subject) giveaways() []string {
	known := map[string]bool{}
	for _, f := range s.starter {
		if f.Name != "README.md" {
			for line := range strings.Lines(string(f.Data)) {
				known[strings.TrimSpace(line)] = true
			}
		}
	}
	var found []string
	for _, f := range s.solution {
		for line := range strings.Lines(string(f.Data)) {
			line = strings.TrimSpace(line)
			if len(line) >= 20 && !known[line] && !strings.HasPrefix(line, "//") && strings.Contains(s.Brief, line) {
				found = append(found, line)
			}
		}
	}
	return found
}

var (
	link      = regexp.MustCompile(`https?://[^\s)>]*`)
	qualified = regexp.MustCompile(`\b[a-z][a-z0-9]*\.[A-Z]\w*`)      // sync.Mutex
	clause    = regexp.MustCompile(`\b[A-Z]{4,}(?:[ _][A-Z]{2,})*\b`) // UNIQUE, ON DELETE CASCADE
	section   = regexp.MustCompile(`(?m)^(?:\*\*|#+ )(\w+)`)
)

// remedies are the names in the brief that the solution has and the starter has
// not: of Go files, what other packages export; of others, words in capitals.
// What is asked for, what must be kept and what to read may have them.
func (s *subject) remedies() []string {
	told, free := s.prose()
	isGo := func(f course.File) bool { return strings.HasSuffix(f.Name, ".go") }
	isOther := func(f course.File) bool { return !isGo(f) }
	var found []string
	for _, look := range []struct {
		pattern *regexp.Regexp
		drop    func(course.File) bool
	}{{qualified, isOther}, {clause, isGo}} {
		starter := source(slices.DeleteFunc(slices.Clone(s.starter), look.drop))
		solution := source(slices.DeleteFunc(slices.Clone(s.solution), look.drop))
		for _, name := range look.pattern.FindAllString(told, -1) {
			if strings.Contains(solution, name) && !strings.Contains(starter, name) && !strings.Contains(free, name) {
				found = append(found, name)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// prose divides a brief: what tells of the fault, and what is asked for and must
// be kept. What to read is in neither.
func (s *subject) prose() (told, free string) {
	brief := link.ReplaceAllString(s.Brief, "")
	heads := section.FindAllStringSubmatchIndex(brief, -1)
	last := 0
	into := &told
	for _, h := range append(heads, []int{len(brief), len(brief), len(brief), len(brief)}) {
		*into += brief[last:h[0]]
		last = h[0]
		switch strings.ToLower(brief[h[2]:h[3]]) {
		case "done", "keep", "rules":
			into = &free
		case "read":
			into = new(string)
		default:
			into = &told
		}
	}
	return told, free
}

const unfilled = "FILL IN"

// checkFilled looks for what a template asks to fill in.
func checkFilled(s *subject) {
	look := func(name, text string) {
		if n := strings.Count(text, unfilled); n > 0 {
			s.add("filled", name, "%d places say %s", n, unfilled)
		}
	}
	for _, f := range s.starter {
		look(path.Join(s.Dir(), f.Name), string(f.Data))
	}
	folder := path.Join("solutions", s.ID())
	for _, f := range append(slices.Clone(s.solution), s.hidden...) {
		look(path.Join(folder, f.Name), string(f.Data))
	}
	for _, name := range []string{"hints.md", "notes.md"} {
		look(path.Join(folder, name), s.read(path.Join(folder, name)))
	}
	for variant, a := range s.attempts {
		look(path.Join(folder, variant+".txtar"), a.Comment)
	}
}
