package run

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// switchUser leaves root for good, where kata is root.
func (o *orders) switchUser(control int) error {
	if o.User == 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("leave root's groups: %w", err)
	}
	if err := syscall.Setresgid(o.User, o.User, o.User); err != nil {
		return fmt.Errorf("change the group: %w", err)
	}
	if err := syscall.Setresuid(o.User, o.User, o.User); err != nil {
		return fmt.Errorf("change the user: %w", err)
	}
	return dieWithParent(control)
}

// dieWithParent asks again for what a change of user takes away, and makes
// sure that the parent did not die in between.
func dieWithParent(control int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("die with kata: %w", err)
	}
	state := []unix.PollFd{{Fd: int32(control)}}
	if n, err := unix.Poll(state, 0); err == nil && n > 0 && state[0].Revents&unix.POLLHUP != 0 {
		return errors.New("kata is gone")
	}
	return nil
}

// dropPrivileges gives all capabilities up, the bounding set included, so that
// no executable, root's own neither, brings one back.
func dropPrivileges() error {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EPERM) {
			break // an older kernel's last; or there are none to drop
		}
		if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("drop the ambient capabilities: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("drop the capabilities: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid new privileges: %w", err)
	}
	return nil
}
