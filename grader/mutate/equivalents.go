package mutate

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/kata-go/kata/grader/course"
)

// equivalentsFile lists, beside a reference, the mutants that are right
// answers too:
//
//	[[equivalent]]
//	file     = "orders.go"
//	operator = "constant"
//	in       = "book.all"   # only where the change is made in several places
//	change   = '''
//	-	all := make([]Order, 0, n)
//	+	all := make([]Order, 1, n)'''
//	reason   = "why nobody can tell the difference"
//
// change is the lines of the mutant's diff that begin with - and +.
const equivalentsFile = "mutants.toml"

// equivalent is one entry of the list.
type equivalent struct {
	File     string `toml:"file"`
	Operator string `toml:"operator"`
	In       string `toml:"in"`
	Change   string `toml:"change"`
	Reason   string `toml:"reason"`
}

// equivalents reads an exercise's list; there need not be one. What cannot be
// read as one is a *course.FormatError.
func equivalents(trees fs.FS, id string) ([]equivalent, error) {
	name := path.Join("solutions", id, equivalentsFile)
	data, err := fs.ReadFile(trees, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of equivalent mutants: %w", err)
	}
	var list struct {
		Equivalent []equivalent `toml:"equivalent"`
	}
	meta, err := toml.Decode(string(data), &list)
	if err != nil {
		return nil, &course.FormatError{File: name, Problem: err.Error()}
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, &course.FormatError{File: name, Problem: "there is no key " + unknown[0].String()}
	}
	for i, e := range list.Equivalent {
		if strings.TrimSpace(e.Reason) == "" || e.Change == "" {
			return nil, &course.FormatError{File: name, Problem: fmt.Sprintf("entry %d needs a change and a reason", i+1)}
		}
	}
	return list.Equivalent, nil
}

// is reports whether the entry describes a mutant.
func (e equivalent) is(m Mutant) bool {
	return e.File == m.File && e.Operator == m.Operator && (e.In == "" || e.In == m.In) && changed(e.Change) == changed(m.Diff)
}

// changed is the lines that a diff takes away and adds, without their
// indentation.
func changed(diff string) string {
	var b strings.Builder
	for _, line := range lines(diff) {
		if line != "" && (line[0] == '-' || line[0] == '+') {
			b.WriteString(line[:1] + strings.TrimSpace(line[1:]) + "\n")
		}
	}
	return b.String()
}

// excuse marks the survivors that the list explains, and returns what is wrong
// with the list: entries that fit no mutant, one that is killed, or several in
// different places.
func excuse(list []equivalent, outcomes []Outcome) []string {
	var problems []string
	for _, e := range list {
		survived := 0
		var places []string
		for i, o := range outcomes {
			if !e.is(o.Mutant) {
				continue
			}
			if len(places) == 0 || places[len(places)-1] != o.In {
				places = append(places, o.In)
			}
			if o.Class == Survived || o.Class == Equivalent {
				survived++
				outcomes[i].Class, outcomes[i].Reason = Equivalent, e.Reason
			}
		}
		switch what := fmt.Sprintf("%s, %s: %s", e.File, e.Operator, e.Reason); {
		case len(places) == 0:
			problems = append(problems, "fits no mutant any more: "+what)
		case len(places) > 1:
			problems = append(problems, fmt.Sprintf("fits mutants in %s; choose one with `in`: %s", strings.Join(places, ", "), what))
		case survived == 0:
			problems = append(problems, "is noticed by the tests, so it is not equivalent: "+what)
		}
	}
	return problems
}
