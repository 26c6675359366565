package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// A cluster needs 30 MB; here there are four.
func TestFullDisk(t *testing.T) {
	args, ok := products(t)["postgres"]
	if !ok || os.Geteuid() != 0 {
		t.Skip("needs root, to make a small disk, and PostgreSQL")
	}
	temp := open(t)
	if err := syscall.Mount("small", temp, "tmpfs", 0, "size=4m,mode=711"); err != nil {
		t.Skipf("this machine makes no small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(temp, 0) })
	h := begun(t, temp, args...)
	_ = h.Wait()
	if text := h.complain.String(); h.addr != "" || !strings.Contains(text, "No space left on device") && !strings.Contains(text, "no space left on device") {
		t.Errorf("said %q", text)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}
