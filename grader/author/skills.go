package author

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// SkillsFile lists the skills that the course is about, one a line, below the
// checkout. Empty lines and lines that begin with # say nothing.
const SkillsFile = "exercises/skills.txt"

// Skill is an entry of the list with the exercises that make it work, in course
// order.
type Skill struct {
	Name      string
	Exercises []*course.Exercise
}

// Skills returns the list. strays are the skills that an exercise names and
// the list does not.
func (a *Author) Skills() (list []Skill, strays []string, err error) {
	data, err := os.ReadFile(filepath.Join(a.Root, filepath.FromSlash(SkillsFile)))
	if err != nil {
		return nil, nil, fmt.Errorf("read the list of skills: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, Skill{Name: line})
		}
	}
	for _, e := range course.Order(a.Course) {
		for _, name := range e.Skills {
			i := slices.IndexFunc(list, func(s Skill) bool { return s.Name == name })
			if i < 0 {
				strays = append(strays, e.ID()+": "+name)
				continue
			}
			list[i].Exercises = append(list[i].Exercises, e)
		}
	}
	return list, strays, nil
}

// Map is the table from skill to exercises, as Markdown.
func Map(list []Skill) string {
	var b strings.Builder
	b.WriteString("| skill | exercises |\n|---|---|\n")
	for _, s := range list {
		links := make([]string, len(s.Exercises))
		for i, e := range s.Exercises {
			links[i] = fmt.Sprintf("[%s](%s)", e.ID(), e.Dir())
		}
		if len(links) == 0 {
			links = []string{"*to come*"}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", s.Name, strings.Join(links, ", "))
	}
	return b.String()
}

// The table stands in the README between these lines.
const (
	mapBegins = "<!-- made by kata author map -->\n"
	mapEnds   = "<!-- end of the map -->\n"
)

// WithMap puts a table into a README. ok is false when it has no place for one.
func WithMap(readme []byte, table string) (changed []byte, ok bool) {
	before, rest, begins := bytes.Cut(readme, []byte(mapBegins))
	_, after, ends := bytes.Cut(rest, []byte(mapEnds))
	if !begins || !ends {
		return readme, false
	}
	return slices.Concat(before, []byte(mapBegins+table+mapEnds), after), true
}
