package couchdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-kivik/kivik/v4"
)

// feed returns the ids and the last sequence of a feed that ends.
func feed(ch *kivik.Changes) (ids, last string, err error) {
	defer ch.Close()
	var all []string
	for ch.Next() {
		id := ch.ID()
		if ch.Deleted() {
			id += "†"
		}
		all = append(all, id)
	}
	if err := ch.Err(); err != nil {
		return "", "", err
	}
	meta, err := ch.Metadata()
	if err != nil {
		return "", "", err
	}
	return strings.Join(all, " "), meta.LastSeq, nil
}

func (c *conform) changes() {
	if err := c.c.CreateDB(c.ctx, c.s.Name("feed")); err != nil {
		c.Works("create a database", err)
	}
	db := c.c.DB(c.s.Name("feed"))
	put := func(id string, doc object) string {
		rev, err := db.Put(c.ctx, id, doc)
		if err != nil {
			c.Works("put", err)
		}
		return rev
	}
	a := put("a", object{})
	b := put("b", object{})
	put("a", object{"_rev": a, "v": 2})
	_, err := db.Delete(c.ctx, "b", b)
	got, last, feedErr := feed(db.Changes(c.ctx))
	c.Works("the changes, each document once, in the order of the last change", differ(got, "a b†", errors.Join(err, feedErr)))
	c.Works("a sequence is no number", differ(fmt.Sprint(strings.HasPrefix(last, "4-")), "true", nil))
	put("c", object{})
	got, next, err := feed(db.Changes(c.ctx, kivik.Param("since", last)))
	c.Works("the changes since a sequence", differ(got, "c", err))
	got, _, err = feed(db.Changes(c.ctx, kivik.Params(object{"limit": 2})))
	c.Works("two changes", differ(got, "a b†", err))
	got, _, err = feed(db.Changes(c.ctx, kivik.Params(object{"filter": "_doc_ids", "doc_ids": []string{"c"}})))
	c.Works("the changes of some documents", differ(got, "c", err))
	got, _, err = feed(db.Changes(c.ctx, kivik.Params(object{"feed": "longpoll", "since": "now", "timeout": 1})))
	c.Works("a longpoll without a change ends by its timeout", differ(got, "", err))
	c.Works("a longpoll ends with the first change", c.longpoll(next, put))
	c.Works("a continuous feed goes on", c.continuous(db, put))
}

// longpoll starts a feed that must wait, then makes a change.
func (c *conform) longpoll(since string, put func(string, object) string) error {
	type answer struct {
		body string
		err  error
	}
	ended := make(chan answer, 1)
	go func() {
		_, body, err := c.raw("GET", c.s.Name("feed")+"/_changes?feed=longpoll&since="+since, "")
		ended <- answer{body, err}
	}()
	put("d", object{})
	got := <-ended
	return differ(fmt.Sprint(strings.Count(got.body, `"id":"d"`)), "1", got.err)
}

func (c *conform) continuous(db *kivik.DB, put func(string, object) string) error {
	ctx, cancel := context.WithTimeout(c.ctx, 20*time.Second)
	defer cancel()
	ch := db.Changes(ctx, kivik.Params(object{"feed": "continuous", "since": "now", "heartbeat": 50}))
	defer ch.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, id := range []string{"e", "f"} {
			put(id, object{})
		}
	}()
	<-done
	// the feed may have begun before e, between or after f: one more change is seen
	go put("g", object{})
	for ch.Next() {
		if ch.ID() == "g" {
			return nil
		}
	}
	return errors.Join(errors.New("the change was not seen"), ch.Err())
}

func (c *conform) replication() {
	r, err := kivik.Replicate(c.ctx, c.b, c.a)
	if err == nil {
		err = differ(fmt.Sprint(r.DocWriteFailures, r.DocsWritten > 0), "0 true", nil)
	}
	c.Works("replicate with kivik", err)
	a, aErr := dump(c.ctx, c.a)
	b, bErr := dump(c.ctx, c.b)
	c.Works("replicas are equal, revisions too", differ(b, a, errors.Join(aErr, bErr)))
	rev, _, err := get(c.ctx, c.a, "b1")
	_, err1 := c.a.Put(c.ctx, "b1", object{"_rev": rev, "side": "a"})
	_, err2 := c.b.Put(c.ctx, "b1", object{"_rev": rev, "side": "b"})
	_, err3 := kivik.Replicate(c.ctx, c.b, c.a)
	_, err4 := kivik.Replicate(c.ctx, c.a, c.b)
	aRev, x, err5 := get(c.ctx, c.a, "b1", kivik.Param("conflicts", true))
	bRev, y, err6 := get(c.ctx, c.b, "b1", kivik.Param("conflicts", true))
	got := fmt.Sprint(aRev == bRev, x["side"] == y["side"], len(x["_conflicts"].([]any)))
	c.Works("edits apart: both replicas have the same winner and one conflict", differ(got, "true true 1", errors.Join(err, err1, err2, err3, err4, err5, err6)))
}

// dump tells every leaf of every document.
func dump(ctx context.Context, db *kivik.DB) (string, error) {
	ch := db.Changes(ctx, kivik.Params(object{"style": "all_docs"}))
	defer ch.Close()
	all := map[string][]string{}
	for ch.Next() {
		all[ch.ID()] = ch.Changes()
	}
	b, err := json.Marshal(all)
	return string(b), errors.Join(err, ch.Err())
}

func TestTwoHundredTestsShareNothing(t *testing.T) {
	t.Run("all", func(t *testing.T) {
		for i := range 200 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				_, db := start(t)
				if _, err := db.Put(t.Context(), "a", object{"of": i}); err != nil {
					t.Fatal(err)
				}
				_, doc, err := get(t.Context(), db, "a")
				if err := differ(fmt.Sprint(doc["of"]), fmt.Sprint(i), err); err != nil {
					t.Error(err)
				}
			})
		}
	})
}

func TestRecordsRequests(t *testing.T) {
	s, db := start(t)
	rev, err := db.Put(t.Context(), "17", object{"v": 1})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = db.Put(t.Context(), "17", object{"v": 2})
	_, _ = db.Put(t.Context(), "17", object{"v": 2, "_rev": rev})
	_, _, _ = get(t.Context(), client(t, s.OwnURL()).DB(s.Name("orders")), "17")
	want := "CouchDB saw PUT orders/17\n       then PUT orders/17 → 409\n       then PUT orders/17 _rev " + rev[:6] + "…"
	if got := s.Saw(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s.Forget()
	if len(s.Requests()) != 0 {
		t.Error("Forget left something")
	}
}

func TestDownEndsFeeds(t *testing.T) {
	s, db := start(t)
	ch := db.Changes(t.Context(), kivik.Params(object{"feed": "continuous", "include_docs": true}))
	defer ch.Close()
	if _, err := db.Put(t.Context(), "a", object{}); err != nil {
		t.Fatal(err)
	}
	if !ch.Next() {
		t.Fatalf("no change: %v", ch.Err())
	}
	s.Down()
	if ch.Next() {
		t.Error("a feed goes on although the server is down")
	}
	if _, err := db.Put(t.Context(), "b", object{}); err == nil {
		t.Error("it is down and answers")
	}
	s.Up()
	if _, err := db.Put(t.Context(), "b", object{}); err != nil {
		t.Errorf("it is up and does not answer: %v", err)
	}
}

func TestCutAfterHidesWhatWasDone(t *testing.T) {
	s, db := start(t)
	sprung := s.CutAfter(1)
	if _, err := db.Put(t.Context(), "a", object{"v": 1}); err == nil {
		t.Error("the client got an answer after all")
	}
	if !sprung() {
		t.Error("sprung says that it did not run")
	}
	s.Up()
	if _, doc, err := get(t.Context(), db, "a"); err != nil || fmt.Sprint(doc["v"]) != "1" {
		t.Errorf("got %v, %v, want the document that was put", doc, err)
	}
}
