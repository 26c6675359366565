// Package janitor cleans up after a server program, however that ends: a second
// process, out of reach of what kills the first one, waits until the first is
// gone, kills what it had named and removes what it had made.
//
// It owns the waiting and the killing; what there is to remove, the program
// says. It must never know a service.
package janitor

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Word is the first argument of the second process.
const Word = "janitor"

// Janitor is the second process.
type Janitor struct {
	cmd  *exec.Cmd
	tell io.WriteCloser
}

// Start starts this program once more, with Word and args as its arguments. It
// inherits keep, so that a lock on it lasts as long as either process.
func Start(keep []*os.File, args ...string) (*Janitor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(self, append([]string{Word}, args...)...)
	cmd.ExtraFiles = keep
	detach(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the janitor: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the janitor: %w", err)
	}
	return &Janitor{cmd, in}, nil
}

// Kill names a process whose group shall not outlive this one.
func (j *Janitor) Kill(pid int) { _, _ = fmt.Fprintf(j.tell, "+%d\n", pid) }

// Forget takes a process back that has ended: its number may be another's.
func (j *Janitor) Forget(pid int) { _, _ = fmt.Fprintf(j.tell, "-%d\n", pid) }

// End has everything cleaned up now and waits for it.
func (j *Janitor) End() error { return errors.Join(j.tell.Close(), j.cmd.Wait()) }

// Watch is the life of the second process: until in ends it notes the processes,
// then it kills those that are left and calls clean.
func Watch(in io.Reader, clean func() error) error {
	left := map[int]bool{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if pid, err := strconv.Atoi(strings.TrimLeft(lines.Text(), "+-")); err == nil {
			left[pid] = strings.HasPrefix(lines.Text(), "+")
		}
	}
	for pid, alive := range left {
		if alive {
			killGroup(pid)
		}
	}
	return clean()
}

// Remove removes a folder that dying processes may still write to, for at most
// two seconds.
func Remove(folder string) error {
	var err error
	for begun := time.Now(); time.Since(begun) < 2*time.Second; time.Sleep(10 * time.Millisecond) {
		if err = os.RemoveAll(folder); err != nil {
			continue
		}
		if _, err := os.Lstat(folder); errors.Is(err, os.ErrNotExist) {
			return nil
		}
	}
	return fmt.Errorf("remove %s: %w", folder, err)
}
