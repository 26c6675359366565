package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Folder is a temporary folder that does not outlive this process, however that
// ends: on Linux a second process, out of reach of what kills this one, removes
// it. Elsewhere the next Folder of the same prefix does, after a day.
type Folder struct {
	Path  string
	guard *guard
}

// abandonedAge is how old a folder must be to be nobody's any more.
const abandonedAge = 24 * time.Hour

// NewFolder makes a folder whose name begins with prefix.
func (r *Runner) NewFolder(prefix string) (*Folder, error) {
	sweep(filepath.Join(os.TempDir(), prefix+"*"))
	path, err := os.MkdirTemp("", prefix)
	if err != nil {
		return nil, err
	}
	g, err := newGuard(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("guard a temporary folder: %w", err), os.RemoveAll(path))
	}
	return &Folder{path, g}, nil
}

// Close removes the folder.
func (f *Folder) Close() error {
	err := os.RemoveAll(f.Path)
	f.guard.dismiss()
	return err
}

func sweep(pattern string) {
	folders, _ := filepath.Glob(pattern) // the pattern is well formed
	for _, f := range folders {
		if info, err := os.Lstat(f); err == nil && info.IsDir() && time.Since(info.ModTime()) > abandonedAge {
			_ = os.RemoveAll(f)
		}
	}
}
