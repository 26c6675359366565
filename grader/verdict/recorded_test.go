package verdict

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestRecorded judges the recorded runs in testdata, one a file. Most were
// recorded from Go 1.26; goroutines of the runtime are cut out of tracebacks.
// The byte that frames testing's output is written as ␖,
// and ␀ stands where a last line has no end.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded runs: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			checkRecorded(t, name)
		})
	}
}

func checkRecorded(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := Parse(strings.NewReader(report(section(archive, "report"))), testSecret)
	if err != nil {
		t.Fatal(err)
	}
	r := Judge(readExpected(t, section(archive, "expected")), stream, readEnding(t, archive))
	r.Exercise = "rest/crud"
	got, err := json.MarshalIndent(r, "", "  ")
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
		t.Errorf("result differs (-want +got); go test ./grader/verdict -update accepts it\n%s", d)
	}
	if wantPass := strings.HasPrefix(filepath.Base(name), "pass"); wantPass != (r.Status == Pass) {
		t.Errorf("status %s: exactly the files pass*.txtar are passes", r.Status)
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name string, data []byte) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = data
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: data})
}

// readExpected reads behaviours.txt's format.
func readExpected(t *testing.T, text string) []Expected {
	var root Expected
	for line := range strings.Lines(text) {
		name := strings.TrimLeft(line, " ")
		depth := (len(line) - len(name)) / 2
		parent := &root
		for range depth {
			parent = &parent.Parts[len(parent.Parts)-1]
		}
		e := Expected{Name: strings.TrimSpace(name)}
		if depth == 0 {
			test, sentence, _ := strings.Cut(e.Name, ": ")
			number, sentence, ok := strings.Cut(sentence, ". ")
			if _, err := fmt.Sscan(number, &e.Number); err != nil || !ok {
				t.Fatalf("bad expectation %q", line)
			}
			e.Test, e.Name = test, sentence
		}
		parent.Parts = append(parent.Parts, e)
	}
	return root.Parts
}

func readEnding(t *testing.T, a *txtar.Archive) Ending {
	end := Ending{
		Stdout: []byte(strings.NewReplacer("␖", "\x16", "␀\n", "").Replace(section(a, "stdout"))),
		Stderr: []byte(section(a, "stderr")),
	}
	for line := range strings.Lines(section(a, "ending")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch key {
		case "exit":
			_, err = fmt.Sscan(value, &end.ExitCode)
		case "seconds":
			_, err = fmt.Sscan(value, &end.Seconds)
		case "signal":
			end.Signal, end.ExitCode = value, -1
		case "timedout":
			end.TimedOut = true
		case "flooded":
			end.Flooded = true
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			t.Fatalf("bad ending %q: %v", line, err)
		}
	}
	return end
}

// What testing remarks is not told as the learner's output.
func TestTestingsRemarksAreNobodys(t *testing.T) {
	p := readPrinted([]byte("hello\n    testing.go:1913: test executed panic(nil) or runtime.Goexit: subtest may have called FailNow on a parent test\nworld\n"))
	if got := string(p.other); got != "hello\nworld\n" || len(p.logs) != 0 {
		t.Errorf("other %q, logs %v", got, p.logs)
	}
}
