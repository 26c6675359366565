package author

import (
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// checkAsked demands that a learner cannot fail on what was not asked: a hidden
// test says what its number's item of Done when says, perhaps in fewer words,
// and each of its parts speaks of things that the brief speaks of.
func checkAsked(s *subject) {
	list, err := s.Behaviours()
	if err != nil {
		return // the rule `packed` tells
	}
	known := stemsOf(s.Brief)
	for _, b := range list {
		if b.Number >= 1 && b.Number <= len(s.DoneWhen) && share(b.Name, stemsOf(s.DoneWhen[b.Number-1])) < repeated {
			s.add("asked", b.Test, "says %q; Done when number %d says something else", b.Name, b.Number)
		}
		if s.Kind != course.KindTests { // what mutants break is told, not asked
			s.follow(known, b.Parts)
		}
	}
}

// repeated is the share of a hidden test's words that its item must have.
const repeated = 0.6

// share is the part of a text's telling words that are known; 1 without any.
func share(text string, known map[string]bool) float64 {
	all := stems(text)
	if len(all) == 0 {
		return 1
	}
	n := 0
	for _, w := range all {
		if known[w] {
			n++
		}
	}
	return float64(n) / float64(len(all))
}

func stemsOf(text string) map[string]bool {
	known := map[string]bool{}
	for _, w := range stems(text) {
		known[w] = true
	}
	return known
}

// inOrder are all words of a text, lower-case, in their order.
func inOrder(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), notOfWord)
}

// familiar is the share of a sentence's words that the brief must have. It is
// low: the rule is there for behaviours that the brief has no words for.
const familiar = 0.2

// follow looks for behaviours that the brief has no words for.
func (s *subject) follow(known map[string]bool, list []course.Behaviour) {
	for _, b := range list {
		if share(b.Name, known) < familiar {
			unknown := slices.DeleteFunc(stems(b.Name), func(w string) bool { return known[w] })
			s.add("asked", b.Name, "the brief has no word of %s: learners must be able to tell that this is asked", strings.Join(unknown, ", "))
		}
		s.follow(known, b.Parts)
	}
}

// stems are the telling words of a text without their endings, roughly.
func stems(text string) []string {
	var list []string
	for _, w := range words(text) {
		if strings.Contains(fillers, " "+w+" ") {
			continue
		}
		list = append(list, stem(w))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

const fillers = " a an the is are was be of to in on at by and or not no nor it its that this which who what with without from for as one two than then they them" +
	" he she his their there where when while after before into out off only own other another same all each every any some more most still also cannot can" +
	" does do did has have had whose whom but if so too very nothing nobody none "

func stem(word string) string {
	for _, ending := range []string{"ing", "ers", "ed", "es", "er", "s", "ly", "e"} {
		if short, ok := strings.CutSuffix(word, ending); ok && len(short) >= 3 {
			return short
		}
	}
	return word
}
