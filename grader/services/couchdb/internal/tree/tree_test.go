package tree

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

func edit(t *testing.T, d *Tree, parent, v string, deleted bool) *Revision {
	t.Helper()
	r, err := d.Edit(parent, map[string]any{"v": v}, deleted)
	if err != nil {
		t.Fatalf("edit %q: %v", parent, err)
	}
	return r
}

func TestEdit(t *testing.T) {
	var d Tree
	one := edit(t, &d, "", "a", false)
	two := edit(t, &d, one.ID, "b", false)
	for name, parent := range map[string]string{"a stale parent": one.ID, "none": "", "an unknown one": "2-ff"} {
		if _, err := d.Edit(parent, nil, false); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: got %v, want a conflict", name, err)
		}
	}
	if _, err := d.Edit("x", nil, false); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v, want a refused format", err)
	}
	gone := edit(t, &d, two.ID, "", true)
	if again := edit(t, &d, "", "c", false); again.Parent != gone.ID || Generation(again.ID) != 4 {
		t.Errorf("after the deletion %s the next is %+v", gone.ID, again)
	}
	if h := d.History(d.Winner().ID); len(h) != 4 {
		t.Errorf("the history has %d revisions, want 4", len(h))
	}
}

// Replicas that get the same revisions, in whatever order, agree.
func TestEveryOrderHasOneWinner(t *testing.T) {
	type grafted struct {
		id        string
		ancestors []string
		deleted   bool
	}
	all := []grafted{{"1-a", []string{"a"}, false}, {"2-b", []string{"b", "a"}, false}, {"2-c", []string{"c", "a"}, false}, {"3-d", []string{"d", "c", "a"}, true}, {"4-e", []string{"e", "d", "c", "a"}, true}, {"2-f", []string{"f", "a"}, false}}
	for seed := range uint64(50) {
		var d Tree
		order := append([]grafted{}, all...)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, g := range order {
			if _, err := d.Graft(g.id, g.ancestors, map[string]any{}, g.deleted); err != nil {
				t.Fatal(err)
			}
		}
		leaves := ""
		for _, l := range d.Leaves() {
			leaves += " " + l.ID
		}
		if leaves != " 2-f 2-b 4-e" {
			t.Errorf("seed %d: leaves%s, want 2-f 2-b 4-e", seed, leaves)
		}
	}
}

func FuzzGraft(f *testing.F) {
	f.Add("2-b", "b", "a")
	f.Add("1-a", "a", "")
	f.Fuzz(func(t *testing.T, id, own, parent string) {
		var d Tree
		ancestors := []string{own}
		if parent != "" {
			ancestors = append(ancestors, parent)
		}
		added, err := d.Graft(id, ancestors, map[string]any{}, false)
		if err != nil {
			return
		}
		if !added || d.Winner() == nil || d.Winner().ID != id {
			t.Errorf("the winner after %s is %v", id, d.Winner())
		}
		if n := len(d.History(id)); n != len(ancestors) {
			t.Error(fmt.Errorf("a history of %d, want %d", n, len(ancestors)))
		}
	})
}
