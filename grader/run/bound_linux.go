package run

import (
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

// bound limits a process that was just started, and through it all that it
// starts from now on. A process that has ended meanwhile needs no limit.
func bound(cmd *exec.Cmd, c Command) {
	if cmd.Process == nil {
		return // the holder of a private network started it
	}
	for resource, most := range map[int]int64{unix.RLIMIT_DATA: c.Memory, unix.RLIMIT_CPU: int64(c.CPU / time.Second)} {
		if most > 0 {
			_ = unix.Prlimit(cmd.Process.Pid, resource, &unix.Rlimit{Cur: uint64(most), Max: uint64(most)}, nil)
		}
	}
}
