package run

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// guardMarker is argv[0] of the process that removes a folder.
const guardMarker = "kata-folder"

// guard is the process that removes a folder when this one has died: the end
// of its standard input tells it so.
type guard struct{ tell io.Closer }

func newGuard(folder string) (*guard, error) {
	if !initialised.Load() { // the copy would be this program again
		return &guard{io.NopCloser(nil)}, nil
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Args, cmd.Env, cmd.Dir = []string{guardMarker, folder}, []string{}, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	tell, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = cmd.Wait() }() // it ends by itself
	return &guard{tell}, nil
}

// dismiss ends the guard of a folder that is gone.
func (g *guard) dismiss() { _ = g.tell.Close() }

// becomeGuard is the life of the second process; args are the folder.
func becomeGuard(args []string) {
	if len(args) != 1 {
		os.Exit(2)
	}
	folder := args[0]
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	_, _ = io.Copy(io.Discard, os.Stdin)
	removeFor(folder, 2*time.Second)
	os.Exit(0)
}

// removeFor removes a folder that dying processes may still write to.
func removeFor(folder string, limit time.Duration) {
	for begun := time.Now(); time.Since(begun) < limit; time.Sleep(10 * time.Millisecond) {
		if os.RemoveAll(folder) != nil {
			continue
		}
		if _, err := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
}
