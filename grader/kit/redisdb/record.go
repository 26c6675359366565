package redisdb

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/kata-go/kata/grader/kit/internal/traffic"
)

// record is what a front was asked, without greetings.
type record struct {
	mu       sync.Mutex
	commands []string
	trips    int
}

func (r *record) add(part []request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, req := range part {
		if !req.greeting() {
			r.commands = append(r.commands, show(req.words))
		}
	}
}

func (r *record) trip() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trips++
}

// counted returns how many requests are the program's own.
func counted(burst []request) int {
	n := 0
	for _, r := range burst {
		if !r.greeting() {
			n++
		}
	}
	return n
}

// Commands returns what clients asked of Redis since the start or Forget, in
// the order of execution, as people read it: a script's text stands as
// "(script)", odd characters are quoted, what is long is cut.
func (s *Server) Commands() []string {
	s.front.record.mu.Lock()
	defer s.front.record.mu.Unlock()
	return slices.Clone(s.front.record.commands)
}

// RoundTrips returns how often a client sent commands and waited for answers
// since the start or Forget. A pipeline is one round trip (up to 64 KiB).
func (s *Server) RoundTrips() int {
	s.front.record.mu.Lock()
	defer s.front.record.mu.Unlock()
	return s.front.record.trips
}

// Forget empties the record.
func (s *Server) Forget() {
	s.front.record.mu.Lock()
	defer s.front.record.mu.Unlock()
	s.front.record.commands, s.front.record.trips = nil, 0
}

// Saw tells Commands in a line for each kind of command:
//
//	Redis saw 74 × GET rl:8f
//	     then 61 × INCR rl:8f
//
// "then" means that all of the lines above came before the first of this line,
// and "and" that some came after it.
func (s *Server) Saw() string {
	commands := s.Commands()
	if len(commands) == 0 {
		return "Redis saw no command"
	}
	return traffic.Saw("Redis", commands)
}

// show writes a command for people, in at most widest runes.
func show(words []string) string {
	shown := make([]string, len(words))
	for i, w := range words {
		shown[i] = word(w)
	}
	shown[0] = strings.ToUpper(shown[0])
	if strings.HasPrefix(shown[0], "EVAL") && len(words) > 2 {
		shown = append([]string{shown[0], "(script)"}, shown[3:]...)
	}
	return cut(strings.Join(shown, " "), widest)
}

const (
	widest  = 52 // runes of a command that are shown
	longest = 40 // runes of a word
)

func word(w string) string {
	w = cut(w, longest)
	odd := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if w == "" || strings.ContainsFunc(w, odd) {
		return strconv.Quote(w)
	}
	return w
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
