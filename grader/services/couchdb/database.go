package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kata-go/kata/grader/services/couchdb/internal/tree"
)

// database is documents, and the order in which they changed last.
type database struct {
	name string

	mu      sync.Mutex
	docs    map[string]*document
	local   map[string]localDocument
	seq     int
	changed chan struct{} // closed at the next change
	dropped bool
}

// document is a document with all its revisions.
type document struct {
	tree.Tree
	seq int // of its last change
}

func newDatabase(name string) *database {
	return &database{name: name, docs: map[string]*document{}, local: map[string]localDocument{}, changed: make(chan struct{})}
}

// drop ends the feeds.
func (d *database) drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped = true
	close(d.changed)
	d.changed = make(chan struct{})
}

// touch gives a document its place at the end of the changes.
func (d *database) touch(doc *document) {
	d.seq++
	doc.seq = d.seq
	close(d.changed)
	d.changed = make(chan struct{})
}

// sequence writes a place in the changes. As in CouchDB it begins with a number
// and is not one.
func sequence(n int) string { return fmt.Sprintf("%d-g1AAAA%x", n, n) }

// place reads a sequence.
func (d *database) place(s string) (int, error) {
	if s == "now" {
		return d.seq, nil
	}
	number, _, _ := strings.Cut(s, "-")
	n, err := strconv.Atoi(strings.Trim(number, `"`))
	if s == "" {
		return 0, nil
	}
	if err != nil || n < 0 {
		return 0, bad("Malformed sequence supplied in 'since' parameter.")
	}
	return n, nil
}

func (d *database) info() map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	live := 0
	for _, doc := range d.docs {
		if !doc.Winner().Deleted {
			live++
		}
	}
	return map[string]any{
		"db_name": d.name, "doc_count": live, "doc_del_count": len(d.docs) - live, "update_seq": sequence(d.seq), "purge_seq": "0", "instance_start_time": "0",
		"compact_running": false, "disk_format_version": 8, "props": map[string]any{}, "sizes": map[string]int{"file": 0, "external": 0, "active": 0},
	}
}

// ids returns the documents' ids in order.
func (d *database) ids() []string { return slices.Sorted(maps.Keys(d.docs)) }

// route answers what is asked of something in the database.
func (d *database) route(q *request, rest string) error {
	first, more, _ := strings.Cut(rest, "/")
	endpoints := map[string]map[string]func(*request) error{
		"_all_docs":           {"GET": d.allDocs, "POST": d.allDocs},
		"_bulk_docs":          {"POST": d.bulkDocs},
		"_bulk_get":           {"POST": d.bulkGet},
		"_changes":            {"GET": d.changes, "POST": d.changes},
		"_revs_diff":          {"POST": d.revsDiff},
		"_find":               {"POST": d.find},
		"_local_docs":         {},
		"_ensure_full_commit": {"POST": func(q *request) error { return q.answer(201, map[string]any{"ok": true, "instance_start_time": "0"}) }},
		"_compact":            {"POST": func(q *request) error { return q.answer(202, map[string]any{"ok": true}) }},
		"_security": {"GET": func(q *request) error {
			return q.answer(200, map[string]any{"admins": map[string]any{"roles": []string{"_admin"}}, "members": map[string]any{"roles": []string{"_admin"}}})
		}},
	}
	if methods, ok := endpoints[first]; ok && more == "" {
		run, ok := methods[q.Method]
		if !ok {
			return unsupported(q.Method + " of " + first)
		}
		return run(q)
	}
	if first == "_local" {
		return d.localRoute(q, more)
	}
	if strings.HasPrefix(first, "_") {
		return unsupported("/" + first)
	}
	if more != "" {
		return unsupported("attachments")
	}
	id, err := unescape(first)
	if err != nil {
		return err
	}
	return d.document(q, id)
}
