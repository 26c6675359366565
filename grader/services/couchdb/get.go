package main

import (
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/kata-go/kata/grader/services/couchdb/internal/tree"
)

// show returns a revision as a document.
func show(id string, r *tree.Revision) map[string]any {
	m := maps.Clone(r.Body)
	if m == nil {
		m = map[string]any{}
	}
	m["_id"], m["_rev"] = id, r.ID
	if r.Deleted {
		m["_deleted"] = true
	}
	return m
}

func (d *database) get(q *request, id string) error {
	if err := q.only("rev", "revs", "conflicts", "deleted_conflicts", "open_revs", "latest", "attachments", "revs_info"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	doc := d.docs[id]
	if doc == nil {
		return &failure{404, "not_found", "missing"}
	}
	if q.query.Get("open_revs") != "" {
		return d.openRevs(q, id, doc)
	}
	r := doc.Winner()
	if rev := q.query.Get("rev"); rev != "" {
		r = doc.Get(rev)
		if !tree.Valid(rev) {
			return bad("Invalid rev format")
		}
	} else if r.Deleted {
		return &failure{404, "not_found", "deleted"}
	}
	if r == nil || r.Body == nil {
		return &failure{404, "not_found", "missing"}
	}
	etag := `"` + r.ID + `"`
	q.w.Header().Set("ETag", etag)
	if q.Header.Get("If-None-Match") == etag {
		q.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return q.decorated(id, doc, r)
}

// decorated answers with a revision and what was asked about it.
func (q *request) decorated(id string, doc *document, r *tree.Revision) error {
	m := show(id, r)
	asked := map[string]bool{}
	for _, name := range []string{"revs", "conflicts", "deleted_conflicts", "revs_info"} {
		on, err := q.flag(name)
		if err != nil {
			return err
		}
		asked[name] = on
	}
	if asked["revs"] {
		m["_revisions"] = revisions(doc, r)
	}
	if asked["revs_info"] {
		m["_revs_info"] = revsInfo(doc, r)
	}
	if c := others(doc, false); asked["conflicts"] && len(c) > 0 {
		m["_conflicts"] = c
	}
	if c := others(doc, true); asked["deleted_conflicts"] && len(c) > 0 {
		m["_deleted_conflicts"] = c
	}
	return q.answer(200, m)
}

func revisions(doc *document, r *tree.Revision) map[string]any {
	return map[string]any{"start": tree.Generation(r.ID), "ids": doc.History(r.ID)}
}

func revsInfo(doc *document, r *tree.Revision) []map[string]string {
	var all []map[string]string
	for ; r != nil; r = doc.Get(r.Parent) {
		status := "available"
		switch {
		case r.Deleted:
			status = "deleted"
		case r.Body == nil:
			status = "missing"
		}
		all = append(all, map[string]string{"rev": r.ID, "status": status})
	}
	return all
}

// others returns the leaves that did not win.
func others(doc *document, deleted bool) []string {
	var ids []string
	for _, r := range doc.Leaves()[1:] {
		if r.Deleted == deleted {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// openRevs answers with the leaves, or with the revisions that are asked for.
func (d *database) openRevs(q *request, id string, doc *document) error {
	var wanted []string
	if text := q.query.Get("open_revs"); text == "all" {
		for _, r := range doc.Leaves() {
			wanted = append(wanted, r.ID)
		}
	} else if err := json.Unmarshal([]byte(text), &wanted); err != nil {
		return bad("open_revs is neither all nor a list")
	}
	withHistory, err := q.flag("revs")
	if err != nil {
		return err
	}
	var parts []map[string]any
	for _, rev := range wanted {
		r := doc.Get(rev)
		if r == nil || r.Body == nil {
			parts = append(parts, map[string]any{"missing": rev})
			continue
		}
		m := show(id, r)
		if withHistory {
			m["_revisions"] = revisions(doc, r)
		}
		parts = append(parts, map[string]any{"ok": m})
	}
	if accept := q.Header.Get("Accept"); strings.Contains(accept, "application/json") && !strings.Contains(accept, "multipart") {
		return q.answer(200, append([]map[string]any{}, parts...))
	}
	return q.multipart(parts)
}

func (q *request) multipart(parts []map[string]any) error {
	w := multipart.NewWriter(q.w)
	q.w.Header().Set("Content-Type", `multipart/mixed; boundary="`+w.Boundary()+`"`)
	for _, p := range parts {
		kind, v := "application/json", p["ok"]
		if v == nil {
			kind, v = `application/json; error="true"`, p
		}
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}})
		if err == nil {
			err = json.NewEncoder(part).Encode(v)
		}
		if err != nil {
			return nil // the client is gone
		}
	}
	_ = w.Close() // the client is gone
	return nil
}
