// Package a has methods that comparing code calls.
package a

// Money is allowed an Equal.
type Money struct{ cents int }

// Equal compares.
func (m Money) Equal(o Money) bool { return m == o }

// Is is not among what is allowed.
func (m *Money) Is(error) bool { return true } // want `the method Is of Money is not part of this exercise\nerrors.Is`

// Set is generic.
type Set[T comparable] struct{ m map[T]bool }

// Equal compares.
func (s *Set[T]) Equal(o *Set[T]) bool { return true } // want `the method Equal of Set is not`

// Pair has two parameters.
type Pair[K, V any] struct{}

// As says yes.
func (Pair[_, _]) As(any) bool { return true } // want `the method As of Pair`

type notFound struct{}

// Unwrap is allowed on every type.
func (notFound) Unwrap() error { return nil }

// Equal is a function, no method.
func Equal(a, b int) bool { return a == b }

// Comparer may ask for what it likes.
type Comparer interface{ Equal(any) bool }

type refused struct {
	error
	allow []string
}

// Unwrap returns a field.
func (e refused) Unwrap() error { return e.error }
