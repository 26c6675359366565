package run

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Limits with no field in Confine.
const (
	threads         = 512     // of one process; Go makes one per blocking system call
	threadsPerChild = 32      // more for each child process that is allowed
	leastSpace      = 2 << 30 // address space: below 800 MiB the Go runtime does not start
)

// limits sets the resource limits, hard ones too. RLIMIT_DATA counts what a
// process may write to; shared mappings, which it does not count, are the
// seccomp filter's matter, and the address space's where there is no filter.
func (o *orders) limits() error {
	all := []struct {
		resource int
		value    int64 // negative: no limit
		name     string
	}{
		{unix.RLIMIT_CORE, 0, "core dumps"},
		{unix.RLIMIT_DATA, o.Memory, "data"},
		{unix.RLIMIT_AS, addressSpace(o.Memory), "address space"},
		{unix.RLIMIT_FSIZE, o.Disk, "file size"},
		{unix.RLIMIT_NOFILE, int64(o.Files), "open files"},
		{unix.RLIMIT_MSGQUEUE, 0, "message queues"},
		{unix.RLIMIT_NPROC, o.tasks(), "threads"},
	}
	for _, l := range all {
		if err := lower(l.resource, l.value, l.value); err != nil {
			return fmt.Errorf("limit %s: %w", l.name, err)
		}
	}
	if o.CPU == 0 {
		return nil
	}
	if err := lower(unix.RLIMIT_CPU, o.CPU, o.CPU+1); err != nil {
		return fmt.Errorf("limit processor time: %w", err)
	}
	return nil
}

func addressSpace(memory int64) int64 {
	if memory < 0 {
		return memory
	}
	return max(leastSpace, 2*memory)
}

// lower sets a limit, or leaves a lower one that is there already.
func lower(resource int, soft, hard int64) error {
	if soft < 0 {
		return nil
	}
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return err
	}
	now.Cur, now.Max = min(now.Cur, uint64(soft)), min(now.Max, uint64(hard))
	return unix.Prlimit(0, resource, &now, nil)
}

// tasks is the limit of threads. Where the kernel counts all that a user has
// on the machine (before Linux 5.14, or outside a user namespace), there is
// none; it spares root in any case.
func (o *orders) tasks() int64 {
	if !o.has(LayerUser) || !atLeast(5, 14) {
		return -1
	}
	return int64(threads + threadsPerChild*o.Processes)
}

// atLeast compares the kernel's release.
func atLeast(major, minor int) bool {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return false
	}
	var a, b int
	if n, _ := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &a, &b); n != 2 {
		return false
	}
	return a > major || a == major && b >= minor
}
