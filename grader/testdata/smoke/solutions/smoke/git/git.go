// Package git names content.
package git

import (
	"crypto/sha1"
	"fmt"
)

// Blob returns the ID that git gives to a file with that text.
func Blob(text string) string {
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text)))
}
