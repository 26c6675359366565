package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// trialEnd is argv[0] of the program that a trial of the layers ends in.
const trialEnd = "kata-confine-trial"

// become turns this process, if it is a copy started by reexec, into the
// program that it was ordered to be.
func become() {
	if len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case trialEnd:
		os.Exit(0)
	case marker:
		runtime.LockOSThread() // capabilities, Landlock and seccomp are a thread's
		obey()
		os.Exit(1)
	case holderMarker:
		holdNetwork()
		os.Exit(0)
	case guardMarker:
		becomeGuard(os.Args[1:])
	}
}

// obey returns only when it failed, having said why.
func obey() {
	control, ok := argument()
	if !ok {
		return
	}
	unix.CloseOnExec(control)
	o, err := receive(control)
	if err != nil {
		answer(control, reply{Error: err.Error()})
		return
	}
	failed := o.putOn(control)
	if len(failed) > 0 {
		answer(control, reply{Failed: failed})
		return
	}
	err = syscall.Exec(o.Path, o.Args, o.Env)
	answer(control, reply{Error: fmt.Sprintf("start %s: %v", o.Path, err)})
}

// receive reads the orders, which end with a newline.
func receive(control int) (o *orders, err error) {
	if err := unix.SetNonblock(control, false); err != nil {
		return nil, fmt.Errorf("read the orders: %w", err)
	}
	var message []byte
	buf := make([]byte, 4<<10)
	for !bytes.HasSuffix(message, []byte("\n")) {
		n, err := unix.Read(control, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return nil, fmt.Errorf("read the orders: %w", errors.Join(err, unix.EPIPE))
		}
		message = append(message, buf[:n]...)
	}
	if err := json.Unmarshal(message, &o); err != nil {
		return nil, fmt.Errorf("read the orders: %w", err)
	}
	return o, nil
}

func answer(control int, r reply) {
	message, err := json.Marshal(r)
	if err != nil {
		return
	}
	_, _ = unix.Write(control, message)
}

// putOn puts the layers on from the outside in. In a trial it goes on after a
// failure; else it returns with the first.
func (o *orders) putOn(control int) (failed map[string]string) {
	failed = map[string]string{}
	for _, step := range []struct {
		layer string
		do    func() error
	}{
		{LayerNetwork, loopbackUp},
		{LayerFiles, o.newRoot},
		{"", o.enter},
		{LayerUser, func() error { return o.switchUser(control) }},
		{LayerPrivileges, dropPrivileges},
		{"", o.closeForeign},
		{LayerLandlock, o.landlock},
		{LayerLimits, o.limits},
		{LayerSyscalls, o.filter},
	} {
		if step.layer != "" && !o.has(step.layer) {
			continue
		}
		if err := step.do(); err != nil {
			failed[step.layer] = err.Error()
			if !o.Trial {
				return failed
			}
		}
	}
	return failed
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open a socket: %w", err)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		return fmt.Errorf("raise loopback: %w", err)
	}
	return nil
}

// enter goes to the working directory, in whatever root.
func (o *orders) enter() error {
	if err := os.Chdir(o.Dir); err != nil && !o.Trial {
		return err
	}
	return nil
}

// closeForeign lets only the ordered descriptors through.
func (o *orders) closeForeign() error {
	markFrom(3 + o.Inherited)
	return nil
}
