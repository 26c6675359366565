package lru_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/dsa/lru"
)

type cache = lru.Cache[string, int]

var (
	get    = (*cache).Get
	put    = (*cache).Put
	remove = (*cache).Delete
	length = (*cache).Len
)

// pair is an entry.
type pair struct {
	key   string
	value int
}

func (p pair) String() string { return fmt.Sprintf("%s=%d", p.key, p.value) }

// model is what a cache should be: a list, the entry used last at its end.
type model struct {
	capacity int
	entries  []pair
}

func (m *model) find(key string) int {
	return slices.IndexFunc(m.entries, func(p pair) bool { return p.key == key })
}

// touch moves an entry to the end and returns it.
func (m *model) touch(i int) *pair {
	p := m.entries[i]
	m.entries = append(slices.Delete(m.entries, i, i+1), p)
	return &m.entries[len(m.entries)-1]
}

// put returns the entry that goes, or "".
func (m *model) put(p pair) string {
	if i := m.find(p.key); i >= 0 {
		m.touch(i).value = p.value
		return ""
	}
	m.entries = append(m.entries, p)
	if len(m.entries) <= m.capacity {
		return ""
	}
	gone := m.entries[0]
	m.entries = slices.Delete(m.entries, 0, 1)
	return gone.String()
}

// shelf is a cache beside its model. Each step is made on both and compared.
type shelf struct {
	t       testing.TB
	rand    *rand.Rand
	cache   *cache
	model   model
	evicted []string // by the step that is being made
	log     []string
	last    int // the value put last
}

func open(t testing.TB, r *rand.Rand, capacity int) *shelf {
	s := &shelf{t: t, rand: r, model: model{capacity: capacity}}
	s.cache = lru.New(capacity, func(key string, value int) { s.evicted = append(s.evicted, pair{key, value}.String()) })
	s.log = []string{fmt.Sprintf("New(%d, …)", capacity)}
	return s
}

// did notes a step that went as it should.
func (s *shelf) did(format string, a ...any) { s.log = append(s.log, fmt.Sprintf(format, a...)) }

func (s *shelf) fail(got, want string, by any) {
	s.t.Helper()
	var b strings.Builder
	for i, step := range s.log { // four steps to the line
		switch {
		case i%4 == 1:
			b.WriteString("\n")
		case i > 0:
			b.WriteString(" · ")
		}
		b.WriteString(step)
	}
	kit.Fail(s.t, kit.Failure{Sent: b.String(), Got: got, Want: want, At: kit.At(by)})
}

// put puts a new value and checks what is evicted.
func (s *shelf) put(key string) {
	s.t.Helper()
	s.last++
	s.evicted = nil
	want := s.model.put(pair{key, s.last})
	s.did("Put(%s, %d)", key, s.last)
	s.cache.Put(key, s.last)
	if got := strings.Join(s.evicted, ", "); got != want {
		s.fail("evicted: "+orNothing(got), "evicted: "+orNothing(want), put)
	}
	s.counts()
}

func (s *shelf) get(key string) {
	s.t.Helper()
	s.did("Get(%s)", key)
	got, ok := s.cache.Get(key)
	if i := s.model.find(key); ok != (i >= 0) || ok && got != s.model.touch(i).value {
		want := "0, false"
		if i >= 0 {
			want = fmt.Sprintf("%d, true", s.model.entries[i].value)
		}
		s.fail(fmt.Sprintf("%d, %t", got, ok), want, get)
	}
}

func (s *shelf) remove(key string) {
	s.t.Helper()
	s.did("Delete(%s)", key)
	s.evicted = nil
	i := s.model.find(key)
	if i >= 0 {
		s.model.entries = slices.Delete(s.model.entries, i, i+1)
	}
	if got := s.cache.Delete(key); got != (i >= 0) {
		s.fail(fmt.Sprint(got), fmt.Sprint(i >= 0), remove)
	}
	if s.evicted != nil {
		s.fail("evicted: "+strings.Join(s.evicted, ", "), "evicted: nothing, it was deleted", remove)
	}
	s.counts()
}

// counts compares the number of entries.
func (s *shelf) counts() {
	s.t.Helper()
	if got, want := s.cache.Len(), len(s.model.entries); got != want {
		s.did("Len()")
		s.fail(fmt.Sprint(got), fmt.Sprint(want), length)
	}
}

// all looks for every key. It comes last, since it uses what it finds.
func (s *shelf) all(keys []string) {
	s.t.Helper()
	for _, k := range keys {
		s.get(k)
	}
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// keys returns n of them.
func keys(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = string(rune('a' + i))
	}
	return all
}
