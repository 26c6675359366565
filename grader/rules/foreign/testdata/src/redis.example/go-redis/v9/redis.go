// Package redis has another name than the last part of its path.
package redis

// Map is a map.
type Map map[string]int

// Add does nothing.
func (Map) Add(string) {}

var (
	Limits Map
	List   []int
	Count  int
	Nil    error
)
