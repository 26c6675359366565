// Package ownership keeps the newsletter's address book.
package ownership

import (
	"cmp"
	"slices"
	"sync"
)

// Contact is somebody who gets the newsletter.
type Contact struct {
	Email  string
	Tags   []string
	Fields map[string]string // what a letter's text may use: "name", "city"
}

// Book holds contacts. It is safe for concurrent use: every method locks.
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
	if found {
		b.contacts[i] = c
		return
	}
	b.contacts = slices.Insert(b.contacts, i, c)
}

// Get returns the contact with that email, and whether there is one.
func (b *Book) Get(email string) (Contact, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, found := b.find(email)
	if !found {
		return Contact{}, false
	}
	return b.contacts[i], true // a copy: Contact is no pointer
}

// Edit changes the contact with that email, and reports whether there is one.
func (b *Book) Edit(email string, change func(*Contact)) bool {
	c, ok := b.Get(email)
	if !ok {
		return false
	}
	change(&c)
	b.Put(c)
	return true
}

// Batches returns all contacts, ordered by email, in batches of at most size.
func (b *Book) Batches(size int) [][]Contact {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var batches [][]Contact
	for start := 0; start < len(b.contacts); start += size {
		end := min(start+size, len(b.contacts))
		batches = append(batches, b.contacts[start:end])
	}
	return batches
}

// find returns where the contact is or belongs.
func (b *Book) find(email string) (int, bool) {
	return slices.BinarySearchFunc(b.contacts, email, func(c Contact, email string) int {
		return cmp.Compare(c.Email, email)
	})
}
