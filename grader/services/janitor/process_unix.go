//go:build unix

package janitor

import (
	"os"
	"os/exec"
	"syscall"
)

// detach gives the process a session of its own: who kills this one's group, or
// closes its terminal, does not reach it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// killGroup kills a process that leads its group, and the group.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// hold takes the file's lock unless somebody has it.
func hold(f *os.File) bool { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil }
