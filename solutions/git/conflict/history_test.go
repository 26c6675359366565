package conflict_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/git"
	"github.com/kata-go/kata/solutions/git/conflict"
)

// history is three versions of one file, put together region by region, so that
// the right merge is known by construction: lines that change stand in a version
// once, and between two regions stand lines that nobody changed.
type history struct {
	t       testing.TB
	rand    *rand.Rand
	eol     string
	base    string // the names
	ours    string
	theirs  string
	regions []region
	used    map[string]bool
}

// region is what the versions have in one place, with no line that both sides
// left alone, or with nothing else.
type region struct{ base, ours, theirs []string }

func begin(t testing.TB, r *rand.Rand) *history {
	h := &history{t: t, rand: r, eol: "\n", used: map[string]bool{}}
	h.base, h.ours, h.theirs = h.name(), h.name(), h.name()
	return h
}

func (h *history) name() string { return strings.TrimSpace(h.line()) }

// line returns a line that is nowhere else.
func (h *history) line() string {
	for {
		if w := kit.Word(h.rand, 4+h.rand.IntN(3)); !h.used[w] {
			h.used[w] = true
			return w + h.eol
		}
	}
}

func (h *history) lines(n int) (lines []string) {
	for range n {
		lines = append(lines, h.line())
	}
	return lines
}

// calm adds lines that nobody changes; some of them may be there again and again.
func (h *history) calm(n int) {
	for i, l := range h.lines(n) {
		if i > 0 && i < n-1 && h.rand.IntN(3) == 0 {
			l = []string{"}", "", "end"}[h.rand.IntN(3)] + h.eol
		}
		h.region([]string{l}, []string{l}, []string{l})
	}
}

func (h *history) region(base, ours, theirs []string) {
	h.regions = append(h.regions, region{base, ours, theirs})
}

// mirror turns the history round: what was ours is theirs.
func (h *history) mirror() {
	for i, r := range h.regions {
		h.regions[i] = region{r.base, r.theirs, r.ours}
	}
}

// sides returns the lines of the three versions.
func (h *history) sides() (all region) {
	for _, r := range h.regions {
		all.base, all.ours, all.theirs = append(all.base, r.base...), append(all.ours, r.ours...), append(all.theirs, r.theirs...)
	}
	return all
}

// merged returns the right merge, with markers that end as the history's lines.
func (h *history) merged() (text string, conflicts int) {
	var out strings.Builder
	part := func(marker string, lines []string) {
		all := marker + h.eol + strings.Join(lines, "")
		if out.WriteString(all); !strings.HasSuffix(all, "\n") {
			out.WriteString(h.eol)
		}
	}
	for _, r := range h.regions {
		switch {
		case slices.Equal(r.base, r.theirs) || slices.Equal(r.ours, r.theirs):
			out.WriteString(strings.Join(r.ours, ""))
		case slices.Equal(r.base, r.ours):
			out.WriteString(strings.Join(r.theirs, ""))
		default:
			conflicts++
			part("<<<<<<< "+h.ours, r.ours)
			part("||||||| "+h.base, r.base)
			part("=======", r.theirs)
			part(">>>>>>> "+h.theirs, nil)
		}
	}
	return out.String(), conflicts
}

// check fails the behaviour unless the learner's merge is the right one.
func (h *history) check() {
	h.t.Helper()
	text, conflicts := h.merged()
	h.judge(text, conflicts, "")
}

// checkWithGit takes git's own word. Where there is none, it is what git said
// when these tests were written: what is known by construction.
func (h *history) checkWithGit(r *git.Repo) {
	h.t.Helper()
	known, conflicts := h.merged()
	if r == nil {
		h.judge(known, conflicts, "")
		return
	}
	text, n := h.ask(r)
	if text != known || n != conflicts {
		h.t.Logf("by construction the merge is\n%s\nand git says\n%s", told(known, conflicts), told(text, n))
		if os.Getenv(git.Env) == "" { // the author's own run
			h.t.Fail()
		}
	}
	h.judge(text, n, "git merge-file -p --diff3 answers what was wanted")
}

// ask returns what git makes of the three versions.
func (h *history) ask(r *git.Repo) (text string, conflicts int) {
	h.t.Helper()
	all := h.sides()
	r.Write("base", strings.Join(all.base, ""))
	r.Write("ours", strings.Join(all.ours, ""))
	r.Write("theirs", strings.Join(all.theirs, ""))
	text, err := r.Try("", "merge-file", "-p", "--diff3", "-L", h.ours, "-L", h.base, "-L", h.theirs, "ours", "base", "theirs")
	var exit *git.ExitError
	if errors.As(err, &exit) && exit.Code < 128 {
		return text, exit.Code
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return text, 0
}

func (h *history) judge(want string, conflicts int, note string) {
	h.t.Helper()
	all := h.sides()
	version := func(name string, lines []string) conflict.Version {
		return conflict.Version{Name: name, Text: strings.Join(lines, "")}
	}
	got, n := conflict.Merge(version(h.base, all.base), version(h.ours, all.ours), version(h.theirs, all.theirs))
	if got == want && n == conflicts {
		return
	}
	kit.Fail(h.t, kit.Failure{
		Sent: "Merge of these three versions\n" + h.columns(all),
		Got:  told(got, n), Want: told(want, conflicts), Note: note, At: kit.At(conflict.Merge),
	})
}

// told writes a merge's answer.
func told(text string, conflicts int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "conflicts %d, text\n", conflicts)
	for l := range strings.Lines(text) {
		b.WriteString("  " + shown(l) + "\n")
	}
	return b.String()
}

// shown is a line with what cannot be seen of its end.
func shown(line string) string {
	text, ended := strings.CutSuffix(line, "\n")
	text = strings.ReplaceAll(text, "\r", `\r`)
	if !ended && text != "" {
		text += "  (no line end)"
	}
	return text
}

// columns writes the three versions beside each other.
func (h *history) columns(all region) string {
	var b strings.Builder
	row := func(ours, base, theirs string) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-22s%-22s%s", ours, base, theirs), " ") + "\n")
	}
	row("ours: "+h.ours, "base: "+h.base, "theirs: "+h.theirs)
	cell := func(lines []string, i int) string {
		if i < len(lines) {
			return shown(lines[i])
		}
		return ""
	}
	for i := range max(len(all.base), len(all.ours), len(all.theirs)) {
		row(cell(all.ours, i), cell(all.base, i), cell(all.theirs, i))
	}
	return b.String()
}
