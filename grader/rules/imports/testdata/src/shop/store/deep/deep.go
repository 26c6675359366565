// Package deep lies deeper.
package deep

import _ "shopping" // want `the import of "shopping" is not on`

// Value is a value.
const Value = 1
