package invert_test

import (
	"fmt"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/dsa/invert"
)

// 1. Mirror swaps left and right of every pane, at every level, also where one of the two is missing.
func TestMirror(t *testing.T) {
	t.Run("left and right are swapped at every level", func(t *testing.T) {
		p := build(t, "", 15, func(i int) (int, bool) { return (i - 1) / 2, i%2 == 1 })
		p.mirrors()
	})
	t.Run("a pane that stands alone changes sides", func(t *testing.T) {
		for _, left := range []bool{true, false} {
			build(t, "", 2, func(int) (int, bool) { return 0, left }).mirrors()
		}
	})
	t.Run("layouts of any form are mirrored", func(t *testing.T) {
		r := kit.Rand(t)
		for n := 1; n <= 12; n++ {
			small(t, r, n).mirrors()
		}
	})
	t.Run("mirroring an empty layout does nothing", func(t *testing.T) { invert.Mirror(nil) })
	t.Run("a layout that is mirrored twice is as it was", func(t *testing.T) {
		p := small(t, kit.Rand(t), 9)
		sent := "twice Mirror of " + p.String()
		invert.Mirror(p.root())
		invert.Mirror(p.root())
		if bad := p.unchanged(); bad != "" {
			p.fail(sent, p.String(), "the layout that it was", invert.Mirror)
		}
	})
}

// mirrors fails unless Mirror turns the page.
func (p *page) mirrors() {
	p.t.Helper()
	sent, want := p.String(), mirrored(p.root(), 0)
	invert.Mirror(p.root())
	if got := draw(p.root(), 0); got != want {
		p.fail("Mirror of "+sent, got, want, invert.Mirror)
	}
}

// 2. Mirror turns the layout itself: every pane stays the pane that it was, for whoever holds a pointer to it, and no other takes its place.
func TestInPlace(t *testing.T) {
	t.Run("who holds a pane holds it after mirroring", func(t *testing.T) {
		r := kit.Rand(t)
		for n := 3; n <= 12; n++ {
			p := small(t, r, n)
			sent := "Mirror of " + p.String()
			invert.Mirror(p.root())
			if bad := p.turned(); bad != "" {
				p.fail(sent, "the pane that was "+bad+" is another one now, or not swapped", "the same panes, each with left and right swapped", invert.Mirror)
			}
		}
	})
}

// 3. Mirrored returns the mirrored layout, with everything that its panes hold, and leaves the original as it was.
func TestMirrored(t *testing.T) {
	t.Run("the copy is the mirror image", func(t *testing.T) {
		r := kit.Rand(t)
		for n := 1; n <= 12; n++ {
			p := small(t, r, n)
			sent, want := p.String(), mirrored(p.root(), 0)
			if got := draw(invert.Mirrored(p.root()), 0); got != want {
				p.fail("Mirrored of "+sent, got, want, invert.Mirrored)
			}
		}
	})
	t.Run("the copy holds what the panes hold", func(t *testing.T) {
		p := small(t, kit.Rand(t), 7)
		if bad := p.differs(invert.Mirrored(p.root())); bad != "" {
			p.fail("Mirrored of "+p.String(), bad, "the copy's panes hold what the original's hold", invert.Mirrored)
		}
	})
	t.Run("the original stays as it was", func(t *testing.T) {
		p := small(t, kit.Rand(t), 9)
		sent := p.String()
		invert.Mirrored(p.root())
		if bad := p.unchanged(); bad != "" {
			p.fail("Mirrored of "+sent, "the original is now "+p.String(), "the original as it was", invert.Mirrored)
		}
	})
	t.Run("the copy of an empty layout is empty", func(t *testing.T) {
		if got := invert.Mirrored(nil); got != nil {
			kit.Fail(t, kit.Failure{Sent: "Mirrored(nil)", Got: draw(got, 0), Want: "nil", At: kit.At(invert.Mirrored)})
		}
	})
}

// 4. A copy has no pane in common with its original.
func TestApart(t *testing.T) {
	t.Run("what is hidden in the copy stays visible in the original", func(t *testing.T) {
		r := kit.Rand(t)
		for n := 1; n <= 12; n++ {
			small(t, r, n).apart()
		}
	})
}

// apart changes every pane of the copy and fails when that shows in the original.
func (p *page) apart() {
	p.t.Helper()
	todo := []*pane{invert.Mirrored(p.root())}
	for len(todo) > 0 {
		c := todo[0]
		if todo = todo[1:]; c == nil {
			continue
		}
		todo = append(todo, c.Left, c.Right)
		c.Hidden, c.Title = !c.Hidden, "joke"
		if bad := p.unchanged(); bad != "" {
			sent := "Mirrored of " + p.String() + ",\nthen pane " + c.Name + " of the copy is hidden"
			p.fail(sent, "pane "+bad+" of the original is hidden too", "the original as it was", invert.Mirrored)
		}
	}
}

const (
	levels  = 100_000 // deep enough to see a stack grow, and too few to end the process
	million = 1_000_000
	most    = 1 << 20 // bytes
)

// 5. A layout a million panes deep, on whichever side, is mirrored like any other, in place or copied, without a call stack that grows with it.
func TestDeep(t *testing.T) {
	t.Run("mirroring a deep layout in place takes no deep stack", func(t *testing.T) {
		uncollected(t)
		for _, chain := range chains {
			p := chain.deep(t, levels)
			p.shallow("Mirror", func() { invert.Mirror(p.root()) }, invert.Mirror)
		}
		p := zigzag.deep(t, million)
		if invert.Mirror(p.root()); !zigzag.swapped(p) {
			p.fail("Mirror of "+p.String(), "a pane is not swapped", "every pane swapped", invert.Mirror)
		}
	})
	t.Run("copying a deep layout takes no deep stack", func(t *testing.T) {
		uncollected(t)
		for _, chain := range chains {
			p := chain.deep(t, levels)
			p.shallow("Mirrored", func() { invert.Mirrored(p.root()) }, invert.Mirrored)
		}
		p := zigzag.deep(t, million)
		if bad := p.differs(invert.Mirrored(p.root())); bad != "" {
			p.fail("Mirrored of "+p.String(), bad, "the mirror image", invert.Mirrored)
		}
	})
}

// shallow fails when f's call stack grows with the layout.
func (p *page) shallow(what string, f func(), by any) {
	p.t.Helper()
	if grown := stack(f); grown > most {
		p.fail(fmt.Sprintf("%s of %s", what, p), fmt.Sprintf("%d MB of call stack", grown>>20), "a stack that does not grow with the layout, less than 1 MB", by)
	}
}
