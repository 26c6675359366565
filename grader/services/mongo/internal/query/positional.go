package query

import (
	"strings"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Conjuncts returns the conditions that a document must satisfy all of.
func (n Node) Conjuncts() []Node {
	if n.Op != "$and" {
		return []Node{n}
	}
	var all []Node
	for _, k := range n.Kids {
		all = append(all, k.Conjuncts()...)
	}
	return all
}

// Element returns the index of the first element of the array at path that the
// filter's conditions about it select: what "$" stands for in an update.
// Conditions that each need another element leave it undefined in MongoDB, and
// here it is not found.
func (n Node) Element(a value.A, path string) (int, bool) {
	var about []Node
	for _, c := range n.Conjuncts() {
		if c.Path == path || strings.HasPrefix(c.Path, path+".") {
			about = append(about, c)
		}
	}
	for i, e := range a {
		if len(about) > 0 && selects(about, e, path) {
			return i, true
		}
	}
	return 0, false
}

func selects(about []Node, e any, path string) bool {
	for _, c := range about {
		if !c.selects(e, path) {
			return false
		}
	}
	return true
}

func (n Node) selects(e any, path string) bool {
	if n.Path == path && n.Op == "$elemMatch" {
		return n.anyElement(value.A{e})
	}
	if n.Path == path {
		n.Path = ""
		return n.MatchValue(e)
	}
	d, ok := e.(value.D)
	n.Path = strings.TrimPrefix(n.Path, path+".")
	return ok && n.Match(d)
}
