package run

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is what dies with a process, started by this process or, to live in a
// private network, by that network's holder.
type group struct {
	local
	remote *remote // nil: local
}

func (g *group) start(cmd *exec.Cmd) error {
	if g.remote != nil {
		return g.remote.start(cmd)
	}
	return g.local.start(cmd)
}

func (g *group) wait(cmd *exec.Cmd, finish func()) ending {
	if g.remote != nil {
		return g.remote.wait(finish)
	}
	return g.local.wait(cmd, finish)
}

func (g *group) kill(cmd *exec.Cmd) {
	if g.remote != nil {
		g.remote.tell(tellKill)
		return
	}
	g.local.kill(cmd)
}

func (g *group) dump(cmd *exec.Cmd) {
	if g.remote != nil {
		g.remote.tell(tellDump)
		return
	}
	g.local.dump(cmd)
}

func (g *group) close() {
	if g.remote != nil {
		g.remote.close()
	}
}

const maxrssUnit = 1 << 10 // getrusage(2): kilobytes

func sessionAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitExit returns true when the process has ended and is still a zombie, so
// that its number, the group's too, cannot yet be another's.
func awaitExit(pid int) bool {
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != unix.EINTR {
			return err == nil
		}
	}
}

// quit sends SIGQUIT to the busiest thread rather than to the process: the
// runtime can print the stack of a running goroutine only from its own thread.
func quit(pid int) {
	if tid := busiest(pid); tid == 0 || unix.Tgkill(pid, tid, unix.SIGQUIT) != nil {
		_ = unix.Kill(pid, unix.SIGQUIT)
	}
}

// busiest returns the running thread with the most user time, 0 for none.
func busiest(pid int) int {
	tasks, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task/*/stat"))
	if err != nil {
		return 0
	}
	found, most := 0, -1
	for _, task := range tasks {
		if used, running := userTime(task); running && used > most {
			found, _ = strconv.Atoi(filepath.Base(filepath.Dir(task)))
			most = used
		}
	}
	return found
}

// userTime reads state and utime, fields 3 and 14 of proc_pid_stat(5); field 2
// is a name in parentheses that may hold anything.
func userTime(stat string) (ticks int, running bool) {
	data, err := os.ReadFile(stat)
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 12 {
		return 0, false
	}
	ticks, err = strconv.Atoi(string(fields[11]))
	return ticks, err == nil && string(fields[0]) == "R"
}

// closeOnExecFrom needs Linux 5.11.
func closeOnExecFrom(fd uint) error {
	return unix.CloseRange(fd, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC)
}
