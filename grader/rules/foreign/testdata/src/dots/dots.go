// Package dots imports without names.
package dots

import (
	. "io"
	. "net/http"
)

// mine is its own.
var mine int

func changes(w ResponseWriter) {
	DefaultClient = nil       // want `this changes .*DefaultClient`
	DefaultClient.Timeout = 1 // want `this changes .*DefaultClient`
	EOF, mine = nil, 1        // want `this changes .*EOF`
	_ = &ErrHandlerTimeout    // want `this takes the address of .*ErrHandlerTimeout`
	_ = &Server{}
	_ = &mine
	local, _ := ReadAll(nil)
	local = nil
	_ = &local
	mine = 2
	var EOF error
	EOF = nil
	_ = EOF
}
