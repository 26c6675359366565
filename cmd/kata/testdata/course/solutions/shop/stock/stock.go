// Package stock counts what is on the shelf.
package stock

// Shelf holds articles.
type Shelf struct{ articles int }

// Add puts n articles on the shelf.
func (s *Shelf) Add(n int) { s.articles += n }

// Count returns how many articles are on the shelf.
func (s *Shelf) Count() int { return s.articles }
