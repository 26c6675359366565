package revisions_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-kivik/kivik/v4"
	driver "github.com/go-kivik/kivik/v4/couchdb"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/couchdb"
	"github.com/kata-go/kata/solutions/nosql/revisions"
)

const (
	most = 16              // requests of one call that a test looks between
	hung = 5 * time.Second // after which a call counts as one that hangs
)

// company is a CouchDB and what the test draws.
type company struct {
	*couchdb.Server
	t    *testing.T
	rand *rand.Rand
	last int
}

func open(t *testing.T) *company {
	t.Helper()
	return &company{Server: couchdb.Start(t), t: t, rand: kit.Rand(t)}
}

// lift draws a name that no document has yet.
func (c *company) lift() string { return kit.Word(c.rand, 5) + "-" + c.number() }

// entry draws one with a higher ID than those before.
func (c *company) entry() revisions.Entry {
	return revisions.Entry{ID: "e" + c.number(), Text: kit.Word(c.rand, 8)}
}

func (c *company) number() string {
	c.last += 1 + c.rand.IntN(9)
	return fmt.Sprintf("%04d", c.last)
}

// site is a workshop with a database of its own, which the test sees past the
// record and untouched by faults.
type site struct {
	*company
	name  string
	db    *kivik.DB
	own   *revisions.Book
	lines lines
}

func (c *company) site(name string) *site {
	c.t.Helper()
	s := &site{company: c, name: name}
	s.db = c.database(c.OwnURL(), name)
	if err := s.db.Client().CreateDB(c.t.Context(), c.Name(name)); err != nil {
		c.t.Fatal(err)
	}
	s.own = revisions.New(s.db)
	return s
}

func (c *company) database(url, name string, options ...kivik.Option) *kivik.DB {
	c.t.Helper()
	client, err := kivik.New("couch", url, options...)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = client.Close() })
	return client.DB(c.Name(name))
}

// book returns the site's logbooks in a process of their own: recorded, and
// reached by faults.
func (s *site) book() *revisions.Book {
	s.t.Helper()
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: &noting{transport, &s.lines}}
	return revisions.New(s.database(s.URL(), s.name, driver.OptionHTTPClient(client)))
}

// lines notes which line of the learner's sent each request.
type lines struct {
	mu   sync.Mutex
	sent []string
}

type noting struct {
	to    http.RoundTripper
	lines *lines
}

// RoundTrip implements http.RoundTripper.
func (n *noting) RoundTrip(r *http.Request) (*http.Response, error) {
	n.lines.mu.Lock()
	n.lines.sent = append(n.lines.sent, kit.Entry())
	n.lines.mu.Unlock()
	return n.to.RoundTrip(r)
}

// asked reports whether a request was sent since forget.
func (s *site) asked() bool {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	return len(s.lines.sent) > 0
}

// at returns the line that sent the n-th request since forget, -1 is the last
// one; else where fn stands.
func (s *site) at(n int, fn any) string {
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	if n < 0 {
		n = len(s.lines.sent) + 1 + n
	}
	if n >= 1 && n <= len(s.lines.sent) && s.lines.sent[n-1] != "" {
		return s.lines.sent[n-1]
	}
	return kit.At(fn)
}

func (s *site) forget() {
	s.Forget()
	s.lines.mu.Lock()
	defer s.lines.mu.Unlock()
	s.lines.sent = nil
}

// Where the learner's functions stand.
var (
	atAdd     = (*revisions.Book).Add
	atLog     = (*revisions.Book).Log
	atResolve = (*revisions.Book).Resolve
	atChanges = (*revisions.Book).Changes
)

// add writes entries that nothing speaks against, through one more process.
func (s *site) add(lift string, entries ...revisions.Entry) {
	s.t.Helper()
	book := s.book()
	for _, e := range entries {
		s.forget()
		s.mustDo(fmt.Sprintf("%s: Add %s to %s", s.name, e.ID, lift), atAdd, book.Add(s.t.Context(), lift, e))
	}
}

// resolve resolves a conflict through one more process.
func (s *site) resolve(lift string) {
	s.t.Helper()
	s.forget()
	s.mustDo(fmt.Sprintf("%s: Resolve %s", s.name, lift), atResolve, s.book().Resolve(s.t.Context(), lift))
}

func (s *site) mustDo(sent string, fn any, err error) {
	s.t.Helper()
	if err != nil {
		kit.Fail(s.t, kit.Failure{Sent: sent, Got: kit.Said(err), Want: "no error", Note: s.Saw(), At: s.at(-1, fn)})
	}
}

// mustHold fails the behaviour unless the site's log of the lift has just these
// entries, in the order of their IDs.
func (s *site) mustHold(sent string, fn any, n int, lift string, want ...revisions.Entry) {
	s.t.Helper()
	got, err := s.own.Log(s.t.Context(), lift)
	f := kit.Failure{Sent: sent, Got: list(got), Want: list(sorted(want)), At: s.at(n, fn)}
	if len(s.Requests()) > 0 { // of the calls before; this Log goes past the record
		f.Note = s.Saw()
	}
	if err != nil || f.Got != f.Want {
		f.Got = "the log of " + s.name + ": " + f.Got
		if err != nil {
			f.Got = kit.Wrap("the log of " + s.name + ": " + kit.Said(err))
		}
		kit.Fail(s.t, f)
	}
}

// mustAgree fails the behaviour while some document of the site is in conflict.
func (s *site) mustAgree(sent string, fn any, n int) {
	s.t.Helper()
	for _, id := range s.documents() {
		var doc struct {
			Conflicts []string `json:"_conflicts"`
		}
		if err := s.db.Get(s.t.Context(), id, kivik.Param("conflicts", true)).ScanDoc(&doc); err != nil {
			s.t.Fatal(err)
		}
		if len(doc.Conflicts) > 0 {
			kit.Fail(s.t, kit.Failure{
				Sent: sent, Got: fmt.Sprintf("in %s, the document %s has a conflict: %d revisions", s.name, id, len(doc.Conflicts)+1),
				Want: "one revision", Note: s.Saw(), At: s.at(n, fn),
			})
		}
	}
}

func (s *site) documents() (ids []string) {
	s.t.Helper()
	all := s.db.AllDocs(s.t.Context())
	defer all.Close()
	for all.Next() {
		id, err := all.ID()
		if err != nil {
			s.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := all.Err(); err != nil {
		s.t.Fatal(err)
	}
	return ids
}

// changed returns how many documents have changed since a sequence, and the
// sequence now.
func (s *site) changed(since string) (n int, now string) {
	s.t.Helper()
	feed := s.db.Changes(s.t.Context(), kivik.Param("since", since))
	defer feed.Close()
	for now = since; feed.Next(); n++ {
		now = feed.Seq()
	}
	if err := feed.Err(); err != nil {
		s.t.Fatal(err)
	}
	return n, now
}

// replicate brings every site what the others have, by way of the first.
func replicate(sites ...*site) {
	center := sites[0]
	for _, s := range sites[1:] {
		center.pull(s)
	}
	for _, s := range sites[1:] {
		s.pull(center)
	}
}

func (s *site) pull(from *site) {
	s.t.Helper()
	if _, err := kivik.Replicate(s.t.Context(), s.db, from.db); err != nil {
		s.t.Fatal(err)
	}
}

// list tells entries in their order, or how many there are.
func list(entries []revisions.Entry) string {
	if len(entries) == 0 {
		return "no entry"
	}
	text := fmt.Sprintf("%d:", len(entries))
	width := len(text) + 20 // "the log of north:"
	for i, e := range entries {
		w := e.ID + " " + e.Text
		if i < len(entries)-1 {
			w += ","
		}
		if width+len(w) > 68 {
			text, width = text+"\n ", 1
		}
		text, width = text+" "+w, width+1+len(w)
	}
	return text
}

var errHangs = errors.New("no answer: it waits for the other process")

// soon waits for f no longer than hung.
func soon(f func() error) error {
	came := make(chan error, 1)
	go func() { came <- f() }()
	select {
	case err := <-came:
		return err
	case <-time.After(hung):
		return errHangs
	}
}

// steps calls act again and again; the n-th time, meanwhile runs when CouchDB
// has executed act's n-th request and has not answered yet. Each time judge looks
// at what became of it. It ends when act has fewer requests.
func (s *site) steps(prepare func(), act, meanwhile func() error, judge func(n int, ours, theirs error)) {
	s.t.Helper()
	for n := 1; n <= most; n++ {
		s.Up()
		prepare()
		s.forget()
		var theirs error
		sprung := s.After(n, func() { theirs = soon(meanwhile) })
		ours := act()
		if !sprung() {
			return
		}
		s.Up()
		judge(n, ours, theirs)
	}
}
