// Package ownership keeps the newsletter's address book.
package ownership

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// Contact is somebody who gets the newsletter.
type Contact struct {
	Email  string
	Tags   []string
	Fields map[string]string // what a letter's text may use: "name", "city"
}

// clone returns a contact that shares no memory with c.
func (c Contact) clone() Contact {
	c.Tags = slices.Clone(c.Tags)
	c.Fields = maps.Clone(c.Fields)
	return c
}

// Book holds contacts. It is safe for concurrent use, and owns what it holds:
// contacts are copied on their way in and on their way out.
type Book struct {
	mu       sync.RWMutex
	contacts []Contact // by email
}

// New returns an empty book.
func New() *Book { return &Book{} }

// Put adds c, or replaces the contact with its email.
func (b *Book) Put(c Contact) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, found := b.find(c.Email)
	if !found {
		b.contacts = slices.Insert(b.contacts, i, Contact{})
	}
	b.contacts[i] = c.clone()
}

// Get returns the contact with that email, and whether there is one.
func (b *Book) Get(email string) (Contact, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, found := b.find(email)
	if !found {
		return Contact{}, false
	}
	return b.contacts[i].clone(), true
}

// Edit changes the contact with that email, and reports whether there is one.
// The lock is held over the change, which works on a copy of its own.
func (b *Book) Edit(email string, change func(*Contact)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, found := b.find(email)
	if !found {
		return false
	}
	c := b.contacts[i].clone()
	change(&c)
	b.contacts[i] = c.clone()
	return true
}

// Batches returns all contacts, ordered by email, in batches of at most size.
func (b *Book) Batches(size int) [][]Contact {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var batches [][]Contact
	for chunk := range slices.Chunk(b.contacts, size) {
		batch := make([]Contact, len(chunk))
		for i, c := range chunk {
			batch[i] = c.clone()
		}
		batches = append(batches, batch)
	}
	return batches
}

// find returns where the contact is or belongs.
func (b *Book) find(email string) (int, bool) {
	return slices.BinarySearchFunc(b.contacts, email, func(c Contact, email string) int {
		return cmp.Compare(c.Email, email)
	})
}
