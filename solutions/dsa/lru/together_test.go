package lru_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/dsa/lru"
)

const ample = 3 * time.Second

// 5. evicted may use the cache, and may take its time: it holds up nobody but the Put that evicts.
func TestEvictedTakesItsTime(t *testing.T) {
	t.Run("evicted may look into the cache", func(t *testing.T) {
		inside(t, "Get(b) and Len()", func(c *cache) {
			_, _ = c.Get("b")
			_ = c.Len()
		})
	})
	t.Run("evicted may change the cache", func(t *testing.T) {
		inside(t, "Delete(b) and Put(b, 2)", func(c *cache) {
			_ = c.Delete("b")
			c.Put("b", 2)
		})
	})
	t.Run("others use the cache while evicted takes its time", meanwhile)
}

// inside has evicted use the cache, once.
func inside(t *testing.T, what string, use func(c *cache)) {
	var c *cache
	var called atomic.Bool
	c = lru.New(1, func(string, int) {
		if !called.Swap(true) {
			use(c)
		}
	})
	kit.Within(t, ample, "New(1, evicted), Put(a, 1), Put(b, 2); evicted calls "+what, func() {
		c.Put("a", 1)
		c.Put("b", 2)
	})
	if value, ok := c.Get("b"); value != 2 || !ok {
		kit.Fail(t, kit.Failure{
			Sent: "New(1, evicted), Put(a, 1), Put(b, 2); evicted calls\n" + what + "; then Get(b)",
			Got:  fmt.Sprintf("%d, %t", value, ok), Want: "2, true", At: kit.At(put),
		})
	}
}

// meanwhile uses the cache while evicted stands still.
func meanwhile(t *testing.T) {
	gate, standing := make(chan struct{}), make(chan struct{})
	var called atomic.Bool
	c := lru.New(2, func(string, int) {
		if !called.Swap(true) {
			close(standing)
			<-gate
		}
	})
	c.Put("a", 1)
	c.Put("b", 2)
	evicts := bubble.Go(func() { c.Put("c", 3) })
	defer func() { close(gate); <-evicts.Done() }()
	kit.Within(t, ample, "Put(c, 3) evicts, and evicted takes its time; meanwhile\nothers call Get(b), Put(b, 4), Put(d, 5), Delete(b) and Len()", func() {
		<-standing
		_, _ = c.Get("b")
		c.Put("b", 4)
		c.Put("d", 5)
		_ = c.Delete("b")
		_ = c.Len()
	})
}

// 6. A cache with 100,000 entries is as quick as one with 500, a few cache misses of the processor aside: a Get, a Put or a Delete does not look at the others.
func TestSpeed(t *testing.T) {
	key := func(i int) string { return fmt.Sprint("page ", i) }
	t.Run("a Get costs the same in a large cache", func(t *testing.T) {
		compare(t, "Get of an entry", func(c *cache, i, size int) { _, _ = c.Get(key(i * 7919 % size)) }, get)
	})
	t.Run("a Put that replaces costs the same in a large cache", func(t *testing.T) {
		compare(t, "Put of a key that is there", func(c *cache, i, size int) { c.Put(key(i*7919%size), i) }, put)
	})
	t.Run("a Put that evicts costs the same in a large cache", func(t *testing.T) {
		compare(t, "Put of a new key", func(c *cache, i, size int) { c.Put(key(size+i), i) }, put)
	})
	t.Run("a Delete costs the same in a large cache", func(t *testing.T) {
		compare(t, "Delete of a key and Put of it", func(c *cache, i, size int) {
			k := key(i * 7919 % size)
			_ = c.Delete(k)
			c.Put(k, i)
		}, remove)
	})
}

const (
	small, large = 500, 100_000
	calls        = 100
	allowed      = 25 // times; a look at every entry costs 200 times as much
)

// compare fails when a call costs much more in a large cache than in a small one.
// Whatever else the machine does only makes calls slower, so both sides count
// their best run, and the large cache gets many chances.
func compare(t *testing.T, what string, call func(c *cache, i, size int), by any) {
	t.Helper()
	little, big := fill(small), fill(large)
	n := 0
	best := func(c *cache, size int) time.Duration {
		runtime.Gosched()
		began := time.Now()
		for range calls {
			n++
			call(c, n, size)
		}
		return time.Since(began)
	}
	base := best(little, small)
	for range 50 {
		base = min(base, best(little, small))
	}
	cost := best(big, large)
	for began := time.Now(); cost > allowed*base && time.Since(began) < 2*time.Second; {
		cost = min(cost, best(big, large))
	}
	if cost > allowed*base {
		kit.Fail(t, kit.Failure{
			Sent: fmt.Sprintf("%s, in caches with %d and %d entries", what, small, large),
			Got:  fmt.Sprintf("%s a call in the small one, %s in the large one", base/calls, cost/calls),
			Want: "about the same in both", At: kit.At(by),
		})
	}
}

// fill returns a full cache.
func fill(size int) *cache {
	c := lru.New(size, func(string, int) {})
	for i := range size {
		c.Put(fmt.Sprint("page ", i), i)
	}
	return c
}

// 7. However many goroutines use it at once, each entry that was put is either in the cache or was evicted, once.
func TestTogether(t *testing.T) {
	t.Run("nothing is lost and nothing evicted twice when all use it at once", func(t *testing.T) {
		const people, each, capacity = 16, 400, 64
		var mu sync.Mutex
		gone := map[string]int{}
		c := lru.New(capacity, func(key string, _ int) {
			mu.Lock()
			defer mu.Unlock()
			gone[key]++
		})
		sent := fmt.Sprintf("%d goroutines, each puts %d keys of its own into a cache of %d,\nand reads others' keys", people, each, capacity)
		kit.Within(t, 3*ample, sent, func() { rush(c, people, each) })
		var wrong []string
		for n := range people * each {
			key := fmt.Sprint("page ", n)
			times := gone[key]
			if value, ok := c.Get(key); ok {
				if times++; value != n {
					wrong = append(wrong, fmt.Sprintf("%s has the value %d", key, value))
				}
			}
			if times != 1 {
				wrong = append(wrong, fmt.Sprintf("%s is %d times in the cache or evicted", key, times))
			}
		}
		if len(wrong) > 0 || c.Len() != capacity {
			kit.Fail(t, kit.Failure{
				Sent: sent, Got: fmt.Sprintf("%d entries in the cache\n%s", c.Len(), strings.Join(wrong[:min(3, len(wrong))], "\n")),
				Want: fmt.Sprintf("%d entries in the cache, all others evicted once", capacity), At: kit.At(put),
			})
		}
	})
}

func rush(c *cache, people, each int) {
	var all sync.WaitGroup
	for p := range people {
		all.Go(func() {
			for i := range each {
				c.Put(fmt.Sprint("page ", p*each+i), p*each+i)
				_, _ = c.Get(fmt.Sprint("page ", (p+1)%people*each+i))
				_ = c.Delete("page -1")
				_ = c.Len()
			}
		})
	}
	all.Wait()
}
