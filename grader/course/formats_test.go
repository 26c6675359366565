package course

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestDoneWhen(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
		err  string
	}{
		"tight":               {"**Done when**\n1. One.\n2. Two.\n\n**Keep** x", []string{"One.", "Two."}, ""},
		"wrapped":             {"**Done when**\n\n1. One\n   and a half.\n2. Two\nlazily.\n", []string{"One and a half.", "Two lazily."}, ""},
		"loose":               {"**Done when**\n\n1. One.\n\n2. Two.\n\n   Still two.\n\nText", []string{"One.", "Two. Still two."}, ""},
		"lead":                {"**Done when** all holds:\n1) One.", []string{"One."}, ""},
		"other lists":         {"1. No.\n2. No.\n\n**Done when**\n1. Yes.\n\n**Read**\n\n1. No.", []string{"Yes."}, ""},
		"nested":              {"**Done when**\n1. One:\n   1. a\n   2. b\n2. Two.", []string{"One: 1. a 2. b", "Two."}, ""},
		"heading":             {"## Done when\n\n1. One.\n\n## Keep\n", []string{"One."}, ""},
		"many":                {"**Done when**\n1. a\n2. b\n3. c\n4. d\n5. e\n6. f\n7. g\n8. h\n9. i\n10. j\n", strings.Split("abcdefghij", ""), ""},
		"none":                {"1. One.\n", nil, "x.md: expected a line that starts with **Done when**"},
		"inside a line":       {"It is **Done when** it is.\n1. One.\n", nil, "x.md: expected a line"},
		"a longer heading":    {"## Done whenever\n1. One.\n", nil, "x.md: expected a line"},
		"empty":               {"a\n**Done when**\n", nil, "x.md:2: expected a numbered list under **Done when**"},
		"prose":               {"**Done when**\n\nYou like it.\n\n1. One.", nil, "x.md:3: expected the numbered list"},
		"does not start at 1": {"**Done when**\n2. One.", nil, "x.md:2: item 2 of the list under **Done when**; expected 1"},
		"skips a number":      {"**Done when**\n1. One.\n3. Two.", nil, "x.md:3: item 3 of the list under **Done when**; expected 2"},
	} {
		got, err := doneWhen(newText("x.md", []byte(c.text)))
		if !slices.Equal(got, c.want) || !says(err, c.err) {
			t.Errorf("%s: got %q, %v; want %q, %s", name, got, err, c.want, c.err)
		}
	}
}

// says compares an error with the start of its text, "" for none.
func says(err error, want string) bool {
	return (err == nil) == (want == "") && (err == nil || strings.HasPrefix(err.Error(), want))
}

func TestHints(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
		err  string
	}{
		"plain":              {"## 1\nOne.\n\n## 2\n\nTwo.\n\nMore.\n\n", []string{"One.\n", "Two.\n\nMore.\n"}, ""},
		"with titles":        {"# Hints\n\n## 1 Draw it\nOne.\n## 2. Ask\nTwo.\n## 3 — Write\nThree.\n", []string{"**Draw it**\n\nOne.\n", "**Ask**\n\nTwo.\n", "**Write**\n\nThree.\n"}, ""},
		"headings in code":   {"## 1\n```sh\n## 2\n```\n### Detail\n## 2\nTwo.\n", []string{"```sh\n## 2\n```\n### Detail\n", "Two.\n"}, ""},
		"indented code":      {"## 1\nUse:\n\n    x := 1\n", []string{"Use:\n\n    x := 1\n"}, ""},
		"empty file":         {"", nil, "h.md:1: expected hints under the headings ## 1, ## 2 and so on"},
		"text before":        {"# Hints\nRead slowly.\n## 1\nOne.\n", nil, "h.md:2: nobody is shown what stands before the first hint"},
		"skips a number":     {"## 1\nOne.\n## 3\nThree.\n", nil, "h.md:3: expected the heading ## 2, optionally with a title"},
		"no number":          {"## First\nOne.\n", nil, "h.md:1: expected the heading ## 1"},
		"a number in a word": {"## 1st\nOne.\n", nil, "h.md:1: expected the heading ## 1"},
		"says nothing":       {"## 1\nOne.\n## 2\n\n## 3\nThree.\n", nil, "h.md:3: hint 2 says nothing"},
		"last says nothing":  {"## 1\nOne.\n## 2\n", nil, "h.md:3: hint 2 says nothing"},
	} {
		got, err := parseHints(newText("h.md", []byte(c.text)))
		if c.err == "" && !slices.Equal(got, c.want) || !says(err, c.err) {
			t.Errorf("%s: got %q, %v; want %q, %s", name, got, err, c.want, c.err)
		}
	}
}

func TestReadsWhatAnExerciseHas(t *testing.T) {
	crud := mustFind(t, loadSmall(t), "crud")
	hints, err := crud.Hints()
	if want := []string{"How many?\n", "**The lock**\n\nWho?\n"}; err != nil || !slices.Equal(hints, want) {
		t.Errorf("hints: got %q, %v", hints, err)
	}
	if notes, err := crud.Notes(); err != nil || notes != "# Why\n" {
		t.Errorf("notes: got %q, %v", notes, err)
	}
	behaviours, err := crud.Behaviours()
	want := []Behaviour{
		{Number: 1, Test: "TestCreate", Name: "POST answers 201", Parts: []Behaviour{
			{Name: "with a body", Parts: []Behaviour{{Name: "of JSON"}}}, {Name: "without a body"},
		}},
		{Number: 2, Test: "TestIDs", Name: "Two clients never get the same id"},
	}
	if err != nil || !reflect.DeepEqual(behaviours, want) {
		t.Errorf("behaviours: got %+v, %v", behaviours, err)
	}
	again, err := FormatBehaviours(behaviours)
	if original := tree(small)["solutions/rest/crud/behaviours.txt"].Data; err != nil || string(again) != string(original) {
		t.Errorf("formatted: %s, %v", again, err)
	}
}

func TestBehaviourMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "b.txt:1: expected a sentence",
		"TestA: One\n":               "b.txt:1: expected TestName: 1. Sentence",
		"TestA: 2. One\n":            "b.txt:1: expected TestName: 1. Sentence",
		"ExampleA: 1. One\n":         "b.txt:1: expected TestName: 1. Sentence",
		"TestA: 1. One\nTestB: 1. B": "b.txt:2: expected TestName: 2. Sentence",
		"  part\n":                   "b.txt:1: indented deeper",
		"TestA: 1. One\n    deep\n":  "b.txt:2: indented deeper",
		"TestA: 1. One\n   odd\n":    "b.txt:2: expected a sentence, indented by two spaces",
		"TestA: 1. One\n\ttab\n":     "b.txt:2: expected a sentence, indented by two spaces",
		"TestA: 1. One\n\n  part\n":  "b.txt:2: expected a sentence",
		"TestA: 1. One \n":           "b.txt:1: expected a sentence",
	} {
		if got, err := parseBehaviours(newText("b.txt", []byte(text))); !says(err, want) {
			t.Errorf("%q: got %v, %v; want %s", text, got, err, want)
		}
	}
	for _, tree := range [][]Behaviour{
		{{Number: 2, Test: "TestA", Name: "One"}},
		{{Number: 1, Test: "TestA", Name: "One\nTwo"}},
		{{Number: 1, Test: "TestA", Name: "One", Parts: []Behaviour{{Name: " indented"}}}},
		{{Number: 1, Test: "TestA", Name: "One", Parts: []Behaviour{{Name: ""}}}},
	} {
		if out, err := FormatBehaviours(tree); err == nil {
			t.Errorf("%+v: formatted as %q", tree, out)
		}
	}
}

func TestAttempts(t *testing.T) {
	c := loadSmall(t)
	crud, leak := mustFind(t, c, "crud"), mustFind(t, c, "leak")
	for _, test := range []struct {
		read func() ([]Attempt, error)
		want Attempt
	}{
		{crud.Wrong, Attempt{"counter", "A counter without a lock.", []string{"Two clients never get the same id", "with a body"}, nil, []File{
			{"orders.go", []byte("package crud // wrong\n")}, {"-migrations/1.sql", []byte{}},
		}}},
		{crud.Right, Attempt{"script", "In one script.", nil, nil, []File{{"script.go", []byte("package crud\n")}}}},
		{leak.Mutants, Attempt{"early", "Returns early.", nil, nil, []File{{"leak.go", []byte("package leak // broken\n")}}}},
	} {
		got, err := test.read()
		if err != nil || len(got) != 1 || fmt.Sprintf("%q", got[0]) != fmt.Sprintf("%q", test.want) {
			t.Errorf("got  %q, %v\nwant %q", got, err, test.want)
		}
	}
}

func TestOneBadAttemptDoesNotHideTheOthers(t *testing.T) {
	c, err := LoadTrees(with("solutions/rest/crud/wrong/bad.txtar", "-- orders.go --\n"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := mustFind(t, c, "crud").Wrong()
	if len(all) != 1 || all[0].Name != "counter" || !says(err, "solutions/rest/crud/wrong/bad.txtar:1: expected to read first") {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestAttemptMistakes(t *testing.T) {
	for _, c := range []struct{ folder, text, want string }{
		{"wrong", "", "wrong/x.txtar:1: expected to read first, in prose"},
		{"wrong", "fails: One\n-- a.go --\n", "wrong/x.txtar:1: expected to read first, in prose"},
		{"wrong", "Prose.\n-- a.go --\n", "wrong/x.txtar:1: a wrong answer names what must fail; expected a line fails:"},
		{"wrong", "Prose.\nfails:\n-- a.go --\n", "wrong/x.txtar:2: expected fails: and the sentence"},
		{"wrong", "Prose.\nfails: A\nfails: A\n-- a.go --\n", "wrong/x.txtar:3: expected fails: and the sentence of one more"},
		{"wrong", "Prose.\nfails: A\n", "wrong/x.txtar:1: expected at least one file"},
		{"right", "Prose.\nfails: A\n-- a.go --\n", "right/x.txtar:1: a right answer fails nothing"},
		{"right", "Prose.\n-- ../a.go --\n", `right/x.txtar:2: the file's name is "../a.go"`},
		{"right", "Prose.\n-- a.go --\nx\n-- a.go --\n", "right/x.txtar:4: a.go is here twice"},
		{"right", "Prose.\n-- a.go --\nx\n-- -a.go --\n", "right/x.txtar:4: a.go is here twice"},
		{"right", "Prose.\npasses: A\n-- a.go --\n", "right/x.txtar:1: only of what learners' tests are tried on"},
		{"mutants", "Prose.\npasses:\n-- a.go --\n", "mutants/x.txtar:2: expected passes: and the sentence"},
		{"mutants", "Prose.\n-- -a.go --\nx\n", "mutants/x.txtar:2: -a.go removes a file; expected nothing below it"},
	} {
		if a, err := parseAttempt(newText(c.folder+"/x.txtar", []byte(c.text)), c.folder); !says(err, c.want) {
			t.Errorf("%q: got %+v, %v; want %s", c.text, a, err, c.want)
		}
	}
}

func TestOver(t *testing.T) {
	base := []File{{"a.go", []byte("a")}, {"b.go", []byte("b")}, {"d.go", []byte("d")}}
	a := Attempt{Name: "x", Files: []File{{"d.go", []byte("D")}, {"c.go", []byte("C")}, {"-a.go", nil}}}
	got, err := a.Over(base)
	if want := []File{{"b.go", []byte("b")}, {"c.go", []byte("C")}, {"d.go", []byte("D")}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %s, %v", got, err)
	}
	if names(base) != "a.go b.go d.go" || string(base[2].Data) != "d" {
		t.Errorf("base became %s", base)
	}
	_, err = Attempt{Name: "x", Files: []File{{"-e.go", nil}}}.Over(base)
	if !says(err, "x.txtar: removes e.go, which the solution does not have") {
		t.Errorf("got %v", err)
	}
}

func TestSentences(t *testing.T) {
	got, err := Sentences([]File{
		{"b_test.go", []byte("package b_test\n\n// 2. Two clients never\n// meet.\n//\n// Why it is so.\nfunc TestTwo(t *testing.T) {}\n\nfunc TestMain(m *testing.M) {}\n\nfunc helper() {}\n")},
		{"a_test.go", []byte("package b_test\n\n// 1. POST answers 201.\nfunc TestOne(t *testing.T) {}\n\n// Says nothing.\nfunc TestBare(t *testing.T) {}\n")},
		{"testdata/x.txt", []byte("not Go")},
	})
	want := []Behaviour{{Test: "TestBare", Name: "TestBare"}, {Number: 1, Test: "TestOne", Name: "POST answers 201"}, {Number: 2, Test: "TestTwo", Name: "Two clients never meet"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := Sentences([]File{{"a_test.go", []byte("packag")}}); err == nil {
		t.Error("a file that is not Go passed")
	}
}
