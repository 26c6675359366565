package dynamo

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/kata-go/kata/grader/kit/internal/httpfront"
	"github.com/kata-go/kata/grader/kit/internal/traffic"
)

// Operation is one request as DynamoDB saw it.
type Operation struct {
	Name   string          // PutItem, Query, Scan …
	Table  string          // "" for a batch or a transaction
	Index  string          // of a Query or Scan
	Text   string          // as Saw shows it
	Status int             // of the answer: 200, or 400 for a refusal
	Body   json.RawMessage // of the request
}

// operations is the operations that a front has seen.
type operations struct {
	mu  sync.Mutex
	all []Operation
}

// request is what the record reads of a request's body.
type request struct {
	TableName, IndexName                                                            string
	KeyConditionExpression, FilterExpression, ConditionExpression, UpdateExpression string
	TransactItems                                                                   []json.RawMessage
	RequestItems                                                                    map[string]json.RawMessage
	Key                                                                             map[string]value
}

// value is an attribute's value: of the scalar types, one is set.
type value struct{ S, N string }

func (s *Server) describe(r *http.Request, body []byte, status int) string {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var in request
	_ = json.Unmarshal(body, &in) // what is no JSON is shown by its name
	o := Operation{name, in.TableName, in.IndexName, traffic.Cut(text(name, in)+httpfront.Status(status), widest), status, slices.Clone(body)}
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	s.seen.all = append(s.seen.all, o)
	return o.Text
}

// widest is how many runes of an operation are shown.
const widest = 76

func text(name string, in request) string {
	on := in.TableName
	if in.IndexName != "" {
		on += "/" + in.IndexName
	}
	if len(in.TransactItems) > 0 {
		on = plural(len(in.TransactItems), "item")
	}
	if len(in.RequestItems) > 0 {
		on = plural(len(in.RequestItems), "table")
	}
	parts := []string{name, on}
	if len(in.Key) > 0 {
		parts = append(parts, key(in.Key))
	}
	for _, e := range []struct{ word, text string }{
		{"where", in.KeyConditionExpression}, {"filter", in.FilterExpression}, {"do", in.UpdateExpression}, {"if", in.ConditionExpression},
	} {
		if e.text != "" {
			parts = append(parts, e.word, e.text)
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func plural(n int, noun string) string {
	b, _ := json.Marshal(n) // a number always encodes
	if n != 1 {
		noun += "s"
	}
	return string(b) + " " + noun
}

// key shows a key's values in the order of their names.
func key(k map[string]value) string {
	var names, shown []string
	for n := range k {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		shown = append(shown, n+"="+k[n].S+k[n].N)
	}
	return "{" + strings.Join(shown, ", ") + "}"
}

// Operations returns what clients asked since the start or Forget.
func (s *Server) Operations() []Operation {
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return slices.Clone(s.seen.all)
}

// Count returns how many of the Operations have one of the names.
func (s *Server) Count(names ...string) int {
	n := 0
	for _, o := range s.Operations() {
		if slices.Contains(names, o.Name) {
			n++
		}
	}
	return n
}

// Saw tells Operations in a line for each kind, for a failure's note:
//
//	DynamoDB saw 12 × GetItem orders {pk=a}
//	        then Scan orders filter total > :t
func (s *Server) Saw() string { return s.front.Record.Saw("DynamoDB") }

// Forget empties the record.
func (s *Server) Forget() {
	s.front.Record.Forget()
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	s.seen.all = nil
}
