package grader_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

func makeFIFO(path string) error {
	_ = os.Remove(path)
	return unix.Mkfifo(path, 0o644)
}

func makeSocket(path string) error {
	_ = os.Remove(path)
	l, err := net.Listen("unix", path)
	if err == nil {
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		err = l.Close()
	}
	return err
}

func hasSocket(string) bool { return true }

// processesBelow lists the processes whose program or working directory lies
// below folder.
func processesBelow(folder string) (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		exe, _ := os.Readlink(p + "/exe")
		cwd, _ := os.Readlink(p + "/cwd")
		if strings.HasPrefix(exe, folder) || strings.HasPrefix(cwd, folder) {
			stat, _ := os.ReadFile(p + "/stat")
			found = append(found, fmt.Sprintf("%s in %s: %s", exe, cwd, stat))
		}
	}
	return found
}
