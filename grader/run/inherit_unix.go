//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package run

import "golang.org/x/sys/unix"

// fewDescriptors is how many are marked one by one where the kernel cannot
// mark them all.
const fewDescriptors = 4096

// keepInherited marks all descriptors but the standard three close-on-exec.
// Go's own are already; others came from whoever started this program.
func keepInherited() { markFrom(3) }

// markFrom marks the descriptors from first on close-on-exec.
func markFrom(first int) {
	if closeOnExecFrom(uint(first)) == nil {
		return
	}
	for fd := first; fd < fewDescriptors; fd++ {
		unix.CloseOnExec(fd)
	}
}
