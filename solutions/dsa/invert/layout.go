// Package invert mirrors page layouts.
package invert

// Pane is a part of a page. It may be divided into a left and a right part.
type Pane struct {
	Name        string
	Title       string
	Hidden      bool
	Left, Right *Pane
}

// Mirror swaps left and right in the whole layout. What is still to be done
// waits on a stack of its own, not on the goroutine's.
func Mirror(root *Pane) {
	todo := []*Pane{root}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p == nil {
			continue
		}
		p.Left, p.Right = p.Right, p.Left
		todo = append(todo, p.Left, p.Right)
	}
}

// Mirrored returns a mirrored copy of the layout.
func Mirrored(root *Pane) *Pane {
	root = clone(root)
	todo := []*Pane{root}
	for len(todo) > 0 {
		p := todo[len(todo)-1] // a copy whose children are still the original's
		todo = todo[:len(todo)-1]
		if p == nil {
			continue
		}
		p.Left, p.Right = clone(p.Right), clone(p.Left)
		todo = append(todo, p.Left, p.Right)
	}
	return root
}

// clone returns a copy of one pane, with the same children, or nil.
func clone(p *Pane) *Pane {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
