package conflict_test

import (
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/git"
)

// program returns a repository, or nil where there is no git.
func program(t *testing.T) *git.Repo {
	if _, ok := git.Program(); !ok {
		return nil
	}
	return git.New(t)
}

// 5. Each line keeps its end, also a last line that has none. A marker has a line to itself, which ends as the lines of the three versions do; with \n where these have no ends.
func TestEnds(t *testing.T) {
	t.Run("lines from Windows keep their ends", func(t *testing.T) {
		h := begin(t, kit.Rand(t))
		h.eol = "\r\n"
		h.calm(2)
		h.oneSided("added", "ours")
		h.calm(1)
		h.oneSided("replaced", "theirs")
		h.checkWithGit(program(t))
	})
	t.Run("a file with two kinds of line ends keeps both", func(t *testing.T) {
		h := begin(t, kit.Rand(t))
		for i := range 6 {
			h.eol = []string{"\n", "\r\n"}[i%2]
			h.calm(1)
			h.oneSided("replaced", []string{"ours", "theirs"}[i/2%2])
		}
		h.checkWithGit(program(t))
	})
	t.Run("a last line without an end stays without", func(t *testing.T) {
		repo, r := program(t), kit.Rand(t)
		for _, side := range []string{"ours", "theirs"} {
			h := begin(t, r)
			h.calm(1)
			h.oneSided("removed", "ours")
			h.calm(2)
			h.oneSided("replaced", side)
			h.cut(0, 1, 2)
			h.checkWithGit(repo)
		}
	})
	t.Run("an end that one side took from the last line is taken", func(t *testing.T) {
		repo, r := program(t), kit.Rand(t)
		for _, side := range []int{1, 2} {
			h := begin(t, r)
			h.oneSided("added", "theirs")
			h.calm(2)
			h.cut(side)
			h.checkWithGit(repo)
		}
	})
	t.Run("a marker has a line to itself after a last line without an end", func(t *testing.T) {
		repo, r := program(t), kit.Rand(t)
		for _, which := range [][]int{{0, 1, 2}, {1}, {2}, {0}} {
			h := begin(t, r)
			h.calm(2)
			h.region(h.lines(1), h.lines(2), h.lines(2))
			h.cut(which...)
			h.checkWithGit(repo)
		}
	})
	t.Run("markers end as the lines do", func(t *testing.T) {
		repo, r := program(t), kit.Rand(t)
		for n := range 3 {
			h := begin(t, r)
			h.eol = "\r\n"
			h.calm(n)
			h.region(h.lines(n), h.lines(1), h.lines(2))
			h.calm(2)
			h.checkWithGit(repo)
		}
		h := begin(t, r)
		h.eol = "\r\n"
		h.region(h.lines(1), h.lines(1), h.lines(1))
		h.cut(1, 2)
		h.checkWithGit(repo)
	})
	t.Run("markers in a file without line ends end with a line feed", func(t *testing.T) {
		h := begin(t, kit.Rand(t))
		h.region(h.lines(1), h.lines(1), h.lines(1))
		h.cut(0, 1, 2)
		h.checkWithGit(program(t))
	})
}

// cut takes the last line's end from versions: 0 base, 1 ours, 2 theirs.
func (h *history) cut(versions ...int) {
	last := &h.regions[len(h.regions)-1]
	for _, v := range versions {
		lines := []*[]string{&last.base, &last.ours, &last.theirs}[v]
		n := len(*lines)
		*lines = append((*lines)[:n-1:n-1], strings.TrimSuffix((*lines)[n-1], h.eol))
	}
}

// 6. The text and the number are those of git merge-file --diff3, byte for byte.
func TestGit(t *testing.T) {
	t.Run("versions of a small file merge as git merges them", func(t *testing.T) {
		repo, r := program(t), kit.Rand(t)
		for _, kind := range kinds {
			h := begin(t, r)
			h.calm(r.IntN(2))
			kind(h)
			h.calm(1 + r.IntN(3))
			h.wild()
			h.checkWithGit(repo)
		}
	})
	t.Run("versions of a large file merge as git merges them", func(t *testing.T) {
		repo, r := program(t), kit.Rand(t)
		for range 6 {
			h := begin(t, r)
			for _, i := range r.Perm(len(kinds)) {
				kinds[i](h)
				h.calm(1 + r.IntN(3))
				h.wild()
				h.calm(1 + r.IntN(3))
			}
			h.checkWithGit(repo)
		}
	})
}

// kinds are the regions that each test of this kind has.
var kinds = []func(h *history){
	func(h *history) { h.oneSided("added", "ours") },
	func(h *history) { h.oneSided("added", "theirs") },
	func(h *history) { h.oneSided("removed", "ours") },
	func(h *history) { h.oneSided("removed", "theirs") },
	func(h *history) { h.oneSided("replaced", "ours") },
	func(h *history) { h.oneSided("replaced", "theirs") },
	func(h *history) { new := h.lines(1); h.region(h.lines(2), new, new) },
	func(h *history) { h.region(h.lines(1), h.lines(1), h.lines(2)) },
	func(h *history) { h.region(nil, h.lines(1), h.lines(2)) },
	func(h *history) { h.region(h.lines(1), h.lines(1), nil) },
	func(h *history) { h.region(h.lines(1), nil, h.lines(1)) },
	func(h *history) { h.neighbours(false) },
	func(h *history) { h.neighbours(true) },
	func(h *history) { h.chain(false) },
	func(h *history) { h.chain(true) },
}

// wild adds a region in which either side, or both, changed every line.
func (h *history) wild() {
	switch h.rand.IntN(4) {
	case 0:
		h.oneSided([]string{"added", "removed", "replaced"}[h.rand.IntN(3)], []string{"ours", "theirs"}[h.rand.IntN(2)])
	case 1:
		new := h.lines(h.rand.IntN(3))
		h.region(h.lines(h.rand.IntN(3)), new, new)
	default:
		base := h.lines(h.rand.IntN(5))
		var ours, theirs []string
		for i := range len(base) + 1 {
			ours, theirs = append(ours, h.seldom()...), append(theirs, h.seldom()...)
			if i == len(base) {
				break
			}
			who := h.rand.IntN(3) // ours changed this line, theirs did, or both
			ours, theirs = h.turn(ours, base[i], who != 1), h.turn(theirs, base[i], who != 0)
		}
		h.region(base, ours, theirs)
	}
}

// turn adds a line, or what it was changed to.
func (h *history) turn(lines []string, line string, changed bool) []string {
	if !changed {
		return append(lines, line)
	}
	return append(lines, h.lines(h.rand.IntN(3))...)
}

// seldom returns a new line, or mostly none.
func (h *history) seldom() []string {
	if h.rand.IntN(4) > 0 {
		return nil
	}
	return h.lines(1)
}
