package main

import (
	"os/exec"
	"syscall"
)

const (
	exe          = ".exe"
	sharedMemory = "windows"
)

// user is the present one: PostgreSQL itself gives up an administrator's rights.
type user struct{}

func unprivileged() user { return user{} }

func (user) own(string) error { return nil }

func begin(cmd *exec.Cmd, _ user) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	return cmd.Start()
}

func hurry(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
