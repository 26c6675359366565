//go:build unix

package bench

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// A named pipe must neither be waited for nor read.
func TestReadRefusesPipes(t *testing.T) {
	root, dir := folder(t)
	must(t, syscall.Mkfifo(filepath.Join(dir, "b.go"), 0o644))
	_, err := Read(root, exercise(t, "code"))
	var refused *RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("got %v, want a refusal", err)
	}
}
