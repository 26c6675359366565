//go:build unix

package run_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/kata-go/kata/grader/run"
)

var systemActors = map[string]func(args []string){
	"stubborn":              stubborn,
	"close all":             closeDescriptors,
	"descriptors":           func([]string) { fmt.Printf("%q", inherited()) },
	"runner of descriptors": runnerOfDescriptors,
	"daemon":                func(args []string) { daemon(args, &syscall.SysProcAttr{Setsid: true}) },
	"child":                 func(args []string) { daemon(args, nil) },
}

func stubborn([]string) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGINT, syscall.SIGHUP)
	fmt.Println("ready")
	time.Sleep(time.Hour)
}

func closeDescriptors([]string) {
	for fd := range 64 {
		if fd != 2 {
			_ = syscall.Close(fd)
		}
	}
	fmt.Fprint(os.Stderr, "still here")
	os.Exit(5)
}

// inherited returns what the open descriptors above the standard three are,
// but for those that the Go runtime opens itself.
func inherited() (open []string) {
	for fd := 3; fd < 1024; fd++ {
		what, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		if err == nil && !strings.HasPrefix(what, "anon_inode:") && !strings.HasPrefix(what, "/sys/fs/cgroup") {
			open = append(open, what)
		}
	}
	return open
}

// runnerOfDescriptors is kata with something inherited that it does not know.
func runnerOfDescriptors([]string) {
	out, err := run.New().Run(context.Background(), run.Command{Path: os.Args[0], Env: []string{actor + "=descriptors"}})
	fmt.Printf("itself %q, %v\nprocess %s%s", inherited(), err, out.Stdout, out.Stderr)
}

// daemon leaves a grandchild behind that holds all that it inherited.
func daemon(args []string, attributes *syscall.SysProcAttr) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = []string{actor + "=sleep"}
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = os.Stdout, os.Stderr, attributes
	if err := cmd.Start(); err != nil {
		fmt.Print("refused: ", err)
		os.Exit(6)
	}
	fmt.Print(cmd.Process.Pid)
	os.Exit(0) // a second fork's parent is gone at once
}
