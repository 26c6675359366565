// Package kata holds the files that travel inside the kata binary: the
// reference solutions with their hidden tests and packed starters, the kit
// that those tests import, the server programs, and the module files that
// builds use. The learner's exercises are never part of it.
package kata

import "embed"

// Files is rooted at the repository.
//
//go:embed go.mod go.sum all:solutions all:grader/kit all:grader/services
var Files embed.FS
