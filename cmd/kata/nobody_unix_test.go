//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// nobody has a command run by a user without rights, where this one may say so.
func nobody(cmd *exec.Cmd) {
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}
