package lru_test

import (
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/dsa/lru"
)

// 1. Get returns what Put stored last under a key, Delete removes it and answers whether it was there, Len counts.
func TestCache(t *testing.T) {
	t.Run("what was put is found", func(t *testing.T) {
		s := open(t, kit.Rand(t), 5)
		for _, k := range keys(5) {
			s.put(k)
		}
		s.all(keys(7))
	})
	t.Run("the value put last is found", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		s.put("a")
		s.put("a")
		s.get("a")
	})
	t.Run("what was deleted is gone", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		s.put("a")
		s.put("b")
		s.remove("a")
		s.remove("a")
		s.all(keys(3))
	})
	t.Run("a deleted key can be put again", func(t *testing.T) {
		s := open(t, kit.Rand(t), 2)
		s.put("a")
		s.remove("a")
		s.put("a")
		s.put("b")
		s.all(keys(3))
	})
}

// 2. Put of a new key into a full cache evicts the entry whose last use is the longest ago. A Get that finds something is a use, and so is every Put; Len is not. There are never more entries than the capacity.
func TestEviction(t *testing.T) {
	t.Run("the entry that was put first goes first", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		for _, k := range keys(7) {
			s.put(k)
		}
	})
	t.Run("a cache of one entry holds the last", func(t *testing.T) {
		s := open(t, kit.Rand(t), 1)
		for _, k := range keys(4) {
			s.put(k)
			s.get(k)
		}
	})
	t.Run("an entry that was read stays longer", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		for _, k := range []string{"a", "b", "c"} {
			s.put(k)
		}
		s.get("a")
		s.put("d")
		s.put("e")
	})
	t.Run("an entry that was replaced stays longer", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		for _, k := range []string{"a", "b", "a", "c", "d", "e"} {
			s.put(k)
		}
	})
	t.Run("a deleted entry leaves room for another", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		for _, k := range []string{"a", "b", "c"} {
			s.put(k)
		}
		s.remove("b")
		s.put("d")
		s.put("e")
	})
	t.Run("the order of use decides, whatever is done", func(t *testing.T) {
		r := kit.Rand(t)
		for steps := 4; steps <= 30; steps++ {
			for range 40 { // short ones first: they are easier to read
				s := open(t, r, 1+r.IntN(4))
				s.walk(steps)
			}
		}
	})
}

// walk makes random steps.
func (s *shelf) walk(steps int) {
	s.t.Helper()
	all := keys(s.model.capacity + 2)
	for range steps {
		key := all[s.rand.IntN(len(all))]
		switch s.rand.IntN(6) {
		case 0:
			s.remove(key)
		case 1, 2:
			s.get(key)
		default:
			s.put(key)
		}
	}
	s.all(all)
}

// 3. Put of a key that is there evicts nothing.
func TestReplace(t *testing.T) {
	t.Run("replacing in a full cache evicts nothing", func(t *testing.T) {
		s := open(t, kit.Rand(t), 3)
		for _, k := range []string{"a", "b", "c", "c", "b", "a"} {
			s.put(k)
		}
		s.all(keys(3))
	})
}

// 4. evicted is called once for each entry that was evicted, with its key and its last value, before that Put returns; and for no entry that was replaced or deleted.
func TestEvicted(t *testing.T) {
	t.Run("what is evicted comes with its last value", func(t *testing.T) {
		s := open(t, kit.Rand(t), 2)
		for _, k := range []string{"a", "a", "b", "b", "c", "d"} {
			s.put(k)
		}
	})
	t.Run("what is deleted is not evicted", func(t *testing.T) {
		s := open(t, kit.Rand(t), 2)
		for _, k := range keys(2) {
			s.put(k)
			s.remove(k)
		}
	})
	t.Run("a cache may be told of nobody who wants to know", func(t *testing.T) {
		c := lru.New[string, int](1, nil)
		c.Put("a", 1)
		c.Put("b", 2)
		if _, ok := c.Get("a"); ok || c.Len() != 1 {
			kit.Fail(t, kit.Failure{Sent: "New(1, nil), Put(a, 1), Put(b, 2)", Got: "a is still there", Want: "only b", At: kit.At(put)})
		}
	})
}
