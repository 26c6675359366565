package author

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Rule is one demand on an exercise.
type Rule struct {
	Name  string         `json:"rule"` // what a finding is called
	About string         `json:"about"`
	Reads bool           `json:"-"` // it looks into files, which must be readable
	Runs  bool           `json:"-"` // it looks at how the answers did
	check func(*subject) // nil when it is checked on the way
}

// Rules lists what Check demands.
func Rules() []Rule { return rules() }

// rules are checked in this order.
func rules() []Rule {
	return []Rule{
		{"format", "every file can be read", false, false, nil},
		{"files", "both folders hold what they must and nothing else", true, false, checkFiles},
		{"filled", "nothing of a template is left to fill in", true, false, checkFilled},
		{"packed", "the generated files agree with what they are generated from", true, false, checkPacked},
		{"brief", "the brief has a report, Done when, Keep and Read, and can be read with pleasure", true, false, checkBrief},
		{"repair", "the brief does not name the repair", true, false, checkRepair},
		{"numbers", "each Done-when number has exactly one hidden test, whose comment says it", true, false, checkNumbers},
		{"asked", "every behaviour follows from Done when", true, false, checkAsked},
		{"sentences", "names of behaviours are sentences in plain words", true, false, checkSentences},
		{"hints", "three hints or more, each saying more than those before, the last nearly the answer", true, false, checkHints},
		{"notes", "the notes say why it broke and what to read", true, false, checkNotes},
		{"vet", "go vet has nothing to say of either folder", false, false, nil},
		{"starter", "the starter compiles and fails two behaviours or more, by more than one cause", true, true, checkStarter},
		{"solution", "the solution passes, again and again, in any order", true, true, checkSolution},
		{"right", "there is another right answer, and each passes", true, true, checkRight},
		{"wrong", "there are three wrong answers, and each fails just what it names", true, true, checkWrong},
		{"tested", "every behaviour is failed by the starter or a wrong answer", true, true, checkTested},
		{"messages", "every failure says what was got and what was wanted", true, true, checkMessages},
		{"time", "the solution needs no more than a quarter of its time limit", true, true, checkTime},
	}
}

func isRight(variant string) bool { return strings.HasPrefix(variant, "right/") }
func isWrong(variant string) bool { return strings.HasPrefix(variant, "wrong/") }

// variants returns the names of the runs of a sort, in order.
func (s *subject) variants(of func(string) bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.results)), func(v string) bool { return !of(v) })
}

// describe says in a line why a result is no pass.
func describe(r verdict.Result) string {
	if r.Reason != "" {
		return string(r.Status) + ": " + r.Reason
	}
	return string(r.Status)
}

func checkStarter(s *subject) {
	r := s.results[starterVariant]
	if r.Problem != nil && r.Problem.Kind == verdict.Compile {
		s.add("starter", s.Dir(), "does not compile: %s", r.Problem.Message)
		return
	}
	if r.Status != verdict.Fail {
		s.add("starter", s.Dir(), "is not red but: %s", describe(r))
		return
	}
	failing, causes := 0, map[string]bool{}
	for _, b := range r.Behaviours {
		if b.Status == verdict.Fail {
			failing++
			causes[s.cause(b)] = true
		}
	}
	if failing < 2 {
		s.add("starter", s.Dir(), "fails only %d behaviour; two or more are needed (%s)", failing, describe(r))
	} else if len(causes) < 2 {
		s.add("starter", s.Dir(), "all %d failures look alike (%s): one cause is too few", failing, describe(r))
	}
}

// cause tells failures apart roughly: by what was got and wanted, and where
// learners write the tests, by the mutant that slips through.
func (s *subject) cause(b verdict.Behaviour) string {
	if f := b.Failure; f != nil && s.Kind == course.KindTests {
		return f.Sent
	}
	if b.Failure != nil {
		return b.Failure.Got + "\x00" + b.Failure.Want
	}
	for _, p := range b.Parts {
		if p.Status == verdict.Fail {
			return s.cause(p)
		}
	}
	return ""
}

func checkSolution(s *subject) {
	s.mustPass("solution", solutionVariant)
}

func checkRight(s *subject) {
	variants := s.variants(isRight)
	if len(variants) == 0 {
		s.add("right", "right/", "there is no other right answer; write one of another design")
	}
	for _, v := range variants {
		s.mustPass("right", v)
	}
}

func (s *subject) mustPass(rule, variant string) {
	for i, r := range append([]verdict.Result{s.results[variant]}, s.repeats[variant]...) {
		if r.Status != verdict.Pass {
			s.add(rule, variant, "run %d, seed %d: %s", i+1, r.Seed, describe(r))
			return
		}
	}
}

const wantedWrong = 3

func checkWrong(s *subject) {
	variants := s.variants(isWrong)
	if len(variants) < wantedWrong {
		s.add("wrong", "wrong/", "there are %d wrong answers; %d or more are needed", len(variants), wantedWrong)
	}
	for _, v := range variants {
		a, r := s.attempts[v], s.results[v]
		if a.Comment == "" || len(a.Fails) == 0 {
			s.add("wrong", v, "the archive's comment must say what the mistake is, and name with `fails:` what it breaks")
		}
		if r.Status != verdict.Fail || r.Problem != nil && r.Problem.Kind == verdict.Compile {
			s.add("wrong", v, "must fail, but: %s", describe(r))
			continue
		}
		for _, misfit := range misfits(a, r) {
			s.add("wrong", v, "%s", misfit)
		}
	}
}

// misfits are what an attempt that fails does otherwise than its archive says:
// sentences that fail and are not named, and those that are named and hold.
func misfits(a course.Attempt, r verdict.Result) (list []string) {
	failed := failedSentences(a, r)
	for _, sentence := range slices.Sorted(maps.Keys(failed)) {
		if !failed[sentence] {
			list = append(list, fmt.Sprintf("fails %q, which it does not name", sentence))
		}
	}
	for _, sentence := range a.Fails {
		if !failedByName(r.Behaviours, sentence) {
			list = append(list, fmt.Sprintf("should fail %q and does not", sentence))
		}
	}
	return list
}

// failedSentences are those that failed, and whether the attempt names them.
func failedSentences(a course.Attempt, r verdict.Result) map[string]bool {
	failed := map[string]bool{}
	var collect func(list []verdict.Behaviour, covered bool)
	collect = func(list []verdict.Behaviour, covered bool) {
		for _, b := range list {
			named := covered || names(a.Fails, b.Name)
			if b.Status == verdict.Fail && (len(b.Parts) == 0 || b.Failure != nil) {
				failed[b.Name] = failed[b.Name] || named || namesAny(a.Fails, b.Parts)
			}
			collect(b.Parts, named)
		}
	}
	collect(r.Behaviours, false)
	return failed
}

func names(fails []string, sentence string) bool {
	return slices.ContainsFunc(fails, func(f string) bool { return same(f, sentence) })
}

func namesAny(fails []string, parts []verdict.Behaviour) bool {
	return slices.ContainsFunc(parts, func(p verdict.Behaviour) bool { return names(fails, p.Name) })
}

// same compares sentences without regard to case and the full stop.
func same(a, b string) bool {
	trim := func(s string) string { return strings.TrimSuffix(strings.TrimSpace(s), ".") }
	return strings.EqualFold(trim(a), trim(b))
}

func failedByName(list []verdict.Behaviour, sentence string) bool {
	return slices.ContainsFunc(list, func(b verdict.Behaviour) bool {
		return b.Status == verdict.Fail && same(b.Name, sentence) || failedByName(b.Parts, sentence)
	})
}

func checkTested(s *subject) {
	tested := map[string]bool{}
	for _, v := range append(s.variants(isWrong), starterVariant) {
		markFailed(tested, "", s.results[v].Behaviours)
	}
	var visit func(prefix string, list []verdict.Behaviour)
	visit = func(prefix string, list []verdict.Behaviour) {
		for _, b := range list {
			if len(b.Parts) == 0 && b.Status == verdict.Pass && !tested[prefix+b.Name] {
				s.add("tested", s.ID(), "nothing fails %q: a wrong answer should", b.Name)
			}
			visit(prefix+b.Name+"/", b.Parts)
		}
	}
	visit("", s.results[solutionVariant].Behaviours)
}

func markFailed(failed map[string]bool, prefix string, list []verdict.Behaviour) {
	for _, b := range list {
		if b.Status == verdict.Fail {
			failed[prefix+b.Name] = true
		}
		markFailed(failed, prefix+b.Name+"/", b.Parts)
	}
}

func checkMessages(s *subject) {
	told := map[string]bool{}
	for _, v := range append(s.variants(isWrong), starterVariant) {
		if s.results[v].Problem == nil { // a process that died says why in its problem
			s.messages(v, told, s.results[v].Behaviours)
		}
	}
}

func (s *subject) messages(variant string, told map[string]bool, list []verdict.Behaviour) {
	for _, b := range list {
		if b.Status == verdict.Fail && len(b.Parts) == 0 && !told[b.Name] {
			switch f := b.Failure; {
			case f == nil:
				told[b.Name] = true
				s.add("messages", variant, "%q fails without a word", b.Name)
			case f.Got == "" || f.Want == "" && !strings.Contains(f.Got, "panic"):
				told[b.Name] = true
				s.add("messages", variant, "the failure of %q must have what was got and what was wanted", b.Name)
			}
		}
		s.messages(variant, told, b.Parts)
	}
}

func checkTime(s *subject) {
	if r := s.results[solutionVariant]; r.Seconds > s.mayTake().Seconds() {
		s.add("time", solutionVariant, "took %.1f s; a quarter of the time limit is %s", r.Seconds, s.mayTake())
	}
}

func checkPacked(s *subject) {
	want, err := course.PackStarter(os.DirFS(s.root), s.ID())
	if err != nil {
		s.add("packed", s.Dir(), "%v", err)
		return
	}
	name := path.Join("solutions", s.ID(), "starter.txtar")
	if got := s.read(name); got != string(want) {
		s.add("packed", name, "is not what %s holds; renew it: kata author pack %s", s.Dir(), s.ID())
	}
	sentences, err := course.Sentences(s.hidden)
	if s.Kind == course.KindTests {
		sentences, err = proofs(s.Exercise)
	}
	if err != nil {
		s.add("packed", "behaviours.txt", "%v", err)
		return
	}
	packed, err := s.Behaviours()
	if err != nil {
		s.add("packed", "behaviours.txt", "%v", err)
		return
	}
	head := func(list []course.Behaviour) string {
		var lines []string
		for _, b := range list {
			lines = append(lines, fmt.Sprintf("%d %s %s", b.Number, b.Test, b.Name))
		}
		return strings.Join(lines, "\n")
	}
	if head(sentences) != head(packed) {
		s.add("packed", "behaviours.txt", "is not what the hidden tests say; renew it: kata author pack %s", s.ID())
	}
}
