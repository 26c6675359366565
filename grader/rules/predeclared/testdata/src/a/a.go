// Package a hides the language's names.
package a

import (
	"errors"
	string "strings" // want `the package declares string anew`
)

const true = false // want `the package declares true anew, which is one of Go's own names\nEvery file`

var (
	tea, nil = 1, 2 // want `declares nil anew`
)

type (
	error any // want `declares error anew`
	leaf  struct{ len int }
)

func len(s []int) int { return 0 } // want `declares len anew`

func (leaf) cap() {}

func steep(max int) (min int) {
	copy := max
	type string int
	return copy + min + int(string(1))
}

var (
	_ = errors.New
	_ = string.ToUpper
)
