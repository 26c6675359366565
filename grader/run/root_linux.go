package run

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// mountAt is where the new root is put together: a folder that every Linux
// has. What lies below it on the host stays reachable through the trees that
// are opened before.
const mountAt = "/tmp"

// hosts is /etc/hosts of the new root: without it the name localhost is asked
// of a name server that is not there.
const hosts = "127.0.0.1 localhost\n::1 localhost\n"

// tree is one part of the host's files, to be shown at the same path.
type tree struct {
	path   string
	fd     int
	change bool // read and write
	device bool
}

// newRoot makes a root of its own for this mount namespace: what the run needs
// at the very paths that it has on the host, and nothing else.
func (o *orders) newRoot() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("leave the host's mounts: %w", err)
	}
	trees, err := o.trees()
	if err != nil {
		return err
	}
	if err := tmpfs(mountAt, 1<<20, 0o755); err != nil {
		return err
	}
	if err := o.furnish(trees); err != nil {
		return err
	}
	return enterRoot()
}

// trees opens what will be shown, the outer folders before the inner.
func (o *orders) trees() (trees []tree, err error) {
	for _, path := range append([]string{o.Path, o.Dir}, o.Read...) {
		trees = append(trees, tree{path: path})
	}
	for _, path := range o.Write {
		trees = append(trees, tree{path: path, change: true})
	}
	for _, path := range []string{"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"} {
		trees = append(trees, tree{path: path, change: true, device: true})
	}
	trees = slices.DeleteFunc(trees, func(t tree) bool { return t.path == "/" }) // all of the host is not what is meant
	for i, t := range trees {
		trees[i].path = filepath.Clean(t.path)
		trees[i].fd, err = unix.OpenTree(unix.AT_FDCWD, t.path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
		if err != nil && !t.device {
			return nil, fmt.Errorf("open %s: %w", t.path, err)
		}
	}
	trees = slices.DeleteFunc(trees, func(t tree) bool { return t.fd < 0 })
	slices.SortStableFunc(trees, func(a, b tree) int { return cmp.Compare(len(a.path), len(b.path)) })
	return trees, nil
}

// furnish fills the folder that will be the root.
func (o *orders) furnish(trees []tree) error {
	if err := os.MkdirAll(mountAt+"/etc", 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(mountAt+"/etc/hosts", []byte(hosts), 0o644); err != nil {
		return err
	}
	if err := o.self(); err != nil {
		return err
	}
	for _, t := range trees {
		if err := t.show(); err != nil {
			return fmt.Errorf("show %s: %w", t.path, err)
		}
	}
	if o.Scratch == "" {
		return nil
	}
	scratch := mountAt + filepath.Clean("/"+o.Scratch)
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return fmt.Errorf("make the scratch folder: %w", err)
	}
	return tmpfs(scratch, o.Disk, 0o777)
}

// self makes os.Executable work; the rest of /proc is not missed by Go.
func (o *orders) self() error {
	if err := os.MkdirAll(mountAt+"/proc/self", 0o755); err != nil {
		return err
	}
	return os.Symlink(o.Path, mountAt+"/proc/self/exe")
}

// show attaches the tree below the new root.
func (t tree) show() error {
	var info unix.Stat_t
	if err := unix.Fstat(t.fd, &info); err != nil {
		return err
	}
	at, err := mountPoint(mountAt+t.path, info.Mode&unix.S_IFMT == unix.S_IFDIR)
	if err != nil {
		return err
	}
	attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NOSUID}
	if !t.change {
		attributes.Attr_set |= unix.MOUNT_ATTR_RDONLY
	}
	if !t.device {
		attributes.Attr_set |= unix.MOUNT_ATTR_NODEV
	}
	if err := unix.MountSetattr(t.fd, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attributes); err != nil {
		return fmt.Errorf("set the mount's attributes: %w", err)
	}
	if err := unix.MoveMount(t.fd, "", unix.AT_FDCWD, at, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("attach it: %w", err)
	}
	return unix.Close(t.fd)
}

// mountPoint makes the folder or file to mount on, unless an outer tree has it.
func mountPoint(at string, folder bool) (string, error) {
	if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
		return at, err
	}
	if folder {
		return at, os.MkdirAll(at, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return at, err
	}
	return at, os.WriteFile(at, nil, 0o644)
}

func tmpfs(at string, size int64, mode fs.FileMode) error {
	options := fmt.Sprintf("mode=%o,nr_inodes=4096,size=%d", mode, size)
	if err := unix.Mount("kata", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, options); err != nil {
		return fmt.Errorf("mount a tmpfs: %w", err)
	}
	return nil
}

// enterRoot makes the folder the root, takes the old one away and shuts the
// new one against changes.
func enterRoot() error {
	if err := os.Chdir(mountAt); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil { // pivot_root(2): the old root is then on top
		return fmt.Errorf("change the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("take the old root away: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	shut := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", 0, &shut); err != nil {
		return fmt.Errorf("shut the root: %w", err)
	}
	return nil
}
