package main

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// localDocument is a document that is not replicated, such as a checkpoint.
type localDocument struct {
	version int
	body    map[string]any
}

func (l localDocument) rev() string { return fmt.Sprintf("0-%d", l.version) }

func (d *database) localRoute(q *request, escaped string) error {
	id, err := unescape(escaped)
	if err != nil || id == "" {
		return bad("a local document needs an id")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	old, there := d.local[id]
	switch q.Method {
	case http.MethodGet, http.MethodHead:
		if !there {
			return &failure{404, "not_found", "missing"}
		}
		m := maps.Clone(old.body)
		m["_id"], m["_rev"] = "_local/"+id, old.rev()
		return q.answer(200, m)
	case http.MethodPut:
		return d.putLocal(q, id, old, there)
	case http.MethodDelete:
		if !there {
			return &failure{404, "not_found", "missing"}
		}
		if q.query.Get("rev") != old.rev() {
			return &failure{409, "conflict", "Document update conflict."}
		}
		delete(d.local, id)
		return q.answer(200, map[string]any{"ok": true, "id": "_local/" + id, "rev": "0-0"})
	}
	return notAllowed("DELETE,GET,PUT")
}

func (d *database) putLocal(q *request, id string, old localDocument, there bool) error {
	in, err := q.decode()
	if err != nil {
		return err
	}
	rev, _ := in["_rev"].(string)
	if there && rev != old.rev() || !there && rev != "" && rev != "0-0" {
		return &failure{409, "conflict", "Document update conflict."}
	}
	maps.DeleteFunc(in, func(k string, _ any) bool { return strings.HasPrefix(k, "_") })
	next := localDocument{old.version + 1, in}
	d.local[id] = next
	return q.answer(201, map[string]any{"ok": true, "id": "_local/" + id, "rev": next.rev()})
}
