//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package run

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is a process group in its own session.
type group struct{}

// attributes prepares the command before anything else touches its SysProcAttr.
func (group) attributes(cmd *exec.Cmd) { cmd.SysProcAttr = sessionAttributes() }

// inherit passes files on and returns their numbers in the process, separated
// by commas.
func (group) inherit(cmd *exec.Cmd, files ...*os.File) (string, error) {
	var names []string
	for _, f := range files {
		names = append(names, strconv.Itoa(3+len(cmd.ExtraFiles)))
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	return strings.Join(names, ","), nil
}

func (group) start(cmd *exec.Cmd) error { return cmd.Start() }

// kill ends the whole group; what has left the session escapes it, but not a
// process namespace.
func (group) kill(cmd *exec.Cmd) { _ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }

// dump asks the Go runtime for its goroutines on standard error.
func (group) dump(cmd *exec.Cmd) { quit(cmd.Process.Pid) }

func (group) close() {}

func (group) peak(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss) * maxrssUnit
}

func signalName(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	return unix.SignalName(status.Signal())
}
