package couchdb_test

import (
	"fmt"
	"testing"

	"github.com/go-kivik/kivik/v4"
	_ "github.com/go-kivik/kivik/v4/couchdb" // the driver "couch"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/couchdb"
	answer "github.com/kata-go/kata/solutions/smoke/couchdb"
)

// 1. A conflict is tried again.
func TestIt(t *testing.T) {
	s := couchdb.Start(t)
	database := func(url string) *kivik.DB {
		c, err := kivik.New("couch", url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c.DB(s.Name("counts"))
	}
	own := database(s.OwnURL())
	if err := own.Client().CreateDB(t.Context(), s.Name("counts")); err != nil {
		t.Fatal(err)
	}
	rev, err := own.Put(t.Context(), "tea", map[string]any{"n": 0})
	if err != nil {
		t.Fatal(err)
	}
	between := s.After(1, func() {
		if _, err := own.Put(t.Context(), "tea", map[string]any{"_rev": rev, "n": 10}); err != nil {
			t.Error(err)
		}
	})
	err = answer.Count(t.Context(), database(s.URL()), "tea")
	var d struct{ N int }
	if get := own.Get(t.Context(), "tea").ScanDoc(&d); get != nil || err != nil || d.N != 11 || !between() {
		kit.Fail(t, kit.Failure{Got: fmt.Sprint(d.N, err, get), Want: "11", Note: s.Saw()})
	}
}
