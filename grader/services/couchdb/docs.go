package main

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/couchdb/internal/tree"
)

// edit is a document as a client sent it.
type edit struct {
	id, rev   string
	deleted   bool
	ancestors []string
	body      map[string]any
}

// special are the fields that a document may have beside its own. Those that
// only a server makes are passed over.
var special = []string{"_conflicts", "_deleted_conflicts", "_local_seq", "_revs_info", "_attachments"}

// parseEdit takes a document apart.
func parseEdit(id string, doc map[string]any) (edit, error) {
	e := edit{id: id, body: map[string]any{}}
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		v := doc[name]
		ok := true
		switch {
		case !strings.HasPrefix(name, "_"):
			e.body[name] = v
		case name == "_id":
			var own string
			own, ok = v.(string)
			if ok && id != "" && own != id {
				return e, bad("Document ID must match the path")
			}
			e.id = own
		case name == "_rev":
			e.rev, ok = v.(string)
		case name == "_deleted":
			e.deleted, ok = v.(bool)
		case name == "_revisions":
			e.ancestors, ok = ancestors(v)
		case name == "_attachments" && len(asObject(v)) > 0:
			return e, unsupported("attachments")
		case !slices.Contains(special, name):
			return e, &failure{400, "doc_validation", "Bad special document member: " + name}
		}
		if !ok {
			return e, bad("the member " + name + " of a document has the wrong type")
		}
	}
	return e, checkID(e.id)
}

func asObject(v any) map[string]any { m, _ := v.(map[string]any); return m }

func ancestors(v any) ([]string, bool) {
	list, ok := asObject(v)["ids"].([]any)
	var hashes []string
	for _, h := range list {
		s, isText := h.(string)
		ok = ok && isText
		hashes = append(hashes, s)
	}
	return hashes, ok
}

func checkID(id string) error {
	switch {
	case strings.HasPrefix(id, "_design/"):
		return unsupported("design documents")
	case strings.HasPrefix(id, "_"):
		return &failure{400, "illegal_docid", "Only reserved document ids may start with underscore."}
	}
	return nil
}

// apply makes a revision; the lock must be held.
func (d *database) apply(e edit, newEdits bool) (rev string, err error) {
	doc := d.docs[e.id]
	if doc == nil {
		doc = &document{}
	}
	if newEdits {
		r, err := doc.Edit(e.rev, e.body, e.deleted)
		if err != nil {
			return "", refused(err)
		}
		d.docs[e.id] = doc
		d.touch(doc)
		return r.ID, nil
	}
	if e.rev == "" {
		return "", bad("a document of new_edits=false needs its _rev")
	}
	added, err := doc.Graft(e.rev, e.ancestors, e.body, e.deleted)
	if err != nil {
		return "", refused(err)
	}
	if added {
		d.docs[e.id] = doc
		d.touch(doc)
	}
	return e.rev, nil
}

func refused(err error) error {
	switch {
	case errors.Is(err, tree.ErrConflict):
		return &failure{409, "conflict", err.Error()}
	case errors.Is(err, tree.ErrFormat):
		return bad(err.Error())
	}
	return err
}

// document answers what is asked of one document.
func (d *database) document(q *request, id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	switch q.Method {
	case http.MethodGet, http.MethodHead:
		return d.get(q, id)
	case http.MethodPut:
		doc, err := q.decode()
		if err != nil {
			return err
		}
		e, err := parseEdit(id, doc)
		e.id = id
		if err != nil {
			return err
		}
		return d.put(q, e)
	case http.MethodDelete:
		return d.put(q, edit{id: id, deleted: true, body: map[string]any{}})
	case "COPY":
		return unsupported("COPY")
	}
	return notAllowed("DELETE,GET,HEAD,POST,PUT,COPY")
}

// named returns the revision that a request names: in the document, as a
// parameter or in If-Match.
func (q *request) named(rev string) (string, error) {
	for _, other := range []string{q.query.Get("rev"), strings.Trim(q.Header.Get("If-Match"), `"`)} {
		if rev != "" && other != "" && rev != other {
			return "", bad("Document rev from request body and query string have different values")
		}
		if other != "" {
			rev = other
		}
	}
	return rev, nil
}

func (d *database) put(q *request, e edit) (err error) {
	if err := q.only("rev", "new_edits"); err != nil {
		return err
	}
	if e.rev, err = q.named(e.rev); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if q.Method == http.MethodDelete {
		if err := d.deletable(e); err != nil {
			return err
		}
	}
	rev, err := d.apply(e, q.query.Get("new_edits") != "false")
	if err != nil {
		return err
	}
	return q.saved(e, rev)
}

// saved answers an edit.
func (q *request) saved(e edit, rev string) error {
	status := 201
	if q.Method == http.MethodDelete {
		status = 200
	}
	q.w.Header().Set("ETag", `"`+rev+`"`)
	return q.answer(status, map[string]any{"ok": true, "id": e.id, "rev": rev})
}

// deletable refuses to delete what is not there, or without its revision.
func (d *database) deletable(e edit) error {
	doc := d.docs[e.id]
	switch {
	case doc == nil:
		return &failure{404, "not_found", "missing"}
	case e.rev == "" && doc.Winner().Deleted:
		return &failure{404, "not_found", "deleted"}
	case e.rev == "":
		return &failure{409, "conflict", tree.ErrConflict.Error()}
	}
	return nil
}

// post stores a document under the id that it has, or a new one.
func (d *database) post(q *request) error {
	if err := q.only(); err != nil {
		return err
	}
	doc, err := q.decode()
	if err != nil {
		return err
	}
	e, err := parseEdit("", doc)
	if err != nil {
		return err
	}
	if e.id == "" {
		e.id = newID()
	}
	return d.put(q, e)
}
