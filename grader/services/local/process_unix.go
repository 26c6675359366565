//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	osuser "os/user"
	"strconv"
	"syscall"
)

const (
	exe          = ""
	sharedMemory = "mmap" // files in the data folder, which are removed with it
)

// user is whom a server runs as; zero: the present one.
type user struct{ uid, gid uint32 }

const nobody = 65534

// unprivileged is another user when this one is root: PostgreSQL refuses root.
func unprivileged() user {
	if os.Geteuid() != 0 {
		return user{}
	}
	if u, err := osuser.Lookup("postgres"); err == nil {
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if errors.Join(err1, err2) == nil && uid != 0 {
			return user{uint32(uid), uint32(gid)}
		}
	}
	return user{nobody, nobody}
}

// own gives a file to the user.
func (u user) own(path string) error {
	if u.uid == 0 {
		return nil
	}
	return os.Chown(path, int(u.uid), int(u.gid))
}

// begin starts a program that leads a group of its own and dies with this one.
func begin(cmd *exec.Cmd, who user) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if who.uid != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
	tie(cmd.SysProcAttr)
	return cmd.Start()
}

// hurry asks a server to end at once: PostgreSQL then takes its shared memory
// away (PostgreSQL 15 manual, section 19.5), Redis ends like by any signal.
func hurry(cmd *exec.Cmd) { _ = cmd.Process.Signal(syscall.SIGQUIT) }
