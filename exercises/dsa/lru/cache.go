// Package lru is a cache that forgets what has not been used for longest.
package lru

import "sync"

// Cache holds at most a fixed number of entries.
type Cache[K comparable, V any] struct {
	capacity int
	evicted  func(K, V)

	mu      sync.RWMutex
	entries map[K]*entry[V]
	uses    int // so far
}

type entry[V any] struct {
	value V
	used  int // when: the number of its last use
}

// New returns an empty cache. evicted, unless it is nil, is called with each
// entry that has to go because the cache is full.
func New[K comparable, V any](capacity int, evicted func(K, V)) *Cache[K, V] {
	return &Cache[K, V]{capacity: capacity, evicted: evicted, entries: make(map[K]*entry[V])}
}

// Get returns the value of key, and whether there is one.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[key]
	if !ok {
		return value, false
	}
	c.uses++
	e.used = c.uses
	return e.value, true
}

// Put sets the value of key.
func (c *Cache[K, V]) Put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.capacity {
		c.evict() // make room first
	}
	if e, ok := c.entries[key]; ok {
		e.value = value
		return
	}
	c.uses++
	c.entries[key] = &entry[V]{value: value, used: c.uses}
}

// evict removes the entry that was used least recently.
func (c *Cache[K, V]) evict() {
	var oldest K
	first := true
	for key, e := range c.entries {
		if first || e.used < c.entries[oldest].used {
			oldest, first = key, false
		}
	}
	value := c.entries[oldest].value
	delete(c.entries, oldest)
	if c.evicted != nil {
		c.evicted(oldest, value)
	}
}

// Delete removes key, and reports whether it was there.
func (c *Cache[K, V]) Delete(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.entries[key]
	delete(c.entries, key)
	return ok
}

// Len returns the number of entries.
func (c *Cache[K, V]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.entries)
}
