// Package store is a sub-package of the submission.
package store

// Default is its variable.
var Default int
