package conflict_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// 1. What one side changed and the other left alone is in the result: lines replaced, added or removed, anywhere in the file.
func TestOneSide(t *testing.T) {
	t.Run("a change of one side is taken, wherever it is", func(t *testing.T) {
		r := kit.Rand(t)
		for _, before := range []int{0, 2} {
			for _, after := range []int{0, 2} {
				for _, kind := range []string{"added", "removed", "replaced"} {
					for _, side := range []string{"ours", "theirs"} {
						h := begin(t, r)
						h.calm(before)
						h.oneSided(kind, side)
						h.calm(after)
						h.check()
					}
				}
			}
		}
	})
	t.Run("changes in different places are all taken", func(t *testing.T) {
		r := kit.Rand(t)
		for n := 2; n < 12; n++ {
			h := begin(t, r)
			for i := range n {
				h.oneSided([]string{"added", "removed", "replaced"}[r.IntN(3)], []string{"ours", "theirs"}[i%2])
				h.calm(1 + r.IntN(3))
			}
			h.check()
		}
	})
	t.Run("a side that changed nothing decides nothing", func(t *testing.T) {
		r := kit.Rand(t)
		for n := range 12 {
			from, to := scribble(r, n), scribble(r, n)
			if n == 2 {
				from, to = []string{"a\n", "b\n"}, []string{"b\n", "a\n"}
			}
			h := begin(t, r)
			h.region(from, to, from)
			h.check()
			h = begin(t, r)
			h.region(from, from, to)
			h.check()
		}
	})
}

// oneSided adds a change of up to three lines that one side made.
func (h *history) oneSided(kind, side string) {
	var old, new []string
	if kind != "added" {
		old = h.lines(1 + h.rand.IntN(3))
	}
	if kind != "removed" {
		new = h.lines(1 + h.rand.IntN(3))
	}
	if side == "ours" {
		h.region(old, new, old)
	} else {
		h.region(old, old, new)
	}
}

// scribble returns n lines of which most are alike.
func scribble(r *rand.Rand, n int) (lines []string) {
	for range n {
		lines = append(lines, []string{"a\n", "b\n", "\n"}[r.IntN(3)])
	}
	return lines
}

// 2. A change that both sides made alike is taken once, and is no conflict.
func TestAlike(t *testing.T) {
	t.Run("a change that both made alike is taken once", func(t *testing.T) {
		r := kit.Rand(t)
		for n := range 3 {
			for m := range 3 {
				h := begin(t, r)
				h.calm(2)
				new := h.lines(m)
				h.region(h.lines(n), new, new)
				h.calm(2)
				h.check()
			}
		}
	})
	t.Run("two versions that are the same have no conflict", func(t *testing.T) {
		r := kit.Rand(t)
		for n := range 12 {
			h := begin(t, r)
			from, to := scribble(r, n), scribble(r, n)
			if n == 2 {
				from, to = []string{"a\n", "b\n"}, []string{"b\n", "a\n"}
			}
			h.region(from, to, to)
			h.check()
		}
	})
	t.Run("beside a change that both made alike each side may have its own", func(t *testing.T) {
		r := kit.Rand(t)
		for _, first := range []string{"ours", "theirs"} {
			h := begin(t, r)
			new := h.lines(2)
			h.oneSided("replaced", first)
			h.calm(1)
			h.region(h.lines(1), new, new)
			h.calm(1)
			h.oneSided("replaced", first)
			h.check()
		}
	})
}

// 3. Where both sides changed something, differently, and no line between their changes was left alone by both, there is a conflict: with what each of the three versions has there, from the first changed line to the last, between markers.
func TestConflict(t *testing.T) {
	t.Run("one line that both changed differently is a conflict", func(t *testing.T) {
		conflicts(t, func(h *history) { h.region(h.lines(1), h.lines(1), h.lines(1)) })
	})
	t.Run("a line that one removed and the other changed is a conflict", func(t *testing.T) {
		conflicts(t, func(h *history) { h.region(h.lines(1), h.lines(1), nil) })
	})
	t.Run("different lines that both added in one place are a conflict", func(t *testing.T) {
		conflicts(t, func(h *history) { h.region(nil, h.lines(1), h.lines(2)) })
	})
	t.Run("changes of neighbouring lines are a conflict", func(t *testing.T) {
		conflicts(t, func(h *history) { h.neighbours(false) })
	})
	t.Run("a line added beside one that the other removed is a conflict", func(t *testing.T) {
		conflicts(t, func(h *history) {
			base := h.lines(1)
			h.region(base, append(h.lines(1), base...), nil)
			h.calm(1)
			base = h.lines(1)
			h.region(base, append(base[:1:1], h.line()), nil)
		})
	})
	t.Run("a conflict holds all changes that overlap, and the lines among them", func(t *testing.T) {
		conflicts(t, func(h *history) {
			base, new := h.lines(4), h.lines(4)
			h.region(base,
				[]string{new[0], base[1], base[2], new[1]}, // the first line and the last
				[]string{base[0], new[2], new[3]})          // all but the first
		})
	})
	t.Run("three changes that lean on one another are one conflict", func(t *testing.T) {
		conflicts(t, func(h *history) { h.chain(false) })
	})
}

// conflicts checks a region at either end of a file, in its middle and alone.
func conflicts(t *testing.T, region func(h *history)) {
	r := kit.Rand(t)
	for _, before := range []int{2, 0} {
		for _, after := range []int{2, 0} {
			for range 2 { // each way round
				h := begin(t, r)
				h.calm(before)
				region(h)
				h.calm(after)
				h.check()
				h.mirror()
				h.check()
			}
		}
	}
}

// neighbours adds two lines of which each side changed one.
func (h *history) neighbours(turned bool) {
	base, new := h.lines(2), h.lines(2)
	h.either(turned, region{base, []string{new[0], base[1]}, []string{base[0], new[1]}})
}

// chain adds three lines: one side changed the outer two, the other the middle.
func (h *history) chain(turned bool) {
	base, new := h.lines(3), h.lines(3)
	h.either(turned, region{base, []string{new[0], base[1], new[1]}, []string{base[0], new[2], base[2]}})
}

// either adds a region as it is, or with its sides exchanged.
func (h *history) either(turned bool, r region) {
	if turned {
		r.ours, r.theirs = r.theirs, r.ours
	}
	h.region(r.base, r.ours, r.theirs)
}

// 4. The number of conflicts is that of the places between markers.
func TestCount(t *testing.T) {
	t.Run("conflicts are counted", func(t *testing.T) {
		r := kit.Rand(t)
		for n := range 6 {
			h := begin(t, r)
			for range n {
				h.calm(1)
				h.region(h.lines(1), h.lines(1), h.lines(1))
				h.calm(1)
				h.oneSided("replaced", "theirs")
			}
			h.calm(1)
			h.check()
		}
	})
}
