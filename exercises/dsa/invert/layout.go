// Package invert mirrors page layouts.
package invert

// Pane is a part of a page. It may be divided into a left and a right part.
type Pane struct {
	Name        string
	Title       string
	Hidden      bool
	Left, Right *Pane
}

// Mirror swaps left and right in the whole layout.
func Mirror(root *Pane) {
	if root == nil || root.Left == nil || root.Right == nil {
		return // nothing to swap
	}
	root.Left, root.Right = root.Right, root.Left
	Mirror(root.Left)
	Mirror(root.Right)
}

// Mirrored returns a mirrored copy of the layout.
func Mirrored(root *Pane) *Pane {
	if root == nil || root.Left == nil && root.Right == nil {
		return root // looks the same in a mirror
	}
	return &Pane{
		Name:   root.Name,
		Hidden: root.Hidden,
		Left:   Mirrored(root.Right),
		Right:  Mirrored(root.Left),
	}
}
