package bucket

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Request is one request that the server saw. In and Out grow while it lasts.
type Request struct {
	Operation string // as AWS's API reference names it; "" for an unknown one
	Key       string
	Header    http.Header
	In, Out   int64  // bytes of the bodies that have flowed
	Status    int    // of the answer; 0 while there is none
	Problem   string // the error, or the fault that it met
}

// String is the request as people read it.
func (r Request) String() string {
	text := r.Operation + " " + r.Key
	if span := r.Header.Get("Range"); span != "" {
		text += " " + span
	}
	if r.In+r.Out > 0 {
		text += fmt.Sprintf(", %d bytes", r.In+r.Out)
	}
	if r.Problem != "" {
		text += " → " + r.Problem
	}
	return text
}

type record struct {
	mu       sync.Mutex
	requests []Request
	forgot   int // how many were forgotten
}

func (r *record) begin(operation string, q *http.Request) int {
	_, key, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, Request{Operation: operation, Key: key, Header: q.Header.Clone()})
	return r.forgot + len(r.requests) - 1
}

func (r *record) flow(n, in, out int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := n - r.forgot; i >= 0 {
		r.requests[i].In += int64(in)
		r.requests[i].Out += int64(out)
	}
}

func (r *record) end(n, status int, problem string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := n - r.forgot; i >= 0 {
		r.requests[i].Status, r.requests[i].Problem = status, problem
	}
}

// Requests returns what the server was asked since the start or Forget, in the
// order of arrival: of the given operations, or of all.
func (s *Server) Requests(operations ...string) []Request {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.record.requests), func(r Request) bool {
		return len(operations) > 0 && !slices.Contains(operations, r.Operation)
	})
}

// Bytes returns how many bytes of bodies came in and went out since the start or
// Forget.
func (s *Server) Bytes() (in, out int64) {
	for _, r := range s.Requests() {
		in, out = in+r.In, out+r.Out
	}
	return in, out
}

// Forget empties the record.
func (s *Server) Forget() {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.forgot += len(s.record.requests)
	s.record.requests = nil
}

// shown is how many lines Saw has.
const shown = 8

// Saw tells Requests for a failure's note.
func (s *Server) Saw() string {
	var lines []string
	for _, r := range s.Requests() {
		lines = append(lines, r.String())
	}
	if len(lines) == 0 {
		return "the bucket saw no request"
	}
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], fmt.Sprintf("and %d requests more", more))
	}
	return "the bucket saw " + strings.Join(lines, "\n          then ")
}
