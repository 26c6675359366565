package main

import (
	"errors"
	"slices"

	"github.com/kata-go/kata/grader/services/couchdb/internal/mango"
	"github.com/kata-go/kata/grader/services/couchdb/internal/tree"
)

func (d *database) bulkDocs(q *request) error {
	if err := q.only(); err != nil {
		return err
	}
	in, err := q.decode()
	if err != nil {
		return err
	}
	docs, ok := in["docs"].([]any)
	if !ok {
		return bad("POST body must include `docs` parameter.")
	}
	newEdits := in["new_edits"] != false
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []map[string]any{}
	for _, v := range docs {
		id, rev, err := d.bulkDoc(v, newEdits)
		var f *failure
		switch {
		case errors.As(err, &f) && f.status == 501:
			return err
		case errors.As(err, &f):
			out = append(out, map[string]any{"id": id, "error": f.error, "reason": f.reason})
		case err != nil:
			return err
		case newEdits:
			out = append(out, map[string]any{"ok": true, "id": id, "rev": rev})
		}
	}
	return q.answer(201, out)
}

func (d *database) bulkDoc(v any, newEdits bool) (id, rev string, err error) {
	doc, ok := v.(map[string]any)
	if !ok {
		return "", "", bad("Document must be a JSON object")
	}
	e, err := parseEdit("", doc)
	if err != nil {
		return e.id, "", err
	}
	if e.id == "" {
		e.id = newID()
	}
	rev, err = d.apply(e, newEdits)
	return e.id, rev, err
}

func (d *database) bulkGet(q *request) error {
	if err := q.only("revs", "latest", "attachments"); err != nil {
		return err
	}
	in, err := q.decode()
	if err != nil {
		return err
	}
	docs, ok := in["docs"].([]any)
	if !ok {
		return bad("Missing JSON list of 'docs'.")
	}
	withHistory, err := q.flag("revs")
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	results := []map[string]any{}
	for _, v := range docs {
		id, _ := asObject(v)["id"].(string)
		rev, _ := asObject(v)["rev"].(string)
		results = append(results, map[string]any{"id": id, "docs": []any{d.bulkGetOne(id, rev, withHistory)}})
	}
	return q.answer(200, map[string]any{"results": results})
}

func (d *database) bulkGetOne(id, rev string, withHistory bool) map[string]any {
	doc := d.docs[id]
	var r *tree.Revision
	if doc != nil && rev == "" {
		r = doc.Winner()
	} else if doc != nil {
		r = doc.Get(rev)
	}
	if r == nil || r.Body == nil {
		return map[string]any{"error": map[string]string{"id": id, "rev": rev, "error": "not_found", "reason": "missing"}}
	}
	m := show(id, r)
	if withHistory {
		m["_revisions"] = revisions(doc, r)
	}
	return map[string]any{"ok": m}
}

// revsDiff tells which of a replica's revisions are not known here.
func (d *database) revsDiff(q *request) error {
	in, err := q.decode()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]any{}
	for id, v := range in {
		revs, ok := v.([]any)
		if !ok {
			return bad("the revisions of " + id + " are no list")
		}
		doc := d.docs[id]
		var missing []string
		for _, each := range revs {
			rev, _ := each.(string)
			if doc == nil || doc.Get(rev) == nil || doc.Get(rev).Body == nil {
				missing = append(missing, rev)
			}
		}
		if missing == nil {
			continue
		}
		row := map[string]any{"missing": missing}
		if a := possible(doc, missing); len(a) > 0 {
			row["possible_ancestors"] = a
		}
		out[id] = row
	}
	return q.answer(200, out)
}

// possible returns the leaves that may be ancestors of what is missing.
func possible(doc *document, missing []string) []string {
	if doc == nil {
		return nil
	}
	highest := 0
	for _, m := range missing {
		highest = max(highest, tree.Generation(m))
	}
	var ids []string
	for _, l := range doc.Leaves() {
		if tree.Generation(l.ID) < highest {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// listing is what _all_docs is asked for.
type listing struct {
	keys               []any // nil: all
	from, to           any
	hasFrom, hasTo     bool
	descending, docs   bool
	conflicts, exclude bool
	skip, limit        int
}

func (q *request) listing() (l listing, err error) {
	if err := q.only("include_docs", "conflicts", "descending", "startkey", "start_key", "endkey", "end_key", "key", "keys", "limit", "skip", "inclusive_end", "update_seq"); err != nil {
		return l, err
	}
	if len(q.body) > 0 {
		in, err := q.decode()
		if err != nil {
			return l, err
		}
		keys, ok := in["keys"].([]any)
		if !ok || len(in) != 1 {
			return l, unsupported("a body of _all_docs that is not keys alone")
		}
		l.keys = keys
	}
	for name, to := range map[string]*bool{"include_docs": &l.docs, "conflicts": &l.conflicts, "descending": &l.descending} {
		if *to, err = q.flag(name); err != nil {
			return l, err
		}
	}
	l.exclude = q.query.Get("inclusive_end") == "false"
	if l.skip, err = q.number("skip", 0); err != nil {
		return l, err
	}
	if l.limit, err = q.number("limit", 1<<30); err != nil {
		return l, err
	}
	return l, l.bounds(q)
}

func (l *listing) bounds(q *request) error {
	for _, name := range []string{"startkey", "start_key", "endkey", "end_key", "key", "keys"} {
		v, there, err := q.value(name)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		switch name {
		case "startkey", "start_key":
			l.from, l.hasFrom = v, true
		case "endkey", "end_key":
			l.to, l.hasTo = v, true
		case "key":
			l.from, l.to, l.hasFrom, l.hasTo = v, v, true, true
		case "keys":
			keys, ok := v.([]any)
			if !ok {
				return bad("`keys` parameter must be an array.")
			}
			l.keys = keys
		}
	}
	return nil
}

// within reports whether an id is between the bounds.
func (l listing) within(id string) bool {
	from, to := mango.Compare(id, l.from), mango.Compare(id, l.to)
	if l.descending {
		from, to = -from, -to
	}
	return (!l.hasFrom || from >= 0) && (!l.hasTo || to < 0 || to == 0 && !l.exclude)
}

func (d *database) allDocs(q *request) error {
	l, err := q.listing()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rows := []map[string]any{}
	total := 0
	for _, id := range d.ids() {
		if doc := d.docs[id]; !doc.Winner().Deleted {
			total++
			if l.keys == nil && l.within(id) {
				rows = append(rows, l.row(id, doc))
			}
		}
	}
	if l.descending {
		slices.Reverse(rows)
	}
	for _, k := range l.keys {
		id, _ := k.(string)
		if doc := d.docs[id]; doc != nil {
			rows = append(rows, l.row(id, doc))
		} else {
			rows = append(rows, map[string]any{"key": k, "error": "not_found"})
		}
	}
	rows = rows[min(l.skip, len(rows)):]
	return q.answer(200, map[string]any{"total_rows": total, "offset": l.skip, "rows": rows[:min(l.limit, len(rows))]})
}

func (l listing) row(id string, doc *document) map[string]any {
	w := doc.Winner()
	v := map[string]any{"rev": w.ID}
	if w.Deleted {
		v["deleted"] = true
	}
	row := map[string]any{"id": id, "key": id, "value": v}
	if !l.docs {
		return row
	}
	row["doc"] = nil
	if !w.Deleted {
		m := show(id, w)
		if c := others(doc, false); l.conflicts && len(c) > 0 {
			m["_conflicts"] = c
		}
		row["doc"] = m
	}
	return row
}
