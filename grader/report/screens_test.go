package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/verdict"
)

var crud = Exercise{
	ID: "rest/crud", Title: "Orders that forget", Level: 1, Minutes: 10, Edit: []string{"exercises/rest/crud/orders.go"},
	Brief: "\n# Orders that forget\n\nSupport says: \"I delete an order and the shop answers fine even when there was none.\"\n\n**Done when**\n\n1. POST /orders answers 201.\n2. No two orders share an id.\n",
}

var notes = "# Why\n\nA map and a counter without a lock are two bugs, not one: the first is a crash, the second a\nwrong answer.\n\n## Read on\n\nRFC 9110.\n"

// screens are all that a Printer writes, by the name of their golden.
func screens() map[string]func(*Printer) {
	several := crud
	several.Edit = append(several.Edit, "exercises/rest/crud/store.go")
	several.Title = "A title that is longer than a title of an exercise has any business to be"
	return map[string]func(*Printer){
		"welcome":      func(p *Printer) { p.Welcome(Tally{0, 54}) },
		"title":        func(p *Printer) { p.Title(crud, Tally{1, 54}) },
		"title_long":   func(p *Printer) { p.Title(several, Tally{54, 54}) },
		"brief":        func(p *Printer) { p.Brief(crud, Tally{0, 54}) },
		"brief_two":    func(p *Printer) { p.Brief(several, Tally{0, 54}) },
		"result":       func(p *Printer) { p.Result(failing(), Usual) },
		"result_watch": func(p *Printer) { p.Result(failing(), "") },
		"result_skip":  func(p *Printer) { p.Result(samples()["skip_all"], "") },
		"passed":       func(p *Printer) { p.Passed(samples()["pass"], notes, "3 runs, no hint") },
		"passed_bare":  func(p *Printer) { p.Passed(samples()["pass"], "", "") },
		"finish":       func(p *Printer) { p.Finish(Tally{54, 54}) },
		"hint":         func(p *Printer) { p.Hint(crud, "Who else may be\nasking for an id?\n\n- at once\n", 2, 3) },
		"hints":        func(p *Printer) { p.Hints(crud, []string{"Look.", "Look closer."}, 3) },
		"hints_none":   func(p *Printer) { p.Hints(crud, nil, 3) },
		"solution": func(p *Printer) {
			p.Solution(crud, []Source{{"orders.go", "package crud\n\nfunc New() {\n\treturn\n}\n"}, {"store/store.go", "package store"}}, notes)
		},
		"diff": func(p *Printer) {
			p.Diff("--- a/exercises/rest/crud/orders.go\n+++ b/exercises/rest/crud/orders.go\n@@ -1,2 +1,2 @@\n package crud\n-// old\n+// new\n")
		},
		"reset":            func(p *Printer) { p.Reset(crud, ".kata/kept/20260304-050607.000/rest/crud") },
		"reset_fresh":      func(p *Printer) { p.Reset(crud, "") },
		"list":             func(p *Printer) { p.List(course()) },
		"watching":         func(p *Printer) { p.Watching("exercises/rest/crud", false); p.Keys() },
		"polling":          func(p *Printer) { p.Watching("exercises/rest/crud", true); p.Keys() },
		"doctor":           func(p *Printer) { p.Doctor(checks()) },
		"doctor_services":  func(p *Printer) { p.Services(rows()) },
		"doctor_installed": func(p *Printer) { p.Installed("postgres", "/var/lib/kata/postgres/17.5.0") },
		"version":          func(p *Printer) { p.Version("v0.1.0", "go1.26.1", "0123456789ab", 54) },
		"checked": func(p *Printer) {
			p.Checked(Checked{Exercise: "rest/crud", Answers: 22, Seconds: 0.31})
			p.Checked(Checked{Exercise: "redis/ratelimit", Findings: 1, Answers: 1, Seconds: 0.2})
			p.Checked(Checked{Exercise: "sql/jobs", Answers: 9, Skipped: "needs PostgreSQL"})
			p.Rule(Rule{Name: "hints", About: "three hints or more, each saying more than those before, the last nearly the answer"})
			p.Rule(Rule{Exercise: "rest/crud", Name: "time", About: "the solution needs no more than a quarter of its time limit", Status: verdict.Pass})
		},
		"finding": func(p *Printer) {
			p.Finding("rest/crud", "wrong", "wrong/len-plus-one.txtar", "must fail on \"two clients never get the same id\", which it names, and passes it on two of three runs")
		},
		"next": func(p *Printer) { p.Next("edit, then kata  ·  stuck? kata hint") },
		"note": func(p *Printer) { p.Note(words("a remark", 20)) },
		"error": func(p *Printer) {
			p.Error("go build failed: "+words("of many words", 9)+"\nexit status 1", "kata doctor")
		},
		"error_path": func(p *Printer) {
			p.Error("open /"+strings.Repeat("a/long/path/", 8)+"file: no such file or directory", "mend it, then: kata")
		},
	}
}

func words(text string, n int) string { return strings.TrimSpace(strings.Repeat(text+" ", n)) }

func course() []Track {
	passed := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	return []Track{
		{Name: "rest", Title: "HTTP APIs", Exercises: []Listed{
			{Name: "rest/crud", Title: "Orders that forget", Level: 1, Minutes: 10, Status: "fail", Passed: &passed},
			{Name: "rest/status", Title: "Everything is fine, says the API", Level: 2, Minutes: 15, Status: "fail", Current: true, Hints: 2},
			{Name: "rest/idempotency", Title: "The customer who paid twice because the train was late", Level: 3, Minutes: 120, Hints: 1},
		}},
		{Name: "sql", Title: "SQL", Exercises: []Listed{{Name: "sql/jobs", Title: "Two workers, one job", Level: 5, Minutes: 40, Status: "skip"}}},
	}
}

func checks() []Check {
	return []Check{
		{Name: "go", Text: "go1.26.1  /usr/local/go/bin/go"},
		{Name: "workspace", Text: "there is no kata workspace in /home/ann/src or above it; go into your clone of kata, or make one", Health: Bad, Mend: "git clone https://github.com/kata-go/kata && cd kata"},
		{Name: "postgres", Text: "none", Health: Absent, Mend: "kata doctor --install postgres"},
	}
}

func rows() []Service {
	return []Service{
		{Check: Check{Name: "sql", Text: "SQLite, linked into the tests"}, From: "embedded", Version: "1.62.0"},
		{
			Check: Check{Name: "redis", Text: "miniredis"}, From: "embedded", Version: "2.40.0", Start: 41 * time.Millisecond,
			Passed: []string{"KATA_REDIS is not set", "/usr/bin/redis-server is here, but tests move the clock, which a real server's cannot be: --services local takes it"},
		},
		{Check: Check{Name: "postgres", Text: "needs a PostgreSQL server", Health: Absent, Mend: "kata doctor --install postgres"}},
		{Check: Check{Name: "mongo", Text: "nothing answers at 127.0.0.1:1: connection refused", Health: Absent, Mend: "correct KATA_MONGO, or unset it"}, From: "address", Start: 1500 * time.Millisecond},
	}
}

func TestDoctorJSON(t *testing.T) {
	var out strings.Builder
	if err := DoctorJSON(&out, checks(), rows()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Checks   []map[string]any
		Services []map[string]any
	}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || len(got.Checks) != 3 || len(got.Services) != 4 {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if r := got.Services[1]; r["name"] != "redis" || r["health"] != "good" || r["from"] != "embedded" || r["startSeconds"] != 0.041 || len(r["passed"].([]any)) != 2 {
		t.Errorf("redis is %v", r)
	}
}

func TestScreens(t *testing.T) {
	for name, show := range screens() {
		t.Run(name, func(t *testing.T) {
			var plain, bright strings.Builder
			show(New(&plain, Style{Width: 80}))
			golden(t, "screens/"+name+".txt", plain.String())
			fits(t, plain.String(), 80, "a/long/path/")
			show(New(&bright, Style{Colour: true}))
			if got := colour.ReplaceAllString(bright.String(), ""); got != plain.String() {
				t.Errorf("without its colours\n%s\nnot\n%s", got, plain.String())
			}
			if strings.Contains(plain.String(), "\n\n\n") {
				t.Errorf("two empty lines in a row:\n%s", plain.String())
			}
		})
	}
}

func TestScreensNarrow(t *testing.T) {
	for name, show := range screens() {
		var b strings.Builder
		show(New(&b, Style{Width: 60}))
		switch name {
		case "title_long", "brief_two", "list", "watching", "polling", "finish", "diff", "version", "passed", "passed_bare":
			continue // what a learner's terminal wraps
		}
		fits(t, b.String(), 60, "a/long/path/", "curl", "Orders that forget")
	}
}

// What Busy writes is one line, so that BusyOver can take it away.
func TestBusyLeavesNothingBehind(t *testing.T) {
	var b strings.Builder
	p := New(&b, Style{})
	p.Busy()
	line, ok := strings.CutPrefix(b.String(), "\n")
	if !ok || strings.Contains(line, "\n") || columns(line) >= 80 {
		t.Errorf("got %q", b.String())
	}
	b.Reset()
	p.BusyOver()
	if b.String() != "\r\x1b[K\x1b[A" {
		t.Errorf("got %q", b.String())
	}
}

func TestClear(t *testing.T) {
	for terminal, want := range map[bool]string{true: "\x1b[H\x1b[2J", false: "\n"} {
		var b strings.Builder
		New(&b, Style{}).Clear(terminal)
		if b.String() != want {
			t.Errorf("terminal %t: %q, want %q", terminal, b.String(), want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, test := range []struct {
		text string
		want string
	}{
		{"", ""},
		{"one", "one"},
		{"one two three", "one two|three"},
		{"one  ·  two", "one  ·|two"},
		{"123456789012345 x", "123456789012345|x"},
		{"x 123456789012345", "x|123456789012345"},
		{"1234567890", "1234567890"},
		{" a  b ", "a  b"},
	} {
		if got := strings.Join(fold(test.text, 10), "|"); got != test.want {
			t.Errorf("fold(%q): got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestLinesComeInOrder(t *testing.T) {
	var b strings.Builder
	l := NewLineWriter(&b, []string{"a/1", "b/2", "c/3"}, 80, Palette{})
	line := func(name string) verdict.Result {
		return verdict.Result{Exercise: name, Status: verdict.Error, Reason: "x"}
	}
	l.Add(line("c/3"))
	l.Add(line("b/2"))
	if b.Len() > 0 {
		t.Errorf("written before the first is known: %q", b.String())
	}
	l.Add(line("a/1"))
	if got := strings.Count(b.String(), "\n"); got != 3 {
		t.Errorf("%d lines once the first is known, want 3:\n%s", got, b.String())
	}
	if got := order(b.String()); got != "a b c" {
		t.Errorf("order %s", got)
	}
}

func TestLinesThatWaitForNothingAreWrittenAtTheEnd(t *testing.T) {
	var b strings.Builder
	l := NewLineWriter(&b, []string{"a/1", "b/2", "c/3"}, 80, Palette{})
	for _, name := range []string{"c/3", "b/2"} {
		l.Add(verdict.Result{Exercise: name, Status: verdict.Error, Reason: "x"})
	}
	if err := l.Close(verdict.Summary{Errors: 2}); err != nil {
		t.Fatal(err)
	}
	if got := order(b.String()); got != "b c 0" {
		t.Errorf("order %s:\n%s", got, b.String())
	}
}

// order is the first letter of each line's exercise.
func order(lines string) string {
	var letters []string
	for line := range strings.Lines(lines) {
		line = strings.TrimPrefix(line, "error ")
		letters = append(letters, line[:1])
	}
	return strings.Join(letters, " ")
}
