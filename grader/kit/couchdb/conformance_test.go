package couchdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-kivik/kivik/v4"
	_ "github.com/go-kivik/kivik/v4/couchdb" // the driver "couch"

	"github.com/kata-go/kata/grader/kit/couchdb"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

type object = map[string]any

func client(t *testing.T, url string) *kivik.Client {
	t.Helper()
	c, err := kivik.New("couch", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// start returns a server and a database on it.
func start(t *testing.T) (*couchdb.Server, *kivik.DB) {
	t.Helper()
	s := couchdb.Start(t)
	c := client(t, s.URL())
	if err := c.CreateDB(t.Context(), s.Name("orders")); err != nil {
		t.Fatal(err)
	}
	s.Forget()
	return s, c.DB(s.Name("orders"))
}

func differ(got, want string, err error) error {
	if err == nil && got != want {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return err
}

type conform struct {
	*conformance.Table
	ctx  context.Context
	s    *couchdb.Server
	c    *kivik.Client
	a, b *kivik.DB
}

func TestConformance(t *testing.T) {
	s, a := start(t)
	c := &conform{Table: conformance.New(t, "conformance.md", "What kata's embedded CouchDB does and refuses"), ctx: t.Context(), s: s, c: a.Client(), a: a}
	c.databases()
	c.documents()
	c.bulk()
	c.lists()
	c.changes()
	c.replication()
	c.locals()
	c.selectors()
	c.refusals()
}

// raw sends a request as it is.
func (c *conform) raw(method, path, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(c.ctx, method, c.s.URL()+"/"+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return answer.StatusCode, strings.TrimSpace(string(b)), err
}

func (c *conform) databases() {
	c.Refused("create a database twice", c.c.CreateDB(c.ctx, c.s.Name("orders")), "the file already exists")
	c.Refused("create a database of an illegal name", c.c.CreateDB(c.ctx, "Orders"), "Only lowercase characters")
	c.Works("create a database", c.c.CreateDB(c.ctx, c.s.Name("copy")))
	c.b = c.c.DB(c.s.Name("copy"))
	_, err := c.c.DB(c.s.Name("none")).Put(c.ctx, "x", object{})
	c.Refused("use a database that is not there", err, "Database does not exist")
	names, err := c.c.AllDBs(c.ctx)
	c.Works("list the databases", differ(strings.ReplaceAll(strings.Join(names, " "), c.s.Name(""), ""), "copy orders", err))
	v, err := c.c.Version(c.ctx)
	if err == nil {
		err = differ(v.Vendor, "kata's simulator", nil)
	}
	c.Works("the server's version", err)
}

// get returns a document without its revision.
func get(ctx context.Context, db *kivik.DB, id string, options ...kivik.Option) (string, object, error) {
	var doc object
	err := db.Get(ctx, id, options...).ScanDoc(&doc)
	rev, _ := doc["_rev"].(string)
	return rev, doc, err
}

func (c *conform) documents() {
	one, err := c.a.Put(c.ctx, "d", object{"v": 1})
	c.Works("put a new document", differ(fmt.Sprint(strings.HasPrefix(one, "1-")), "true", err))
	_, err = c.a.Put(c.ctx, "d", object{"v": 2})
	c.Refused("put without _rev", err, "Document update conflict.")
	c.Works("the refusal is a 409", differ(fmt.Sprint(kivik.HTTPStatus(err)), "409", nil))
	two, err := c.a.Put(c.ctx, "d", object{"v": 2, "_rev": one})
	c.Works("put with _rev", differ(fmt.Sprint(strings.HasPrefix(two, "2-")), "true", err))
	_, err = c.a.Put(c.ctx, "d", object{"v": 3, "_rev": one})
	c.Refused("put with a stale _rev", err, "Document update conflict.")
	_, err = c.a.Put(c.ctx, "new", object{"_rev": one})
	c.Refused("put with the _rev of a document that is not there", err, "Document update conflict.")
	rev, doc, err := get(c.ctx, c.a, "d")
	c.Works("get", differ(fmt.Sprint(rev == two, doc["v"]), "true 2", err))
	_, doc, err = get(c.ctx, c.a, "d", kivik.Rev(one))
	c.Works("get an older revision", differ(fmt.Sprint(doc["v"]), "1", err))
	rev, err = c.a.GetRev(c.ctx, "d")
	c.Works("the revision alone (HEAD)", differ(fmt.Sprint(rev == two), "true", err))
	_, doc, err = get(c.ctx, c.a, "d", kivik.Param("revs", true))
	if err == nil {
		err = differ(fmt.Sprint(doc["_revisions"].(object)["start"], len(doc["_revisions"].(object)["ids"].([]any))), "2 2", nil)
	}
	c.Works("get with the history", err)
	_, err = c.a.Delete(c.ctx, "d", one)
	c.Refused("delete a stale revision", err, "Document update conflict.")
	three, err := c.a.Delete(c.ctx, "d", two)
	c.Works("delete", differ(fmt.Sprint(strings.HasPrefix(three, "3-")), "true", err))
	_, _, err = get(c.ctx, c.a, "d")
	c.Refused("get what was deleted", err, "deleted")
	_, doc, err = get(c.ctx, c.a, "d", kivik.Rev(three))
	c.Works("get the tombstone by its revision", differ(fmt.Sprint(doc["_deleted"]), "true", err))
	four, err := c.a.Put(c.ctx, "d", object{"v": 4})
	c.Works("put again after a deletion", differ(fmt.Sprint(strings.HasPrefix(four, "4-")), "true", err))
	_, _, err = get(c.ctx, c.a, "none")
	c.Refused("get what never was", err, "missing")
	id, created, err := c.a.CreateDoc(c.ctx, object{"v": 1})
	_, delErr := c.a.Delete(c.ctx, id, created) // a random id would stand anywhere in the lists
	c.Works("create a document under a new id", differ(fmt.Sprint(len(id)), "32", errors.Join(err, delErr)))
	c.Works("50 writers of one revision: one wins", c.race(four))
	large := json.RawMessage(`{"n":12345678901234567890}`)
	_, err = c.a.Put(c.ctx, "large", large)
	_, body, rawErr := c.raw("GET", c.s.Name("orders")+"/large", "")
	c.Works("numbers stay as they are", differ(fmt.Sprint(strings.Contains(body, "12345678901234567890")), "true", errors.Join(err, rawErr)))
}

func (c *conform) race(rev string) error {
	won := 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := c.a.Put(c.ctx, "d", object{"by": i, "_rev": rev}); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return differ(fmt.Sprint(won), "1", nil)
}

func (c *conform) bulk() {
	r, err := c.a.BulkDocs(c.ctx, []any{object{"_id": "b1", "v": 1}, object{"_id": "b2", "v": 2}, object{"_id": "d", "v": 0}})
	if err == nil {
		err = differ(fmt.Sprint(len(r), r[0].Error, kivik.HTTPStatus(r[2].Error)), "3 <nil> 409", nil)
	}
	c.Works("bulk write, with a conflict for one document", err)
	foreign := []any{
		object{"_id": "x", "_rev": "2-bb", "_revisions": object{"start": 2, "ids": []string{"bb", "aa"}}, "v": "b"},
		object{"_id": "x", "_rev": "2-cc", "_revisions": object{"start": 2, "ids": []string{"cc", "aa"}}, "v": "c"},
		object{"_id": "x", "_rev": "3-dd", "_deleted": true, "_revisions": object{"start": 3, "ids": []string{"dd", "ee", "aa"}}},
	}
	_, err = c.a.BulkDocs(c.ctx, foreign, kivik.Param("new_edits", false))
	rev, doc, getErr := get(c.ctx, c.a, "x", kivik.Param("conflicts", true))
	c.Works("bulk write of replicas' revisions: the highest of the living wins, the others are _conflicts", differ(fmt.Sprintf("%v %v %v", rev, doc["v"], doc["_conflicts"]), "2-cc c [2-bb]", errors.Join(err, getErr)))
	_, err = c.a.Put(c.ctx, "x", object{"_rev": "2-bb", "v": "b2"})
	rev, _, getErr = get(c.ctx, c.a, "x")
	c.Works("an edit of a losing branch makes it the longest", differ(fmt.Sprint(strings.HasPrefix(rev, "3-")), "true", errors.Join(err, getErr)))
	_, err = c.a.Delete(c.ctx, "x", "2-cc")
	_, doc, getErr = get(c.ctx, c.a, "x", kivik.Param("conflicts", true))
	c.Works("deleting a loser resolves the conflict", differ(fmt.Sprintf("%v %v", doc["v"], doc["_conflicts"]), "b2 <nil>", errors.Join(err, getErr)))
	status, body, err := c.raw("GET", c.s.Name("orders")+"/x?open_revs=all", "")
	c.Works("open_revs", differ(fmt.Sprint(status, strings.Count(body, `"_rev"`)), "200 3", err))
	status, body, err = c.raw("POST", c.s.Name("orders")+"/_revs_diff", `{"x":["2-bb","9-ff"],"y":["1-aa"]}`)
	c.Works("_revs_diff", differ(fmt.Sprint(status, strings.Count(body, "missing"), strings.Contains(body, "2-bb")), "200 2 false", err))
	status, body, err = c.raw("POST", c.s.Name("orders")+"/_bulk_get?revs=true", `{"docs":[{"id":"x","rev":"2-cc"},{"id":"zz"}]}`)
	c.Works("_bulk_get", differ(fmt.Sprint(status, strings.Contains(body, `"_revisions"`), strings.Contains(body, "not_found")), "200 true true", err))
}

// rows returns the ids of a result set.
func rows(rs *kivik.ResultSet) (string, error) {
	defer rs.Close()
	var ids []string
	for rs.Next() {
		id, err := rs.ID()
		if err != nil {
			return "", err
		}
		ids = append(ids, id)
	}
	return strings.Join(ids, " "), rs.Err()
}

func (c *conform) lists() {
	got, err := rows(c.a.AllDocs(c.ctx, kivik.Params(object{"startkey": "b", "endkey": "d"})))
	c.Works("_all_docs from b to d", differ(got, "b1 b2 d", err))
	got, err = rows(c.a.AllDocs(c.ctx, kivik.Params(object{"startkey": "d", "endkey": "b", "descending": true, "limit": 2})))
	c.Works("_all_docs backward, two", differ(got, "d b2", err))
	rs := c.a.AllDocs(c.ctx, kivik.Params(object{"keys": []string{"b2", "b1"}, "include_docs": true}))
	var vs []string
	for rs.Next() {
		var doc object
		if err := rs.ScanDoc(&doc); err != nil {
			c.Works("_all_docs of keys", err)
		}
		vs = append(vs, fmt.Sprint(doc["v"]))
	}
	c.Works("_all_docs of keys, with the documents", differ(strings.Join(vs, " "), "2 1", rs.Err()))
}

func (c *conform) locals() {
	path := c.s.Name("orders") + "/_local/checkpoint"
	status, _, err := c.raw("PUT", path, `{"seq":"1"}`)
	c.Works("put a local document", differ(fmt.Sprint(status), "201", err))
	status, _, err = c.raw("PUT", path, `{"seq":"2"}`)
	c.Works("a local document needs its _rev too", differ(fmt.Sprint(status), "409", err))
	status, _, err = c.raw("PUT", path, `{"seq":"2","_rev":"0-1"}`)
	c.Works("put a local document again", differ(fmt.Sprint(status), "201", err))
	_, body, err := c.raw("GET", path, "")
	c.Works("get a local document", differ(body, `{"_id":"_local/checkpoint","_rev":"0-2","seq":"2"}`, err))
	_, body, err = c.raw("GET", c.s.Name("orders")+"/_changes", "")
	c.Works("a local document is not among the changes", differ(fmt.Sprint(strings.Contains(body, "_local")), "false", err))
}

func (c *conform) selectors() {
	for _, d := range []object{{"_id": "f1", "k": "f", "n": 1, "tags": []string{"a"}, "in": object{"x": 1}}, {"_id": "f2", "k": "f", "n": 2, "tags": []string{"a", "b"}}, {"_id": "f3", "k": "f", "n": "2"}} {
		if _, err := c.a.Put(c.ctx, d["_id"].(string), d); err != nil {
			c.Works("fill the database", err)
		}
	}
	for _, q := range []struct{ selector, ids string }{
		{`{"n":1}`, "f1"}, {`{"n":{"$gt":1}}`, "f2 f3"}, {`{"n":{"$gte":1,"$lt":2}}`, "f1"}, {`{"in.x":1}`, "f1"}, {`{"in":{"x":1}}`, "f1"}, {`{"tags":{"$all":["a","b"]}}`, "f2"},
		{`{"tags":{"$elemMatch":{"$eq":"b"}}}`, "f2"}, {`{"n":{"$in":[1,"2"]}}`, "f1 f3"}, {`{"n":{"$ne":1}}`, "f2 f3"}, {`{"in":{"$exists":false}}`, "f2 f3"}, {`{"$or":[{"n":1},{"n":"2"}]}`, "f1 f3"},
		{`{"$not":{"n":1}}`, "f2 f3"}, {`{"n":{"$type":"string"}}`, "f3"}, {`{"tags":{"$size":1}}`, "f1"},
	} {
		var s any
		err := json.Unmarshal([]byte(q.selector), &s)
		got, findErr := found(c.a.Find(c.ctx, object{"selector": object{"$and": []any{object{"k": "f"}, s}}, "fields": []string{"_id"}}))
		c.Works("_find "+q.selector, differ(got, q.ids, errors.Join(err, findErr)))
	}
	_, err := found(c.a.Find(c.ctx, object{"selector": object{"n": object{"$foo": 1}}}))
	c.Refused("_find with an unknown operator", err, "Invalid operator: $foo")
	_, err = found(c.a.Find(c.ctx, object{"selector": object{}, "sort": []any{"n"}}))
	c.Refused("_find sorted by what has no index", err, "No index exists for this sort")
}

func found(rs *kivik.ResultSet) (string, error) {
	defer rs.Close()
	var ids []string
	for rs.Next() {
		var d struct {
			ID string `json:"_id"`
		}
		if err := rs.ScanDoc(&d); err != nil {
			return "", err
		}
		ids = append(ids, d.ID)
	}
	return strings.Join(ids, " "), rs.Err()
}

func (c *conform) refusals() {
	db := c.s.Name("orders")
	for _, r := range []struct {
		what, method, path, body string
		status                   int
		says                     string
	}{
		{"a design document", "PUT", db + "/_design/x", `{}`, 501, "not_implemented"}, {"a design document in bulk", "POST", db + "/_bulk_docs", `{"docs":[{"_id":"_design/x"}]}`, 501, "design documents"},
		{"a view", "GET", db + "/_design/x/_view/y", "", 501, "not_implemented"}, {"an attachment", "PUT", db + "/d/a.txt", "x", 501, "attachments"}, {"an inline attachment", "PUT", db + "/q", `{"_attachments":{"a":{"data":""}}}`, 501, "attachments"},
		{"an index", "POST", db + "/_index", `{}`, 501, "not_implemented"}, {"replication by the server", "POST", "_replicate", `{}`, 501, "not_implemented"}, {"an unknown parameter", "GET", db + "/d?foo=1", "", 501, "the parameter foo"},
		{"an unknown member", "PUT", db + "/q", `{"_foo":1}`, 400, "Bad special document member: _foo"}, {"an id with an underscore", "PUT", db + "/_foo", `{}`, 501, "not_implemented"}, {"a body that is no JSON", "PUT", db + "/q", `{`, 400, "invalid UTF-8 JSON"},
		{"a _rev of another form", "PUT", db + "/q", `{"_rev":"x"}`, 400, "Invalid rev format"}, {"two revisions that differ", "PUT", db + "/q?rev=1-a", `{"_rev":"1-b"}`, 400, "different values"}, {"delete without a revision", "DELETE", db + "/d", "", 409, "conflict"},
		{"a feed of another kind", "GET", db + "/_changes?feed=eventsource", "", 501, "the feed eventsource"}, {"a filter function", "GET", db + "/_changes?filter=a/b", "", 501, "the filter a/b"}, {"a sequence that is none", "GET", db + "/_changes?since=abc", "", 400, "Malformed sequence"},
		{"delete a database that is not there", "DELETE", db + "x", "", 404, "Database does not exist"}, {"a method of no use", "PATCH", db, "", 405, "method_not_allowed"},
	} {
		status, body, err := c.raw(r.method, r.path, r.body)
		if err == nil && status == r.status {
			err = errors.New(body)
		} else {
			err = fmt.Errorf("%d, not %d: %s: %w", status, r.status, body, errors.Join(err))
		}
		c.Refused(fmt.Sprintf("%s (%d)", r.what, r.status), err, r.says)
	}
	c.Works("delete a database", c.c.DestroyDB(c.ctx, c.s.Name("copy")))
}
