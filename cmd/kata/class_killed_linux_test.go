package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// answers are what a class makes of shop/total: some right in different words,
// some wrong, one that does not compile, one that ends the process.
var answers = []string{
	"sum := 0\n\tfor _, p := range b {\n\t\tsum += p\n\t}\n\treturn sum",
	"return 1",
	"n := 0\n\tfor i := range b {\n\t\tn += b[i]\n\t}\n\treturn n",
	"return nothing",
	"if len(b) == 0 {\n\t\treturn 0\n\t}\n\treturn b[0] + Sum(b[1:])",
	"panic(\"no basket\")",
}

// enrol gives the bed a class of n checkouts and returns its roster.
func (b *bed) enrol(n int) string {
	b.t.Helper()
	var roster strings.Builder
	for i := range n {
		name := fmt.Sprintf("learner%02d", i)
		dir := filepath.Join(b.dir, "class", name)
		text := "package total\n\ntype Basket []int\n\nfunc Sum(b Basket) int {\n\t" + answers[i%len(answers)] + "\n}\n\n" +
			fmt.Sprintf("// Dearest is the work of %s.\nfunc Dearest(b Basket) int {\n\tm := 0\n\tfor _, p := range b {\n\t\tm = max(m, p)\n\t}\n\treturn m\n}\n", name)
		if err := errors.Join(os.CopyFS(filepath.Join(dir, "exercises"), os.DirFS(filepath.Join(b.dir, "exercises"))),
			os.WriteFile(filepath.Join(dir, "exercises", "shop", "total", "total.go"), []byte(text), 0o644)); err != nil {
			b.t.Fatal(err)
		}
		fmt.Fprintf(&roster, "%s,class/%s\n", name, name)
	}
	file := filepath.Join(b.dir, "roster.csv")
	if err := os.WriteFile(file, []byte(roster.String()), 0o644); err != nil {
		b.t.Fatal(err)
	}
	return file
}

// table grades the class to the end and returns the table.
func (b *bed) table() string {
	b.t.Helper()
	cmd, out := b.command("grade", "--roster", "roster.csv", "--together", "2", "--csv", "grades.csv")
	if err := cmd.Run(); err != nil {
		b.t.Fatalf("grade: %v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(b.dir, "grades.csv"))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(data)
}

// known counts the verdicts that the bed's kata remembers.
func (b *bed) known() int {
	n := 0
	_ = filepath.WalkDir(filepath.Dir(b.dir), func(p string, _ fs.DirEntry, _ error) error {
		if strings.Contains(p, "/verdicts/") && strings.HasSuffix(p, ".json") {
			n++
		}
		return nil
	})
	return n
}

// A class that was half graded when kata was killed ends in the table of one
// that was graded without a break, and what was judged before is not judged
// again.
func TestKilledGradeGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a class twice")
	}
	course, err := filepath.Abs(filepath.Join("testdata", "course"))
	if err != nil {
		t.Fatal(err)
	}
	const class = 8
	whole := newBed(t, course, 0)
	whole.enrol(class)
	want := whole.table()
	if strings.Count(want, "\n") != class+1 || !strings.Contains(want, "pass") || !strings.Contains(want, "fail") {
		t.Fatalf("the class is no class:\n%s", want)
	}
	broken := newBed(t, course, 0)
	broken.enrol(class)
	for _, rows := range []int{2, 4} {
		cmd, _ := broken.command("grade", "--roster", "roster.csv", "--together", "2", "--csv", "grades.csv")
		shown := &screen{}
		cmd.Stdout = shown
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		broken.await(fmt.Sprintf("row %d", rows), func() bool { return shown.count("\nlearner") >= rows })
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if data, _ := os.ReadFile(filepath.Join(broken.dir, "grades.csv")); len(data) > 0 {
			t.Fatal("the table was written before the class was graded: nothing was killed half-way")
		}
	}
	half := broken.known()
	if got := broken.table(); got != want {
		t.Errorf("after two kills:\n%s\nwithout:\n%s", got, want)
	}
	if all := broken.known(); half == 0 || half >= all || all != whole.known() {
		t.Errorf("%d verdicts were known when it was killed, %d in the end, %d without a kill", half, all, whole.known())
	}
}
