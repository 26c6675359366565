// Package pot has a name that nobody would guess.
package pot

// Lid is a variable, Size is none.
var Lid int

// Size is a type.
type Size struct{ N int }
