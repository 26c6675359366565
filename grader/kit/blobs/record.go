package blobs

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Call is one use of the bucket. Bytes grow while it lasts.
type Call struct {
	Operation string // Attributes, List, Read, Write, Copy, Delete, SignedURL
	Key       string // of List: the prefix
	Bytes     int64  // read or written
	Problem   string // the error that it returned
}

// String is the call as people read it.
func (c Call) String() string {
	text := c.Operation + " " + c.Key
	if c.Bytes > 0 {
		text += fmt.Sprintf(", %d bytes", c.Bytes)
	}
	if c.Problem != "" {
		text += " → " + c.Problem
	}
	return text
}

type record struct {
	mu     sync.Mutex
	calls  []Call
	forgot int // how many were forgotten
}

func (r *record) begin(operation, key string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, Call{Operation: operation, Key: key})
	return r.forgot + len(r.calls) - 1
}

func (r *record) flow(n, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := n - r.forgot; i >= 0 {
		r.calls[i].Bytes += int64(bytes)
	}
}

// fail notes an error, if it is one, and returns it.
func (r *record) fail(n int, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := n - r.forgot; i >= 0 && err != nil {
		r.calls[i].Problem = err.Error()
	}
	return err
}

// Calls returns the uses of the bucket since the start or Forget: of the given
// operations, or all.
func (b *Bucket) Calls(operations ...string) []Call {
	b.record.mu.Lock()
	defer b.record.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.record.calls), func(c Call) bool {
		return len(operations) > 0 && !slices.Contains(operations, c.Operation)
	})
}

// Bytes returns how many bytes the calls of an operation have moved.
func (b *Bucket) Bytes(operation string) int64 {
	var n int64
	for _, c := range b.Calls(operation) {
		n += c.Bytes
	}
	return n
}

// Forget empties the record.
func (b *Bucket) Forget() {
	b.record.mu.Lock()
	defer b.record.mu.Unlock()
	b.record.forgot += len(b.record.calls)
	b.record.calls = nil
}

// shown is how many lines Saw has.
const shown = 8

// Saw tells Calls for a failure's note.
func (b *Bucket) Saw() string {
	var lines []string
	for _, c := range b.Calls() {
		lines = append(lines, c.String())
	}
	if len(lines) == 0 {
		return "the bucket saw no request"
	}
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], fmt.Sprintf("and %d calls more", more))
	}
	return "the bucket saw " + strings.Join(lines, "\n          then ")
}
