package grader_test

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"os"
)

// attack is one archive of testdata/redteam: what it tries in prose, then
// directives, then the files of the exercise's folder. A name that begins with
// a slash is meant from the workspace's root.
//
//	want: pass                  the verdict; or
//	want: fail rule             "fail" and a verdict.Kind, or "behaviour": judged, and found wrong
//	want: fail memory or killed what may come of it, where the machine decides
//	known limit: REASON         instead of want: in-process grading cannot stop it
//	says: TEXT                  some text of the result contains it
//	never: TEXT                 no text of the result contains it; may be quoted as in Go
//	allow: os syscall           the exercise's imports are widened, to meet the layers behind the rules
//	needs: files network        layers of containment without which it means nothing
//	timeout: 2s                 the exercise's; 5 s without
//	workspace: REASON           it is graded in its folder, by itself
//	alone: REASON               it spoils the binary that others are linked into
//	setup: VERB ARGUMENTS       see redteam_setup_test.go
//
// In all of them and in the files, @NAME@ stands for what lab.places has.
type attack struct {
	name, story        string
	want               []string // statuses or kinds; empty with a limit
	limit              string
	says, never        []string
	allow, needs, does []string // does: set-up
	timeout            time.Duration
	alone, whole       bool
	files              []txtar.File
}

// directives says what each line of a comment does to the attack.
var directives = map[string]func(*attack, string) error{
	"want":        (*attack).wants,
	"known limit": func(a *attack, v string) error { a.limit = v; return nil },
	"says":        func(a *attack, v string) error { a.says = append(a.says, v); return nil },
	"never":       func(a *attack, v string) error { a.never = append(a.never, unquote(v)); return nil },
	"allow":       func(a *attack, v string) error { a.allow = strings.Fields(v); return nil },
	"needs":       func(a *attack, v string) error { a.needs = strings.Fields(v); return nil },
	"workspace":   func(a *attack, v string) error { a.whole = true; return nil },
	"alone":       func(a *attack, v string) error { a.alone = true; return nil },
	"setup":       func(a *attack, v string) error { a.does = append(a.does, v); return nil },
	"timeout": func(a *attack, v string) (err error) {
		a.timeout, err = time.ParseDuration(v)
		return err
	},
}

var directive = regexp.MustCompile(`^([a-z]+(?: [a-z]+)?): +(\S.*)$`)

func (a *attack) wants(v string) error {
	kinds, failing := strings.CutPrefix(v, "fail ")
	switch {
	case v == "pass":
		a.want = []string{v}
	case failing:
		a.want = strings.Split(kinds, " or ")
	default:
		return fmt.Errorf("want is pass, or fail and a kind")
	}
	return nil
}

func unquote(s string) string {
	if text, err := strconv.Unquote(s); err == nil {
		return text
	}
	return s
}

// parseAttack reads an archive.
func parseAttack(name string, data []byte) (*attack, error) {
	archive := txtar.Parse(data)
	a := &attack{name: name, files: archive.Files, timeout: 5 * time.Second}
	prose, orders, _ := strings.Cut(string(archive.Comment), "\n\n")
	a.story = strings.Join(strings.Fields(prose), " ")
	for line := range strings.Lines(strings.TrimSpace(orders)) {
		m := directive.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || directives[m[1]] == nil {
			return nil, fmt.Errorf("%s: %q is no directive", name, strings.TrimSpace(line))
		}
		if err := directives[m[1]](a, m[2]); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, line, err)
		}
	}
	if a.story == "" || len(archive.Files)+len(a.does) == 0 || (len(a.want) > 0) == (a.limit != "") {
		return nil, fmt.Errorf("%s: an attack has a story, a blank line, want or known limit, and files", name)
	}
	return a, nil
}

// inWorkspace tells that the attack is on more than the exercise's folder, so
// that a whole workspace has to be graded.
func (a *attack) inWorkspace() bool {
	return a.whole || slices.ContainsFunc(a.files, func(f txtar.File) bool { return path.IsAbs(f.Name) }) ||
		slices.ContainsFunc(a.does, func(d string) bool { return strings.HasPrefix(d, "env ") || strings.Contains(d, " /") })
}

// loadAttacks walks testdata/redteam.
func loadAttacks(t *testing.T) []*attack {
	t.Helper()
	found, err := filepath.Glob("testdata/redteam/*.txtar")
	if err != nil || len(found) < 40 {
		t.Fatalf("%d attacks in testdata/redteam (%v), want 40 at least", len(found), err)
	}
	var attacks []*attack
	for _, file := range found {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if ok, err := path.Match(*only, name); err != nil || !ok {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a, err := parseAttack(name, data)
		if err != nil {
			t.Fatal(err)
		}
		attacks = append(attacks, a)
	}
	return attacks
}
