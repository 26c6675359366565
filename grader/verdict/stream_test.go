package verdict

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/tools/txtar"
)

const wholeReport = `run 1 "0" "tests"
run 2 "1" "TestCreate"
failure 2 "curl\n" "a \"b\" ☃" "" "" "orders.go:3"
fail 2
fail 1
run 3 "0" "canary"
fail 3
end 0
`

func TestParseReadsEveryEvent(t *testing.T) {
	s, err := Parse(iotest.OneByteReader(strings.NewReader(report(wholeReport))), testSecret)
	if err != nil || !s.Whole || s.Tampered != "" || len(s.Events) != 8 {
		t.Fatalf("Parse = %+v, %v", s, err)
	}
	f := s.Events[2]
	if f.Kind != "failure" || f.ID != 2 || !slices.Equal(f.Args, []string{"curl\n", `a "b" ☃`, "", "", "orders.go:3"}) {
		t.Errorf("the failure is read as %+v", f)
	}
}

func TestParseOfEveryPrefixIsNeverWhole(t *testing.T) {
	text := report(wholeReport)
	for n := range len(text) {
		s, err := Parse(strings.NewReader(text[:n]), testSecret)
		if err != nil || s.Whole || s.Tampered != "" {
			t.Fatalf("the first %d bytes: whole %v, tampered %q, %v", n, s.Whole, s.Tampered, err)
		}
	}
}

func TestParseNoticesEveryChangedByte(t *testing.T) {
	text := report(wholeReport)
	for n := range len(text) {
		changed := []byte(text)
		changed[n] ^= 1
		s, err := Parse(strings.NewReader(string(changed)), testSecret)
		if err != nil || s.Whole {
			t.Fatalf("byte %d changed: whole %v, tampered %q, %v", n, s.Whole, s.Tampered, err)
		}
	}
}

func TestParseWithAnotherSecret(t *testing.T) {
	s, err := Parse(strings.NewReader(report(wholeReport)), []byte("another"))
	if err != nil || s.Whole || s.Tampered == "" || len(s.Events) != 0 {
		t.Errorf("Parse = %+v, %v", s, err)
	}
}

func TestParsePassesTheReadersErrorOn(t *testing.T) {
	broken := errors.New("broken pipe")
	s, err := Parse(io.MultiReader(strings.NewReader(report("run 1 \"0\" \"tests\"\n")), iotest.ErrReader(broken)), testSecret)
	if !errors.Is(err, broken) || len(s.Events) != 1 || s.Whole {
		t.Errorf("Parse = %+v, %v", s, err)
	}
}

// TestJudgeIsLinear would take minutes if some reader of what a process printed
// went over it again and again.
func TestJudgeIsLinear(t *testing.T) {
	for _, line := range []string{"panic: x\n", "    a_hidden.go:1: x\n", "runtime: x\n", "goroutine 1 [running]:\n", "\x16=== RUN   x", "::a ::b", "created by github.com/kata-go/kata/exercises/a.b\n\t/a\n"} {
		text := []byte(strings.Repeat(line, 1<<20/len(line)))
		r := Judge([]Expected{{Number: 1, Test: "T", Name: "n"}}, Stream{}, Ending{ExitCode: 2, Stdout: text, Stderr: text})
		if r.Status != Fail || len(r.Output) > 4*outputBytes {
			t.Errorf("%q printed for ever: %s, %d bytes of output", line, r.Status, len(r.Output))
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		if archive, err := txtar.ParseFile(name); err == nil {
			f.Add(section(archive, "report"), "")
		}
	}
	f.Add("pass 1\n", "12 pass 1 00\n")
	f.Fuzz(func(t *testing.T, script, tail string) {
		s, err := Parse(strings.NewReader(report(script)+tail), testSecret)
		if err != nil {
			t.Fatalf("a report is never the caller's error: %v", err)
		}
		if s.Whole && (s.Tampered != "" || len(s.Events) == 0) {
			t.Errorf("whole, but tampered %q, %d events", s.Tampered, len(s.Events))
		}
		if s.Whole && tail != "" {
			t.Errorf("whole, although %q was added without the secret", tail)
		}
		r := Judge([]Expected{{Number: 1, Test: "TestCreate", Name: "an order is stored"}}, s, Ending{Stdout: []byte(script), Stderr: []byte(tail)})
		if r.Status == Pass && !(s.Whole && strings.Contains(script, "TestCreate") && strings.Contains(script, "pass")) {
			t.Errorf("passed: %+v", s)
		}
	})
}

// FuzzTrace feeds the readers of what the runtime and testing print.
func FuzzTrace(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		if archive, err := txtar.ParseFile(name); err == nil {
			f.Add(section(archive, "stdout"), section(archive, "stderr"), 2)
		}
	}
	f.Fuzz(func(t *testing.T, stdout, stderr string, code int) {
		for _, end := range []Ending{{TimedOut: true}, {Flooded: true}, {}, {Signal: "SIGABRT"}} {
			end.ExitCode, end.Stdout, end.Stderr = code, []byte(stdout), []byte(stderr)
			r := Judge([]Expected{{Number: 1, Test: "T", Name: "n"}}, Stream{}, end)
			if r.Status != Fail || r.Problem == nil || r.Reason == "" {
				t.Errorf("an empty report is judged %+v", r)
			}
			for _, text := range []string{r.Problem.Message, r.Problem.File, r.Output, r.Reason} {
				if strings.ContainsAny(text, "\x1b\r\x16") {
					t.Errorf("control characters in %q", text)
				}
			}
		}
	})
}
