package mutate

import (
	"go/importer"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
)

// program has every shape of function that weaving has to know.
const program = `package main

import "fmt"

const unit = 10

type box[T any] struct{ held T }

func (b *box[T]) get() (value T, ok bool) {
	defer func() { ok = true }()
	value = b.held
	return
}

func sum(list ...int) int {
	n := 0
outer:
	for _, x := range list {
		for range 1 {
			if x > 90 {
				continue outer
			}
		}
		n += x
	}
	return n
}

func (b box[T]) twice(n int, _ string) (int, error) {
	n, err := n*2, error(nil)
	return n, err
}

func safe() (said string) {
	defer caught(&said)
	panic("oh")
}

func caught(said *string) {
	if recover() != nil {
		*said = "caught"
	}
}

func main() {
	b := box[int]{held: unit}
	v, ok := b.get()
	n, err := b.twice(4, "")
	fmt.Println(v, ok, n, err, sum(1, 2, 99), safe())
}
`

// A woven program does what each mutant would do on its own, and none of what
// changes more than one body is in it.
func TestWeave(t *testing.T) {
	f := course.File{Name: "main.go", Data: []byte(program)}
	found, err := steps(f)
	if err != nil {
		t.Fatal(err)
	}
	all := mutants(f, found)
	c := newChecker([]course.File{f}, nil, "go1.26")
	c.config.Importer = importer.Default()
	fit := slices.Clone(all)
	for i, m := range all {
		if !c.compiles(m.File, m.data) {
			fit[i] = Mutant{}
		}
	}
	w, in := weave([]course.File{f}, fit)
	if w == nil {
		t.Fatal("nothing is woven")
	}
	for i, m := range all {
		if outside := m.In == "unit" || m.In == "caught" || fit[i].File == ""; in[i] == outside {
			t.Errorf("%s in %s: woven is %t", m.ID, m.In, in[i])
		}
	}
	binary := compiled(t, append(w.Files, switching()))
	if got, want := runs(t, binary, 0), runs(t, compiled(t, []course.File{f}), 0); got != want {
		t.Errorf("as no mutant: got %q, want %q", got, want)
	}
	different := 0
	for op, where := range map[string]string{"drop": "main", "comparison": "sum", "early-return": "safe", "defer": "box.get", "arithmetic": "box.twice"} {
		i := slices.IndexFunc(all, func(m Mutant) bool { return m.Operator == op && m.In == where })
		if i < 0 || !in[i] {
			t.Fatalf("no mutant by %q is woven", op)
		}
		f.Data = all[i].data
		got, want := runs(t, binary, i+1), runs(t, compiled(t, []course.File{f}), 0)
		if got != want {
			t.Errorf("%s: got %q, want %q", all[i].ID, got, want)
		}
		if got != runs(t, binary, 0) {
			different++
		}
	}
	if different == 0 {
		t.Error("no mutant differs from the program")
	}
}

// switching declares the switch as the bench does.
func switching() course.File {
	return course.File{Name: "switch.go", Data: []byte("package main\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar " + bench.Switch + ", _ = strconv.Atoi(os.Getenv(\"VARIANT\"))\n")}
}

func compiled(t *testing.T, files []course.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range append(files, course.File{Name: "go.mod", Data: []byte("module woven\n\ngo 1.26\n")}) {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-o", "woven.exe", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return filepath.Join(dir, "woven.exe")
}

func runs(t *testing.T, binary string, variant int) string {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), "VARIANT="+strconv.Itoa(variant))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "it ends with " + err.Error()
	}
	return strings.TrimSpace(string(out))
}

// The checker says of a change what the compiler would.
func TestCompiles(t *testing.T) {
	f := course.File{Name: "a.go", Data: []byte("package p\n\nfunc f(n int) int {\n\tm := n\n\treturn m + g()\n}\n")}
	g := course.File{Name: "b.go", Data: []byte("package p\n\nfunc g() int { return 1 }\n")}
	c := newChecker([]course.File{f, g}, nil, "go1.26")
	for text, want := range map[string]bool{
		string(f.Data): true,
		strings.Replace(string(f.Data), "m + g()", "g()", 1): false, // m is declared and not used
		strings.Replace(string(f.Data), "g()", "h()", 1):     false,
		"package p\n\nfunc f(":                               false,
	} {
		if got := c.compiles("a.go", []byte(text)); got != want {
			t.Errorf("%q compiles: got %t, want %t", text, got, want)
		}
	}
}
