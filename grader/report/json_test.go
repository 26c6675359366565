package report

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"

	"github.com/kata-go/kata/grader/verdict"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check validates a document of these results.
func check(t *testing.T, s *jsonschema.Schema, d verdict.Document) error {
	t.Helper()
	var b strings.Builder
	if err := JSON(&b, d); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestSchemaDescribesEveryDocument(t *testing.T) {
	s := compileSchema(t)
	if err := check(t, s, document()); err != nil {
		t.Error(err)
	}
	if err := check(t, s, verdict.NewDocument("devel", "", nil)); err != nil {
		t.Errorf("an empty document: %v", err)
	}
	for name, r := range samples() {
		if r.Problem != nil && r.Problem.Kind == "novelty" {
			continue
		}
		if err := check(t, s, verdict.NewDocument("v1", "go1.26.1", []verdict.Result{r})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaDescribesRecordedRuns checks the results that grader/verdict's
// recorded runs have as goldens.
func TestSchemaDescribesRecordedRuns(t *testing.T) {
	s := compileSchema(t)
	files, err := filepath.Glob("../verdict/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded runs: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name != "want.json" {
				continue
			}
			var r verdict.Result
			if err := json.Unmarshal(f.Data, &r); err != nil {
				t.Fatal(err)
			}
			if err := check(t, s, verdict.NewDocument("v1", "go1.26.1", []verdict.Result{r})); err != nil {
				t.Errorf("%s: %v", filepath.Base(file), err)
			}
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	for name, spoil := range map[string]func(*verdict.Document){
		"another version":            func(d *verdict.Document) { d.Version = 2 },
		"an unknown status":          func(d *verdict.Document) { d.Exercises[0].Status = "maybe" },
		"a pass that failed":         func(d *verdict.Document) { d.Exercises[0].Behaviours[0].Status = verdict.Fail },
		"a pass of nothing":          func(d *verdict.Document) { d.Exercises[0].Behaviours = nil },
		"a pass with a problem":      func(d *verdict.Document) { d.Exercises[0].Problem = &verdict.Problem{Kind: verdict.Exit, Message: "m"} },
		"a name without a track":     func(d *verdict.Document) { d.Exercises[0].Exercise = "crud" },
		"a reason of two lines":      func(d *verdict.Document) { d.Exercises[0].Reason = "a\nb" },
		"an unknown kind of problem": func(d *verdict.Document) { d.Exercises[1].Problem = &verdict.Problem{Kind: "novelty", Message: "m"} },
		"negative counts":            func(d *verdict.Document) { d.Summary.Failed = -1 },
	} {
		d := document()
		d.Exercises[0].Behaviours = append([]verdict.Behaviour(nil), d.Exercises[0].Behaviours...)
		spoil(&d)
		if check(t, s, d) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// TestSchemaNamesEveryKind keeps the schema beside the constants.
func TestSchemaNamesEveryKind(t *testing.T) {
	s := compileSchema(t)
	for kind := range kinds {
		r := died(verdict.Problem{Kind: kind, Message: "m"})
		if err := check(t, s, verdict.NewDocument("v1", "go1.26.1", []verdict.Result{r})); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestEveryPropertyIsDescribed(t *testing.T) {
	var root any
	if err := json.Unmarshal([]byte(Schema()), &root); err != nil {
		t.Fatal(err)
	}
	obvious := map[string]bool{"line": true, "parts": true, "failure": true, "problem": true, "summary": true,
		"passed": true, "failed": true, "skipped": true, "unstarted": true, "errors": true}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		object, _ := v.(map[string]any)
		properties, _ := object["properties"].(map[string]any)
		for name, p := range properties {
			if property, ok := p.(map[string]any); ok && property["description"] == nil && !obvious[name] && !strings.Contains(path, "/if") && !strings.Contains(path, "/then") {
				t.Errorf("%s/%s has no description", path, name)
			}
		}
		for key, child := range object {
			walk(path+"/"+key, child)
		}
	}
	walk("", root)
}
