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

// local is a process group in its own session, started by this process.
type local struct{}

// attributes prepares the command before anything else touches its SysProcAttr.
func (local) attributes(cmd *exec.Cmd, c Command) {
	cmd.SysProcAttr = sessionAttributes()
	if c.User != 0 && os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(c.User), Gid: uint32(c.User)}
	}
}

// inherit passes files on and returns their numbers in the process, separated
// by commas.
func (local) inherit(cmd *exec.Cmd, files ...*os.File) (string, error) {
	var names []string
	for _, f := range files {
		names = append(names, strconv.Itoa(3+len(cmd.ExtraFiles)))
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	return strings.Join(names, ","), nil
}

func (local) start(cmd *exec.Cmd) error { return cmd.Start() }

// wait returns when the process has ended. It calls finish before the
// process's number can become another's, as far as the system allows.
func (local) wait(cmd *exec.Cmd, finish func()) ending {
	if awaitExit(cmd.Process.Pid) {
		finish()
	}
	_ = cmd.Wait() // how it ended is in ProcessState
	finish()
	return endingOf(cmd.ProcessState)
}

// kill ends the whole group; what has left the session escapes it, but not a
// process namespace.
func (local) kill(cmd *exec.Cmd) { _ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }

// dump asks the Go runtime for its goroutines on standard error.
func (local) dump(cmd *exec.Cmd) { quit(cmd.Process.Pid) }

func endingOf(state *os.ProcessState) ending {
	e := ending{Code: state.ExitCode()}
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		e.Peak = int64(usage.Maxrss) * maxrssUnit
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = unix.SignalName(status.Signal())
	}
	return e
}
