package progress

import (
	"errors"
	"io/fs"
	"os"
	"runtime"

	"github.com/rogpeppe/go-internal/robustio"
)

// replace puts data in the place of the progress file in one step: whoever
// reads sees the old content or the new one, also after a crash in between.
// The caller holds the lock, so that the temporary name is its own; what a
// killed process left there is removed first.
func (s *Store) replace(data []byte) (err error) {
	temp := s.File() + ".tmp"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp)
		}
	}()
	_, err = s.write(f, data)
	if err == nil && s.durable {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := rename(temp, s.File()); err != nil {
		return err
	}
	if s.durable {
		s.syncDir()
	}
	return nil
}

// syncDir makes the renaming itself durable. Some file systems, and Windows,
// cannot; the file is whole even so.
func (s *Store) syncDir() {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(s.dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// On Windows a virus scanner or another kata's reading makes renaming and
// reading fail for some milliseconds; robustio tries again.
func rename(from, to string) error { return robustio.Rename(from, to) }

func readFile(name string) ([]byte, error) { return robustio.ReadFile(name) }
