// Package a has functions without a body.
package a

type tea struct{}

func now() int64 // want `the function now has no body\nA function without a body`

func (tea) brew() // want `the function brew has no body`

func empty() {}

type leaf interface{ steep() }

var later func()
