// Package tree is the history of one document: every revision that was made of
// it, also those that two replicas made apart, and which of them wins.
// https://docs.couchdb.org/en/stable/replication/conflicts.html
//
// It is pure; databases and HTTP are others' business.
package tree

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Revision is one node. A revision of which only the id is known, because a
// replica told it as an ancestor, has no Body.
type Revision struct {
	ID      string // 3-0123abcd
	Parent  string // "" for a first one
	Deleted bool
	Body    map[string]any // without the fields that start with "_"
}

// Tree is a document's revisions.
type Tree struct{ all map[string]*Revision }

// The errors of edits, which a caller can tell apart.
var (
	ErrConflict = Refusef("Document update conflict.")
	ErrFormat   = Refusef("Invalid rev format")
)

// Generation returns the number in front of a revision's id, 0 for "".
func Generation(id string) int {
	n, _, _ := strings.Cut(id, "-")
	g, err := strconv.Atoi(n)
	if err != nil {
		return 0
	}
	return g
}

// Valid reports whether id looks like a revision's.
func Valid(id string) bool { return regexp.MustCompile(`^[1-9]\d{0,8}-[0-9A-Za-z]+$`).MatchString(id) }

// Get returns a revision, nil when it is not known.
func (t *Tree) Get(id string) *Revision { return t.all[id] }

// Leaves returns the revisions that nothing follows, the winner first: one that
// is not deleted, of the longest history, of the highest id. Every replica that
// has the same leaves comes to the same winner.
func (t *Tree) Leaves() []*Revision {
	parents := map[string]bool{}
	for _, r := range t.all {
		parents[r.Parent] = true
	}
	var leaves []*Revision
	for _, r := range t.all {
		if !parents[r.ID] {
			leaves = append(leaves, r)
		}
	}
	slices.SortFunc(leaves, func(a, b *Revision) int {
		return cmp.Or(flag(a.Deleted)-flag(b.Deleted), cmp.Compare(Generation(b.ID), Generation(a.ID)), strings.Compare(b.ID, a.ID))
	})
	return leaves
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Winner returns the first of the leaves, nil when there is no revision.
func (t *Tree) Winner() *Revision {
	if l := t.Leaves(); len(l) > 0 {
		return l[0]
	}
	return nil
}

// History returns a revision's ancestors' hashes, its own first.
func (t *Tree) History(id string) []string {
	var hashes []string
	for r := t.all[id]; r != nil; r = t.all[r.Parent] {
		_, h, _ := strings.Cut(r.ID, "-")
		hashes = append(hashes, h)
	}
	return hashes
}

// Edit adds a revision after parent, which must be a leaf; "" for a document
// that is new or deleted. Equal edits of equal parents have equal ids, wherever
// they are made.
func (t *Tree) Edit(parent string, body map[string]any, deleted bool) (*Revision, error) {
	winner := t.Winner()
	switch {
	case parent != "" && !Valid(parent):
		return nil, ErrFormat
	case parent == "" && winner != nil && !winner.Deleted:
		return nil, ErrConflict
	case parent == "" && winner != nil:
		parent = winner.ID
	case parent != "" && !slices.ContainsFunc(t.Leaves(), func(r *Revision) bool { return r.ID == parent }):
		return nil, ErrConflict
	}
	id, err := hash(parent, body, deleted)
	if err != nil {
		return nil, err
	}
	r := &Revision{id, parent, deleted, body}
	t.add(r)
	return r, nil
}

func (t *Tree) add(r *Revision) {
	if t.all == nil {
		t.all = map[string]*Revision{}
	}
	t.all[r.ID] = r
}

func hash(parent string, body map[string]any, deleted bool) (string, error) {
	b, err := json.Marshal([]any{parent, deleted, body}) // fields in the order of their names
	if err != nil {
		return "", err
	}
	sum := md5.Sum(b)
	return fmt.Sprintf("%d-%s", Generation(parent)+1, hex.EncodeToString(sum[:])), nil
}

// Graft adds a revision that another replica made, with its ancestors' hashes,
// its own first. It reports false when it was known.
func (t *Tree) Graft(id string, ancestors []string, body map[string]any, deleted bool) (bool, error) {
	if !Valid(id) || len(ancestors) > Generation(id) {
		return false, ErrFormat
	}
	if r := t.all[id]; r != nil && r.Body != nil {
		return false, nil
	}
	if len(ancestors) == 0 {
		_, h, _ := strings.Cut(id, "-")
		ancestors = []string{h}
	}
	for i := len(ancestors) - 1; i >= 0; i-- {
		r := &Revision{ID: fmt.Sprintf("%d-%s", Generation(id)-i, ancestors[i])}
		if i+1 < len(ancestors) {
			r.Parent = fmt.Sprintf("%d-%s", Generation(id)-i-1, ancestors[i+1])
		}
		if !Valid(r.ID) || i == 0 && r.ID != id {
			return false, ErrFormat
		}
		if old := t.all[r.ID]; old == nil {
			t.add(r)
		} else if old.Parent == "" {
			old.Parent = r.Parent // this replica knows more of the past
		}
	}
	t.all[id].Body, t.all[id].Deleted = body, deleted
	return true, nil
}
