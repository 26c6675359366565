package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/couchdb/internal/mango"
)

// search is what _find is asked for.
type search struct {
	selector    mango.Selector
	sort        []sortKey
	fields      []string
	limit, skip int
	conflicts   bool
}

type sortKey struct {
	path       string
	descending bool
}

func (q *request) search() (s search, err error) {
	in, err := q.decode()
	if err != nil {
		return s, err
	}
	s.limit = 25
	for name, v := range in {
		ok := true
		switch name {
		case "selector":
			if s.selector, err = mango.Compile(v); err != nil {
				return s, &failure{400, "invalid_selector", err.Error()}
			}
		case "sort":
			s.sort, ok = sorting(v)
		case "fields":
			s.fields, ok = texts(v)
		case "limit", "skip":
			var n json.Number
			n, ok = v.(json.Number)
			k, bad := n.Int64()
			ok = ok && bad == nil && k >= 0
			*map[string]*int{"limit": &s.limit, "skip": &s.skip}[name] = int(k)
		case "conflicts":
			s.conflicts, ok = v.(bool)
		case "r", "update", "stable", "stale":
		default:
			return s, unsupported("_find with " + name)
		}
		if !ok {
			return s, bad("the member " + name + " has the wrong type")
		}
	}
	if s.selector == nil {
		return s, &failure{400, "missing_required_key", "Missing required key: selector"}
	}
	return s, nil
}

func texts(v any) ([]string, bool) {
	list, ok := v.([]any)
	var out []string
	for _, e := range list {
		s, isText := e.(string)
		ok = ok && isText
		out = append(out, s)
	}
	return out, ok
}

func sorting(v any) ([]sortKey, bool) {
	list, ok := v.([]any)
	var keys []sortKey
	for _, e := range list {
		switch x := e.(type) {
		case string:
			keys = append(keys, sortKey{x, false})
		case map[string]any:
			for path, direction := range x {
				keys = append(keys, sortKey{path, direction == "desc"})
				ok = ok && len(x) == 1 && (direction == "desc" || direction == "asc")
			}
		default:
			ok = false
		}
	}
	return keys, ok
}

// find looks at every document. A real CouchDB refuses to sort by what no index
// holds; there are no indexes here, so sorting is refused but by _id.
func (d *database) find(q *request) error {
	s, err := q.search()
	if err != nil {
		return err
	}
	for _, k := range s.sort {
		if k.path != "_id" {
			return &failure{400, "no_usable_index", "No index exists for this sort, try indexing by the sort fields."}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	docs := []map[string]any{}
	for _, id := range d.ids() {
		doc := d.docs[id]
		m := show(id, doc.Winner())
		if !doc.Winner().Deleted && s.selector(any(m)) {
			if c := others(doc, false); s.conflicts && len(c) > 0 {
				m["_conflicts"] = c
			}
			docs = append(docs, s.project(m))
		}
	}
	if len(s.sort) > 0 && s.sort[0].descending {
		slices.Reverse(docs)
	}
	docs = docs[min(s.skip, len(docs)):]
	docs = docs[:min(s.limit, len(docs))]
	return q.answer(200, map[string]any{
		"docs": docs, "bookmark": "nil",
		"warning": fmt.Sprintf("No matching index found, create an index to optimize query time. (%d documents looked at)", len(d.docs)),
	})
}

func (s search) project(doc map[string]any) map[string]any {
	if s.fields == nil {
		return doc
	}
	out := map[string]any{}
	for _, f := range s.fields {
		if v, ok := mango.Lookup(doc, f); ok {
			plant(out, strings.Split(f, "."), v)
		}
	}
	return out
}

// plant puts a value at a path of new objects.
func plant(m map[string]any, parts []string, v any) {
	if len(parts) == 1 {
		m[parts[0]] = v
		return
	}
	inner, ok := m[parts[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		m[parts[0]] = inner
	}
	plant(inner, parts[1:], v)
}
