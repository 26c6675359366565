package run

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ruleset is struct landlock_ruleset_attr of linux/landlock.h.
type ruleset struct{ files, net, scoped uint64 }

// scopes are abstract Unix sockets and signals (landlock.h, ABI 6).
const scopes = 1<<0 | 1<<1

// What may be done below a path.
const (
	toRead   = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	toDevice = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
	notDone  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK
	ofFiles  = toDevice | unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// landlock forbids all files but those of the run. It says nothing about the
// network: its rules know ports, not addresses, and loopback must stay.
func (o *orders) landlock() error {
	handled, size := handles(landlockVersion())
	if size == 0 {
		return errors.New("the kernel has no Landlock")
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&handled)), size, 0)
	if errno != 0 {
		return fmt.Errorf("make a rule set: %w", errno)
	}
	defer unix.Close(int(fd))
	if err := o.grant(int(fd), handled.files); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("apply the rule set: %w", errno)
	}
	return nil
}

// landlockVersion is the kernel's Landlock ABI, 0 for none.
func landlockVersion() int {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(version)
}

// handles returns what a kernel of that version can forbid, and how much of
// the structure it knows.
func handles(version int) (r ruleset, size uintptr) {
	if version < 1 {
		return r, 0
	}
	r.files, size = 1<<13-1, unsafe.Sizeof(r.files)
	for since, right := range map[int]uint64{
		2: unix.LANDLOCK_ACCESS_FS_REFER, 3: unix.LANDLOCK_ACCESS_FS_TRUNCATE, 5: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV,
	} {
		if version >= since {
			r.files |= right
		}
	}
	if version >= 6 {
		r.scoped, size = scopes, unsafe.Sizeof(r)
	}
	return r, size
}

func (o *orders) grant(fd int, handled uint64) error {
	for _, path := range append([]string{o.Path, o.Dir}, o.Read...) {
		if err := allow(fd, path, toRead&handled); err != nil {
			return err
		}
	}
	change := handled &^ notDone
	for _, path := range o.Write {
		if err := allow(fd, path, change); err != nil {
			return err
		}
	}
	for _, device := range []string{"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"} {
		_ = allow(fd, device, toDevice&handled) // one that is not there is not missed
	}
	_ = allow(fd, "/etc/hosts", unix.LANDLOCK_ACCESS_FS_READ_FILE)
	if o.Scratch == "" {
		return nil
	}
	return allow(fd, o.Scratch, change)
}

func allow(ruleset int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("allow %s: %w", path, err)
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return fmt.Errorf("allow %s: %w", path, err)
	}
	if info.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= ofFiles
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH,
		uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("allow %s: %w", path, errno)
	}
	return nil
}
