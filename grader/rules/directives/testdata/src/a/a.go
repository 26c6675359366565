// Package a gives orders.
package a

//go:noinline // want `//go:noinline is a directive, not a comment\nA directive changes how`
func one() {}

//go:norace // want `//go:norace .*\nIt hides the function from the race detector`
func two() {}

//go:generate stringer // want `//go:generate is a directive`

/* // want `//line is a directive.*\nIt makes the compiler name another` */ //line elsewhere.go:7
func three()                                                                {}

/*line elsewhere.go:70*/ // want `/\*line is a directive`
func four()              {}

//go is a fine language
//go.mod, too
// go:noinline with a space is prose
// line 5: also
//line up the orders, please
//exports tea
/*go:noinline is prose*/
func five() {
	six := "//go:noinline in a string"
	_ = six //go:nosplit // want `//go:nosplit is a directive`
}
