package report

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	files, err := filepath.Glob("testdata/markdown/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no Markdown: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for suffix, p := range map[string]Palette{".txt": NewPalette(false), ".colour.txt": NewPalette(true)} {
				var b strings.Builder
				if err := Markdown(&b, string(source), 80, p); err != nil {
					t.Fatal(err)
				}
				golden(t, "markdown/"+name+suffix, b.String())
				fits(t, b.String(), 80, "curl -i", "https://example.com/a/very/long")
			}
		})
	}
}

func TestMarkdownKeepsCode(t *testing.T) {
	code := "func f() {\n\treturn  // **not bold** \\* &amp;\n\n\n}\n"
	var b strings.Builder
	if err := Markdown(&b, "```go\n"+code+"```\n", 20, NewPalette(true)); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(b.String()) {
		got.WriteString(strings.TrimPrefix(line, "  "))
	}
	if got.String() != code {
		t.Errorf("got %q, want %q", got.String(), code)
	}
}

func TestMarkdownNarrow(t *testing.T) {
	var b strings.Builder
	if err := Markdown(&b, "- one two three four\n\n> five six seven eight\n", 14, Palette{}); err != nil {
		t.Fatal(err)
	}
	want := "  • one two\n    three four\n\n│ five six\n│ seven eight\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestMarkdownOfNothing(t *testing.T) {
	for _, source := range []string{"", "\n\n", "<!-- only a comment -->"} {
		var b strings.Builder
		if err := Markdown(&b, source, 80, Palette{}); err != nil || b.String() != "" {
			t.Errorf("%q gives %q, %v", source, b.String(), err)
		}
	}
}

// broken is a writer that cannot.
type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorsArePassedOn(t *testing.T) {
	if err := Markdown(broken{}, "text", 80, Palette{}); !errors.Is(err, errBroken) {
		t.Errorf("Markdown: %v", err)
	}
	if err := Detail(broken{}, failing(), 80, Palette{}); !errors.Is(err, errBroken) {
		t.Errorf("Detail: %v", err)
	}
	if err := Lines(broken{}, document(), 80, Palette{}); !errors.Is(err, errBroken) {
		t.Errorf("Lines: %v", err)
	}
	if err := JSON(broken{}, document()); !errors.Is(err, errBroken) {
		t.Errorf("JSON: %v", err)
	}
}

func FuzzMarkdown(f *testing.F) {
	files, _ := filepath.Glob("testdata/markdown/*.md")
	for _, file := range files {
		if source, err := os.ReadFile(file); err == nil {
			f.Add(string(source), 80)
		}
	}
	f.Add("> - 1. # x\n\n\t`a`", 3)
	f.Fuzz(func(t *testing.T, source string, width int) {
		var b strings.Builder
		if err := Markdown(&b, source, width, Palette{}); err != nil {
			t.Error(err)
		}
	})
}
