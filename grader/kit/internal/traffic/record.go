// Package traffic is what the fronts of the kit's servers have in common: the
// record of what clients asked, as people read it, and the faults that a test
// brings about between two operations.
//
// It knows no protocol: a front tells it of each operation.
package traffic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Record is the operations that a front has seen, in the order of execution. Its
// zero value is empty.
type Record struct {
	mu    sync.Mutex
	texts []string
}

// Add notes an operation.
func (r *Record) Add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, text)
}

// Texts returns the operations since the start or Forget.
func (r *Record) Texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.texts)
}

// Forget empties the record.
func (r *Record) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = nil
}

// Saw is the function Saw of Texts.
func (r *Record) Saw(server string) string { return Saw(server, r.Texts()) }

// kinds is how many kinds of operation Saw lists.
const kinds = 6

// kind is equal operations.
type kind struct {
	text               string
	count, first, last int
}

// Saw tells the operations that a server saw, in a line for each kind of them:
//
//	MongoDB saw 74 × users.find({email: "a"})
//	       then 61 × users.insert({email: "a"})
//
// "then" means that all of the lines above came before the first of this line,
// and "and" that some came after it.
func Saw(server string, texts []string) string {
	if len(texts) == 0 {
		return server + " saw nothing"
	}
	all := grouped(texts)
	width := len(server) + len(" saw")
	var b strings.Builder
	last := -1
	for i, k := range all[:min(len(all), kinds)] {
		lead := fmt.Sprintf("\n%*s", width, "and")
		switch {
		case i == 0:
			lead = server + " saw"
		case last < k.first:
			lead = fmt.Sprintf("\n%*s", width, "then")
		}
		times := ""
		if k.count > 1 {
			times = strconv.Itoa(k.count) + " × "
		}
		fmt.Fprintf(&b, "%s %s%s", lead, times, k.text)
		last = max(last, k.last)
	}
	if more := len(all) - kinds; more > 0 {
		fmt.Fprintf(&b, "\n%*s %d more", width, "and", more)
	}
	return b.String()
}

func grouped(texts []string) []kind {
	var all []kind
	for i, text := range texts {
		at := slices.IndexFunc(all, func(k kind) bool { return k.text == text })
		if at < 0 {
			at = len(all)
			all = append(all, kind{text: text, first: i})
		}
		all[at].count++
		all[at].last = i
	}
	return all
}

// Cut shortens a text to n runes.
func Cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
