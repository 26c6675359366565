// Package store is a sub-package of the submission.
package store

import "shop/store/deep" // its own as well

// Get returns a thing.
func Get() int { return deep.Value }
