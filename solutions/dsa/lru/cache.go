// Package lru is a cache that forgets what has not been used for longest.
package lru

import (
	"container/list"
	"sync"
)

// Cache holds at most a fixed number of entries. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	capacity int
	evicted  func(K, V)

	mu      sync.Mutex // for Get too: to use an entry is to move it
	byKey   map[K]*list.Element
	entries list.List // of *entry[K, V], the one used last in front
}

type entry[K comparable, V any] struct {
	key   K // so that an evicted entry is found in byKey
	value V
}

// New returns an empty cache. evicted, unless it is nil, is called with each
// entry that has to go because the cache is full.
func New[K comparable, V any](capacity int, evicted func(K, V)) *Cache[K, V] {
	if evicted == nil {
		evicted = func(K, V) {}
	}
	return &Cache[K, V]{capacity: capacity, evicted: evicted, byKey: make(map[K]*list.Element)}
}

// Get returns the value of key, and whether there is one.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.entries.MoveToFront(e)
	return e.Value.(*entry[K, V]).value, true
}

// Put sets the value of key. The lock is not held while evicted is called.
func (c *Cache[K, V]) Put(key K, value V) {
	if old := c.put(key, value); old != nil {
		c.evicted(old.key, old.value)
	}
}

// put returns the entry that had to go, or nil.
func (c *Cache[K, V]) put(key K, value V) *entry[K, V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		e.Value.(*entry[K, V]).value = value
		c.entries.MoveToFront(e)
		return nil
	}
	c.byKey[key] = c.entries.PushFront(&entry[K, V]{key, value})
	if c.entries.Len() <= c.capacity {
		return nil
	}
	old := c.entries.Remove(c.entries.Back()).(*entry[K, V])
	delete(c.byKey, old.key)
	return old
}

// Delete removes key, and reports whether it was there.
func (c *Cache[K, V]) Delete(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if ok {
		c.entries.Remove(e)
		delete(c.byKey, key)
	}
	return ok
}

// Len returns the number of entries.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Len()
}
