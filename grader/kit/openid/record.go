package openid

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Request is one request that the provider saw.
type Request struct {
	Endpoint string // Discovery, Keys, …
	Method   string
	Form     url.Values // query and body together, secrets and all
	Header   http.Header
	Status   int    // of the answer; 0 while there is none
	Problem  string // the error code of the answer, or the fault that it met
}

// String is the request as people read it: values of secrets are left out.
func (r Request) String() string {
	text := r.Method + " " + r.Endpoint
	if g := r.Form.Get("grant_type"); g != "" {
		text += " grant_type=" + g
	}
	switch {
	case r.Problem != "":
		text += " → " + strings.TrimPrefix(fmt.Sprintf("%d %s", r.Status, r.Problem), "0 ")
	case r.Status != 0:
		text += fmt.Sprintf(" → %d", r.Status)
	}
	return text
}

type record struct {
	mu       sync.Mutex
	requests []Request
	forgot   int // how many were forgotten
}

// begin notes a request and returns its number.
func (r *record) begin(endpoint string, q *http.Request) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, Request{Endpoint: endpoint, Method: q.Method, Form: maps.Clone(q.Form), Header: q.Header.Clone()})
	return r.forgot + len(r.requests) - 1
}

func (r *record) end(n int, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := n - r.forgot; i >= 0 {
		r.requests[i].Status, r.requests[i].Problem = a.status, a.problem
	}
}

// Requests returns what the provider was asked since the start or Forget, in
// the order of arrival.
func (p *Provider) Requests() []Request {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return slices.Clone(p.record.requests)
}

// Count returns how many of Requests went to an endpoint.
func (p *Provider) Count(endpoint string) int {
	n := 0
	for _, r := range p.Requests() {
		if r.Endpoint == endpoint {
			n++
		}
	}
	return n
}

// Forget empties the record.
func (p *Provider) Forget() {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	p.record.forgot += len(p.record.requests)
	p.record.requests = nil
}

// shown is how many lines Saw has.
const shown = 8

// Saw tells Requests for a failure's note, a line for each run of equal ones.
func (p *Provider) Saw() string {
	var lines []string
	count := 0
	requests := p.Requests()
	for i, r := range requests {
		count++
		if i+1 < len(requests) && requests[i+1].String() == r.String() {
			continue
		}
		line := r.String()
		if count > 1 {
			line = fmt.Sprintf("%d × %s", count, line)
		}
		lines, count = append(lines, line), 0
	}
	if len(lines) == 0 {
		return "the provider saw no request"
	}
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], fmt.Sprintf("and %d lines more", more))
	}
	return "the provider saw\n" + strings.Join(lines, "\n")
}
