// Package b has constants as people write them.
package b

const (
	greeting = "good " + day + "\n"
	day      = "day"
	n        = 1 + 2
	loop     = loop + loop
)

var _ = greeting + greeting + string(rune(n))
