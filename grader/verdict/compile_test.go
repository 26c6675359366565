package verdict

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestCompileProblems reads recorded outputs of go build -json, one a file.
func TestCompileProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/build/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded builds: %v", err)
	}
	place := func(file string) string {
		return strings.Replace(file, "variants/w1/", "exercises/rest/crud/", 1)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(CompileProblems([]byte(section(archive, "build.json")), place), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			if *update {
				setSection(archive, "want.json", got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(section(archive, "want.json"), string(got)); d != "" {
				t.Errorf("problems differ (-want +got):\n%s", d)
			}
		})
	}
}

func TestCompileProblemsOfNothing(t *testing.T) {
	if got := CompileProblems(nil, nil); len(got) != 0 {
		t.Errorf("an empty output has the problems %v", got)
	}
}

func FuzzCompileProblems(f *testing.F) {
	files, _ := filepath.Glob("testdata/build/*.txtar")
	for _, name := range files {
		if archive, err := txtar.ParseFile(name); err == nil {
			f.Add([]byte(section(archive, "build.json")))
		}
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		for pkg, problems := range CompileProblems(output, nil) {
			if len(problems) == 0 {
				t.Errorf("package %q is listed without a problem", pkg)
			}
			for _, p := range problems {
				if p.Kind != Compile || p.Line < 0 || p.Column < 0 || !utf8.ValidString(p.Message) || strings.ContainsAny(p.Message+p.File, "\x1b\r") {
					t.Errorf("bad problem %+v", p)
				}
			}
		}
	})
}
