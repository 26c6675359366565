//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package run

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is what dies with a process.
type group = local

var maxrssUnit = maxrssBytes()

// maxrssBytes is the unit of getrusage(2)'s maxrss: bytes on macOS, kilobytes
// on the other systems.
func maxrssBytes() int64 {
	if runtime.GOOS == "darwin" {
		return 1
	}
	return 1 << 10
}

func sessionAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// awaitExit returns true when the process has ended and is still a zombie, so
// that its number, the group's too, cannot yet be another's.
func awaitExit(pid int) bool {
	queue, err := unix.Kqueue()
	if err != nil {
		return false
	}
	defer unix.Close(queue)
	var change unix.Kevent_t
	unix.SetKevent(&change, pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	change.Fflags = unix.NOTE_EXIT
	events := make([]unix.Kevent_t, 1)
	for {
		switch _, err := unix.Kevent(queue, []unix.Kevent_t{change}, events, nil); err {
		case unix.EINTR:
		case nil, unix.ESRCH: // ESRCH: it had ended before we asked
			return true
		default:
			return false
		}
	}
}

func quit(pid int) { _ = unix.Kill(pid, unix.SIGQUIT) }

func closeOnExecFrom(uint) error { return unix.ENOSYS }

// system tells which layers this system has: none.
func (*probed) system(string) bool { return false }

func (local) close() {}

func (local) limit(*Confine) {}
