package bench

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

func TestAVariantImportsItsOwnPackages(t *testing.T) {
	e := &course.Exercise{Track: "rest", Name: "shop"}
	for _, tree := range []string{"solutions", "exercises"} {
		text := "package shop\n\nimport (\n\t\"fmt\"\n\t\"" + module + "/" + tree + "/rest/shop/store\"\n\t\"" + module + "/" + tree + "/rest/shopping\"\n)\n"
		own := Submission{Exercise: e, Files: []course.File{{Name: "shop.go", Data: []byte(text)}}}
		if got := string(own.Own()[0].Data); got != text {
			t.Errorf("the learner's own file became\n%s", got)
		}
		own.Variant = "wrong/one"
		got := string(own.Own()[0].Data)
		if !strings.Contains(got, `"`+own.Package()+`/store"`) || !strings.Contains(got, tree+`/rest/shopping"`) || !strings.Contains(got, `"fmt"`) {
			t.Errorf("the variant's file became\n%s", got)
		}
		if string(own.Files[0].Data) != text {
			t.Error("Own changed the submission itself")
		}
	}
}

func TestAVariantThatDoesNotParseStaysAsItIs(t *testing.T) {
	s := Submission{Exercise: &course.Exercise{Track: "rest", Name: "shop"}, Variant: "x", Files: []course.File{{Name: "a.go", Data: []byte("package shop\nimport (")}, {Name: "b.txt", Data: []byte("x")}}}
	for i, f := range s.Own() {
		if string(f.Data) != string(s.Files[i].Data) {
			t.Errorf("%s became %q", f.Name, f.Data)
		}
	}
}

// Only the source rules may see that the package imports the reference; its
// programs, in folders below, import the package itself.
func TestAVariantDoesNotImportItself(t *testing.T) {
	text := "package shop\n\nimport _ \"" + module + "/solutions/rest/shop\"\n"
	s := Submission{Exercise: &course.Exercise{Track: "rest", Name: "shop"}, Variant: "x", Files: []course.File{{Name: "shop.go", Data: []byte(text)}, {Name: "cmd/shop/main.go", Data: []byte(text)}}}
	own := s.Own()
	if string(own[0].Data) != text {
		t.Errorf("the package's own file became\n%s", own[0].Data)
	}
	if !strings.Contains(string(own[1].Data), `"`+s.Package()+`"`) {
		t.Errorf("the program's file became\n%s", own[1].Data)
	}
}
