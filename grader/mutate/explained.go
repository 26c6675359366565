package mutate

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
)

// explainedFile explains, beside a reference, the mutants that its hidden tests
// let pass:
//
//	[[equivalent]]           # a right answer, too: no test may fail it
//	file     = "orders.go"
//	operator = "constant"
//	in       = "book.all"    # only where the change is made in several places
//	change   = '''
//	-	all := make([]Order, 0, n)
//	+	all := make([]Order, 1, n)'''
//	reason   = "why nobody can tell the difference"
//
//	[[survivor]]             # wrong, and not noticed
//	...                      # the same keys
//	needs    = "engine"      # noticed only where this service is a real one
//	chance   = true          # noticed in some runs, as a race is
//
// change is the lines of the mutant's diff that begin with - and +. A survivor
// counts against the score, unless it needs a service that this run has not:
// then it is not judged, and a run that has it must notice it. What chance
// decides counts as survived in every run, so that a score is the same each
// time and never better than it is.
const explainedFile = "mutants.toml"

// explanation is one entry of the list.
type explanation struct {
	File     string `toml:"file"`
	Operator string `toml:"operator"`
	In       string `toml:"in"`
	Change   string `toml:"change"`
	Reason   string `toml:"reason"`
	Needs    string `toml:"needs"`
	Chance   bool   `toml:"chance"`
	class    Class  // Equivalent or Survived
}

// explanations reads an exercise's list; there need not be one. What cannot be
// read as one is a *course.FormatError.
func explanations(trees fs.FS, id string) ([]explanation, error) {
	name := path.Join("solutions", id, explainedFile)
	data, err := fs.ReadFile(trees, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of explained mutants: %w", err)
	}
	list, err := parseExplanations(string(data))
	if err != nil {
		return nil, &course.FormatError{File: name, Problem: err.Error()}
	}
	return list, nil
}

func parseExplanations(text string) ([]explanation, error) {
	var tables struct {
		Equivalent []explanation `toml:"equivalent"`
		Survivor   []explanation `toml:"survivor"`
	}
	meta, err := toml.Decode(text, &tables)
	if err != nil {
		return nil, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no key %s", unknown[0])
	}
	var list []explanation
	for class, entries := range map[Class][]explanation{Equivalent: tables.Equivalent, Survived: tables.Survivor} {
		for i, e := range entries {
			if err := e.complete(class); err != nil {
				return nil, fmt.Errorf("entry %d of those %s: %w", i+1, class, err)
			}
			e.class = class
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b explanation) int { return cmp.Compare(a.class, b.class) })
	return list, nil
}

// complete says what an entry lacks.
func (e explanation) complete(class Class) error {
	switch {
	case strings.TrimSpace(e.Reason) == "" || e.Change == "":
		return errors.New("it needs a change and a reason")
	case class == Equivalent && (e.Needs != "" || e.Chance):
		return errors.New("what is equivalent is noticed nowhere and never")
	case e.Needs != "" && !slices.Contains(services.Names(), e.Needs):
		return fmt.Errorf("there is no service called %q", e.Needs)
	}
	return nil
}

// is reports whether the entry describes a mutant.
func (e explanation) is(m Mutant) bool {
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

// explain marks the survivors that the list explains, and returns what is wrong
// with the list: entries that fit no mutant, one that is killed, or several in
// different places. real names the services that this run had for real.
func explain(list []explanation, outcomes []Outcome, real map[string]bool) []string {
	var problems []string
	for _, e := range list {
		var fits []*Outcome
		for i := range outcomes {
			if e.is(outcomes[i].Mutant) {
				fits = append(fits, &outcomes[i])
			}
		}
		if problem := e.settle(fits, real[e.Needs]); problem != "" {
			problems = append(problems, fmt.Sprintf("%s: %s, %s: %s", problem, e.File, e.Operator, e.Reason))
		}
	}
	return problems
}

// settle marks the mutants that an entry fits, and says what is wrong with it.
func (e explanation) settle(fits []*Outcome, there bool) string {
	survived := slices.DeleteFunc(slices.Clone(fits), func(o *Outcome) bool { return o.Class != Survived })
	switch places := places(fits); {
	case len(places) == 0:
		return "fits no mutant any more"
	case len(places) > 1:
		return "fits mutants in " + strings.Join(places, ", ") + "; choose one with `in`"
	case e.Needs != "" && there && len(survived) > 0:
		return "is not noticed, although there is a real " + e.Needs
	case len(survived) == 0 && !there && !e.Chance:
		return "is noticed by the tests"
	case e.Chance && e.Needs == "":
		survived = slices.DeleteFunc(fits, func(o *Outcome) bool { return o.Class == Invalid })
	}
	for _, o := range survived {
		o.Reason = e.Reason
		o.Class = e.class
		if e.Needs != "" {
			o.Class, o.Needs = Unjudged, e.Needs
		}
	}
	return ""
}

// places names where the mutants are made, each place once.
func places(list []*Outcome) []string {
	var in []string
	for _, o := range list {
		if !slices.Contains(in, o.In) {
			in = append(in, o.In)
		}
	}
	return in
}

// Draft is an entry of mutants.toml for a survivor, without its reason.
func (o Outcome) Draft() string {
	return fmt.Sprintf("[[survivor]] # %s; or [[equivalent]]\nfile     = %q\noperator = %q\nin       = %q\nchange   = '''\n%s'''\nreason   = \"\"\n",
		o.ID, o.File, o.Operator, o.In, changed(o.Diff))
}
