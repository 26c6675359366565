package invert_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/dsa/invert"
)

type pane = invert.Pane

// page is a layout, and what its panes were when it was built.
type page struct {
	t     testing.TB
	what  string
	panes []*pane // panes[0] is the root
	was   []pane  // of a small layout
}

// build lays out n panes, n > 0. Each pane after the first is put under one that
// choose returns, on the side that it returns, as long as that is free.
func build(t testing.TB, what string, n int, choose func(i int) (parent int, left bool)) *page {
	p := &page{t: t, what: what, panes: make([]*pane, n)}
	nodes := make([]pane, n)
	for i := range nodes {
		p.panes[i] = &nodes[i]
		nodes[i] = pane{Name: "pane", Title: "title", Hidden: i%3 == 1}
		if n < 100 { // naming a million takes longer than mirroring them
			nodes[i].Name, nodes[i].Title = fmt.Sprint(i), "title "+fmt.Sprint(n-i)
		}
		if i > 0 {
			p.hang(i, choose)
		}
	}
	if n < 100 {
		p.was = append([]pane{}, nodes...)
	}
	return p
}

func (p *page) hang(i int, choose func(int) (int, bool)) {
	for {
		parent, left := choose(i)
		side := &p.panes[parent].Right
		if left {
			side = &p.panes[parent].Left
		}
		if *side == nil {
			*side = p.panes[i]
			return
		}
	}
}

// small draws a layout of n panes in any form.
func small(t testing.TB, r *rand.Rand, n int) *page {
	return build(t, "", n, func(i int) (int, bool) { return r.IntN(i), r.IntN(2) == 0 })
}

// nested is a way to lay out one pane in the other.
type nested struct {
	what string
	left func(i int) bool
}

var (
	zigzag = nested{"left and right in turns", func(i int) bool { return i%2 == 0 }}
	chains = []nested{{"always on the left", func(int) bool { return true }}, {"always on the right", func(int) bool { return false }}, zigzag}
)

func (c nested) deep(t testing.TB, n int) *page {
	return build(t, fmt.Sprintf("a layout %d panes deep,\n%s", n, c.what), n, func(i int) (int, bool) { return i - 1, c.left(i) })
}

// swapped reports whether each pane of a deep layout, laid out as c says, has
// the next one on the other side now.
func (c nested) swapped(p *page) bool {
	for i, next := range p.panes[1:] {
		side := p.panes[i].Left
		if c.left(i + 1) {
			side = p.panes[i].Right
		}
		if side != next {
			return false
		}
	}
	return true
}

// root is the page's.
func (p *page) root() *pane { return p.panes[0] }

// String draws a small layout as name(left right).
func (p *page) String() string {
	if p.what != "" {
		return p.what
	}
	return draw(p.root(), 0)
}

func draw(p *pane, depth int) string {
	switch {
	case p == nil:
		return "-"
	case p.Left == nil && p.Right == nil:
		return p.Name
	case depth > 12: // somebody made a ring
		return "…"
	}
	return fmt.Sprintf("%s(%s %s)", p.Name, draw(p.Left, depth+1), draw(p.Right, depth+1))
}

// mirrored draws what a small layout looks like in a mirror.
func mirrored(p *pane, depth int) string {
	if p == nil || p.Left == nil && p.Right == nil || depth > 12 {
		return draw(p, depth)
	}
	return fmt.Sprintf("%s(%s %s)", p.Name, mirrored(p.Right, depth+1), mirrored(p.Left, depth+1))
}

func (p *page) fail(sent, got, want string, by any) {
	p.t.Helper()
	note := ""
	if p.what == "" {
		note = "a pane is drawn as name(left right), and - where there is none"
	}
	kit.Fail(p.t, kit.Failure{Sent: sent, Got: got, Want: want, Note: note, At: kit.At(by)})
}

// unchanged returns the name of a pane that is not what it was, or "".
func (p *page) unchanged() string {
	for i, q := range p.panes {
		if *q != p.was[i] {
			return q.Name
		}
	}
	return ""
}

// turned returns the name of a pane that is not what it was with left and right
// swapped, or "".
func (p *page) turned() string {
	for i, q := range p.panes {
		want := p.was[i]
		want.Left, want.Right = want.Right, want.Left
		if *q != want {
			return p.was[i].Name
		}
	}
	return ""
}

// pair is a pane and what should be its copy.
type pair struct{ original, copy *pane }

// differs compares root with the page's mirror image, and returns in words where
// they differ, or "".
func (p *page) differs(root *pane) string {
	todo := []pair{{p.root(), root}}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at.original == nil && at.copy == nil {
			continue
		}
		if at.original == nil || at.copy == nil {
			return fmt.Sprintf("a pane where there should be none, or none instead of one (%s)", name(at.original, at.copy))
		}
		a, b := *at.original, *at.copy
		if a.Name != b.Name || a.Title != b.Title || a.Hidden != b.Hidden {
			return fmt.Sprintf("{Name: %s, Title: %s, Hidden: %t}\ninstead of {Name: %s, Title: %s, Hidden: %t}", b.Name, b.Title, b.Hidden, a.Name, a.Title, a.Hidden)
		}
		todo = append(todo, pair{a.Left, b.Right}, pair{a.Right, b.Left})
	}
	return ""
}

func name(panes ...*pane) string {
	var names []string
	for _, p := range panes {
		if p != nil {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, " ")
}

// uncollected turns the collector off until the test ends: it would shrink the
// stacks that are measured, and it is slow to follow a chain of a million.
func uncollected(t testing.TB) {
	before := debug.SetGCPercent(-1)
	t.Cleanup(func() { debug.SetGCPercent(before) })
}

// stack calls f and returns by how many bytes the process's stacks have grown
// since.
func stack(f func()) int64 {
	var before, after runtime.MemStats
	done := make(chan struct{})
	go func() { // on a stack of its own, which lives until it is measured
		defer close(done)
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
	}()
	<-done
	return int64(after.StackInuse) - int64(before.StackInuse)
}
