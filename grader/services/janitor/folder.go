package janitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	lockName = "owner.lock"
)

// Folder is a temporary folder that is somebody's as long as its lock is held.
type Folder struct {
	Path string
	lock *os.File
}

// NewFolder makes a folder whose name begins with prefix, after it removed the
// folders of programs that were killed together with their janitors.
func NewFolder(prefix string) (Folder, error) {
	sweep(filepath.Join(os.TempDir(), prefix+"*"))
	path, err := os.MkdirTemp("", prefix)
	if err != nil {
		return Folder{}, err
	}
	lock, err := os.Create(filepath.Join(path, lockName))
	if err != nil {
		return Folder{}, fmt.Errorf("lock a temporary folder: %w", err)
	}
	hold(lock)
	return Folder{path, lock}, nil
}

// Watched starts the janitor that removes the folder.
func (f Folder) Watched(args ...string) (*Janitor, error) {
	return Start([]*os.File{f.lock}, append([]string{f.Path}, args...)...)
}

func sweep(pattern string) {
	folders, _ := filepath.Glob(pattern) // the pattern is well formed
	for _, f := range folders {
		if Abandoned(filepath.Join(f, lockName)) {
			_ = os.RemoveAll(f)
		}
	}
}

// Abandoned tells whether nobody holds the lock in a file. Without such a file
// nobody is known to.
func Abandoned(file string) bool {
	lock, err := os.Open(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false // another user's
	}
	if err != nil {
		info, err := os.Stat(filepath.Dir(file))
		return err == nil && time.Since(info.ModTime()) > time.Minute // it is just being made
	}
	defer lock.Close()
	return hold(lock)
}
