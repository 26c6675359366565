package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"
)

// commands are what scripts can say beside testscript's own.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"try":       try,
	"told":      told,
	"workspace": workspace,
	"checkout":  checkout,
	"solve":     solve,
	"steady":    steady,
	"schema":    schema,
	"fill":      fill,
	"hold":      hold,
	"watch":     startWatch,
	"talk":      talk,
	"see":       see,
	"press":     press,
	"hangup":    hangup,
	"interrupt": interrupt,
	"ended":     ended,
}

// try CODE [ARGS...] runs kata and wants that exit code, and output that is laid
// out as kata's is.
func try(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: try CODE [ARGS...]")
	}
	err := ts.Exec(ts.Getenv("KATA"), args[1:]...)
	if got := exitCode(ts, err); strconv.Itoa(got) != args[0] {
		ts.Fatalf("kata %s exited with %d, want %s", strings.Join(args[1:], " "), got, args[0])
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if complaint := untidy(ts.ReadFile(stream)); complaint != "" {
			ts.Fatalf("%s: %s", stream, complaint)
		}
	}
}

// told REGEXP holds the last standard error, with its lines joined, against a
// pattern.
func told(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.Join(strings.Fields(ts.ReadFile("stderr")), " ")
	matched, err := regexp.MatchString(strings.Join(args, " "), text)
	ts.Check(err)
	if matched == neg {
		ts.Fatalf("told %q: %t", args, matched)
	}
}

func exitCode(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	if exit != nil {
		return exit.ExitCode()
	}
	return 0
}

// unbreakable is a word that a line may be longer than 80 columns for.
var unbreakable = regexp.MustCompile(`\S{40}`)

// untidy says what is wrong with the layout of a text for people.
func untidy(text string) string {
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") || strings.HasPrefix(text, "---") {
		return "" // JSON, a diff
	}
	blank := 0
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		blank++
		switch {
		case strings.TrimRight(line, " \t") != line && !strings.HasSuffix(line, "[y/N] "):
			return fmt.Sprintf("line %d ends with a space: %q", i+1, line)
		case utf8.RuneCountInString(line) > 80 && !unbreakable.MatchString(line):
			return fmt.Sprintf("line %d has more than 80 columns: %s", i+1, line)
		case blank > 1 && line == "":
			return fmt.Sprintf("lines %d and %d are empty", i, i+1)
		case line != "":
			blank = 0
		}
	}
	if blank > 0 && strings.TrimSpace(text) != "" {
		return "the last line is empty"
	}
	return ""
}

// teaching is the course that kata teaches in a script.
func teaching(ts *testscript.TestScript) (fs.FS, *course.Course) {
	fsys := files(ts.Getenv(courseEnv))
	c, err := course.Load(fsys)
	ts.Check(err)
	return fsys, c
}

// workspace lays exercises/ out in the present folder.
func workspace(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(layOut(ts.MkAbs("."), files(ts.Getenv(courseEnv))))
}

// layOut writes the exercises of a course below dir, as a clone has them.
func layOut(dir string, fsys fs.FS) error {
	c, err := course.Load(fsys)
	if err != nil {
		return err
	}
	err = unpack(fsys, "solutions/course.txtar", filepath.Join(dir, "exercises"))
	for _, t := range c.Tracks {
		err = errors.Join(err, unpack(fsys, path.Join("solutions", t.Name, "track.txtar"), filepath.Join(dir, "exercises", t.Name)))
		for _, e := range t.Exercises {
			starter, unread := e.Starter()
			err = errors.Join(err, unread, write(filepath.Join(dir, e.Dir()), starter))
		}
	}
	return err
}

// unpack writes the files of an archive, if there is one: a course can do
// without course.toml.
func unpack(fsys fs.FS, archive, dir string) error {
	data, err := fs.ReadFile(fsys, archive)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, f := range txtar.Parse(data).Files {
		err = errors.Join(err, write(dir, []course.File{{Name: f.Name, Data: f.Data}}))
	}
	return err
}

func write(dir string, files []course.File) error {
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// checkout lays out what authors have: a workspace, the solutions, and the parts
// of kata that builds need.
func checkout(ts *testscript.TestScript, _ bool, _ []string) {
	workspace(ts, false, nil)
	fsys, _ := teaching(ts)
	solutions, err := fs.Sub(fsys, "solutions")
	ts.Check(err)
	ts.Check(os.CopyFS(ts.MkAbs("solutions"), solutions))
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := kata.Files.ReadFile(name)
		ts.Check(err)
		ts.Check(write(ts.MkAbs("."), []course.File{{Name: name, Data: data}}))
	}
	for _, name := range []string{"grader/kit", "grader/services"} {
		sub, err := fs.Sub(kata.Files, name)
		ts.Check(err)
		ts.Check(os.CopyFS(ts.MkAbs(name), sub))
	}
}

// solve NAME... puts the reference solution in the place of the learner's files.
func solve(ts *testscript.TestScript, _ bool, args []string) {
	_, c := teaching(ts)
	exercises, err := c.Match(args...)
	ts.Check(err)
	for _, e := range exercises {
		solution, err := e.Solution()
		ts.Check(err)
		ts.Check(write(ts.MkAbs(e.Dir()), solution))
	}
}

// unsteady is what differs from run to run, with what stands for it.
var unsteady = []struct {
	pattern *regexp.Regexp
	steady  string
}{
	{regexp.MustCompile(`\b\d+\.\d\ds`), "0.00s"},
	{regexp.MustCompile(`\b\d+\.\d\d s`), "0.00 s"},
	{regexp.MustCompile(`go1\.\d+(\.\d+|rc\d+)?`), "go1.xx"},
	{regexp.MustCompile(`\d{8}-\d{6}\.\d{3}`), "20000101-000000.000"},
	{regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`), `"2000-01-01T00:00:00Z"`},
	{regexp.MustCompile(`"seconds": [0-9.e-]+`), `"seconds": 0`},
	{regexp.MustCompile(`"platform": "[^"]*"`), `"platform": "any"`},
	{regexp.MustCompile(`"tests": "[0-9a-f]{12}"`), `"tests": "000000000000"`},
	{regexp.MustCompile(`(?s)  "containment": \[\n.*?\n  \],\n`), ""}, // differs from machine to machine
	{regexp.MustCompile(`digest [0-9a-f]{12}`), "digest 000000000000"},
}

// steady FILE... rewrites the last output, or files, with fixed words for
// what differs from run to run, so that cmp can compare it.
func steady(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		args = []string{"stdout"}
	}
	for _, name := range args {
		text := strings.ReplaceAll(ts.ReadFile(name), ts.Getenv("WORK"), "/work")
		for _, u := range unsteady {
			text = u.pattern.ReplaceAllString(text, u.steady)
		}
		if name == "stdout" {
			fmt.Fprint(ts.Stdout(), text)
		} else {
			ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o666))
		}
	}
}

// schema FILE holds a result against the published JSON Schema.
func schema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: schema FILE")
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(report.Schema()))
	ts.Check(err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	ts.Check(compiler.AddResource("schema.json", doc))
	compiled, err := compiler.Compile("schema.json")
	ts.Check(err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(compiled.Validate(value))
}

// fill FILE BYTES makes a file of so many bytes.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("// "+strings.Repeat("x", size)), 0o666))
}

// hold GLOB keeps a lock file locked until the script ends.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d files are called %s", len(found), args[0])
	}
	unlock, err := lockedfile.MutexAt(found[0]).Lock()
	ts.Check(err)
	ts.Defer(unlock)
}
