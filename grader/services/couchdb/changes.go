package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// feed is what _changes is asked for.
type feed struct {
	kind        string // normal, longpoll, continuous
	since       int
	limit       int
	all         bool // every leaf, not only the winner
	docs        bool
	conflicts   bool
	descending  bool
	ids         []string // nil: every document
	timeout     time.Duration
	heartbeat   time.Duration // 0: none
	sinceText   string
	headersSent bool
}

const longest = time.Minute // how long a feed waits for a change unless it is told otherwise

func (q *request) feed() (f feed, err error) {
	if err := q.only("feed", "since", "limit", "style", "include_docs", "conflicts", "descending", "filter", "doc_ids", "timeout", "heartbeat", "seq_interval", "last-event-id", "attachments"); err != nil {
		return f, err
	}
	f.kind, f.sinceText = q.query.Get("feed"), q.query.Get("since")
	if f.kind == "" {
		f.kind = "normal"
	}
	if !slices.Contains([]string{"normal", "longpoll", "continuous"}, f.kind) {
		return f, unsupported("the feed " + f.kind)
	}
	for name, to := range map[string]*bool{"include_docs": &f.docs, "conflicts": &f.conflicts, "descending": &f.descending} {
		if *to, err = q.flag(name); err != nil {
			return f, err
		}
	}
	f.all = q.query.Get("style") == "all_docs"
	if f.limit, err = q.number("limit", 1<<30); err != nil {
		return f, err
	}
	f.limit = max(f.limit, 1)
	return f, f.rest(q)
}

func (f *feed) rest(q *request) error {
	ms, err := q.number("timeout", int(longest.Milliseconds()))
	if err != nil {
		return err
	}
	f.timeout = time.Duration(ms) * time.Millisecond
	beat := q.query.Get("heartbeat")
	if beat == "true" {
		f.heartbeat = longest
	} else if ms, err = q.number("heartbeat", 0); err != nil {
		return err
	} else {
		f.heartbeat = time.Duration(ms) * time.Millisecond
	}
	return f.filter(q)
}

// filter reads the one filter that needs no design document.
func (f *feed) filter(q *request) error {
	text := q.query.Get("doc_ids")
	var given []string
	if text != "" {
		if err := json.Unmarshal([]byte(text), &given); err != nil {
			return bad("doc_ids is no list")
		}
	}
	if len(q.body) > 0 {
		in, err := q.decode()
		if err != nil {
			return err
		}
		list, _ := in["doc_ids"].([]any)
		for _, v := range list {
			id, _ := v.(string)
			given = append(given, id)
		}
		if len(in) > 1 || len(in) == 1 && list == nil {
			return unsupported("a body of _changes that is not doc_ids alone")
		}
	}
	switch q.query.Get("filter") {
	case "":
		return nil
	case "_doc_ids":
		f.ids = append([]string{}, given...)
		return nil
	}
	return unsupported("the filter " + q.query.Get("filter"))
}

// rows returns the changes after since and the place behind the last of them;
// the lock must be held.
func (d *database) rows(f feed) (rows []map[string]any, last int) {
	var changed []string
	for id, doc := range d.docs {
		if doc.seq > f.since && (f.ids == nil || slices.Contains(f.ids, id)) {
			changed = append(changed, id)
		}
	}
	slices.SortFunc(changed, func(a, b string) int { return d.docs[a].seq - d.docs[b].seq })
	if f.descending {
		slices.Reverse(changed)
	}
	last = d.seq
	for _, id := range changed[:min(f.limit, len(changed))] {
		rows = append(rows, d.row(id, f))
	}
	if len(changed) > f.limit {
		last = d.docs[changed[f.limit-1]].seq
	}
	return rows, last
}

func (d *database) row(id string, f feed) map[string]any {
	doc := d.docs[id]
	leaves := doc.Leaves()
	if !f.all {
		leaves = leaves[:1]
	}
	revs := []map[string]string{}
	for _, l := range leaves {
		revs = append(revs, map[string]string{"rev": l.ID})
	}
	row := map[string]any{"seq": sequence(doc.seq), "id": id, "changes": revs}
	if doc.Winner().Deleted {
		row["deleted"] = true
	}
	if f.docs {
		m := show(id, doc.Winner())
		if c := others(doc, false); f.conflicts && len(c) > 0 {
			m["_conflicts"] = c
		}
		row["doc"] = m
	}
	return row
}

func (d *database) changes(q *request) error {
	f, err := q.feed()
	if err != nil {
		return err
	}
	d.mu.Lock()
	f.since, err = d.place(f.sinceText)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	if f.kind == "continuous" {
		d.stream(q, f)
		return nil
	}
	return d.batch(q, f)
}

// wait returns when something has changed or time is up, and beats meanwhile.
func (f *feed) wait(q *request, changed <-chan struct{}, end <-chan time.Time) bool {
	var beat <-chan time.Time
	if f.heartbeat > 0 {
		ticker := time.NewTicker(f.heartbeat)
		defer ticker.Stop()
		beat, end = ticker.C, nil // a feed that beats goes on
	}
	for {
		select {
		case <-changed:
			return true
		case <-end:
			return false
		case <-q.Context().Done():
			return false
		case <-beat:
			f.send(q, []byte("\n"))
		}
	}
}

// send writes at once.
func (f *feed) send(q *request, b []byte) {
	if !f.headersSent {
		f.headersSent = true
		q.w.Header().Set("Content-Type", "application/json")
		q.w.WriteHeader(http.StatusOK)
	}
	_, _ = q.w.Write(b) // the client is gone
	_ = http.NewResponseController(q.w).Flush()
}

// batch answers with the changes that there are; a longpoll waits for the first.
func (d *database) batch(q *request, f feed) error {
	end := time.NewTimer(f.timeout)
	defer end.Stop()
	d.mu.Lock()
	rows, last := d.rows(f)
	for f.kind == "longpoll" && len(rows) == 0 && !d.dropped {
		changed := d.changed
		d.mu.Unlock()
		goOn := f.wait(q, changed, end.C)
		d.mu.Lock()
		rows, last = d.rows(f)
		if !goOn {
			break
		}
	}
	pending := 0
	for _, doc := range d.docs {
		pending += min(1, max(0, doc.seq-last))
	}
	d.mu.Unlock()
	out := map[string]any{"results": append([]map[string]any{}, rows...), "last_seq": sequence(last), "pending": pending}
	if !f.headersSent {
		return q.answer(200, out)
	}
	b, err := json.Marshal(out)
	f.send(q, b)
	return err
}

// stream answers with a line for each change until the client goes or time
// without one is up.
func (d *database) stream(q *request, f feed) {
	f.send(q, nil)
	for f.limit > 0 {
		d.mu.Lock()
		rows, last := d.rows(f)
		changed, dropped := d.changed, d.dropped
		d.mu.Unlock()
		for _, row := range rows {
			b, _ := json.Marshal(row) // it came as JSON
			f.send(q, append(b, '\n'))
		}
		f.limit -= len(rows)
		f.since = max(f.since, last)
		end := time.NewTimer(f.timeout)
		goOn := !dropped && f.limit > 0 && f.wait(q, changed, end.C)
		end.Stop()
		if !goOn {
			break
		}
	}
	b, _ := json.Marshal(map[string]any{"last_seq": sequence(f.since), "pending": 0}) // text and a number always encode
	f.send(q, append(b, '\n'))
}
