package progress

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"syscall"
)

// SaveError says why the progress could not be read or saved. The file is what
// it was before: nothing that it held is lost.
type SaveError struct {
	Op   string // what was tried, as in "save the progress"
	File string
	Err  error
	Mend string // what the learner can do about it
}

func (e *SaveError) Error() string {
	return fmt.Sprintf("%s in %s: %s; nothing that was saved before is lost", e.Op, e.File, reason(e.Err))
}

// Unwrap returns the cause.
func (e *SaveError) Unwrap() error { return e.Err }

// errBusy says that the lock did not come free in time.
var errBusy = errors.New("another kata has held its lock for too long")

// explain finds the way out of an error of the file system.
func (s *Store) explain(op string, err error) error {
	e := &SaveError{Op: op, File: s.File(), Err: err}
	switch {
	case errors.Is(err, errBusy):
		e.Mend = "end the other kata (it may be suspended), then repeat the command"
	case isFull(err):
		e.Mend = "free some space, then repeat the command"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Mend = "make " + s.dir + " writable for you, then repeat the command"
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, errors.ErrUnsupported):
		e.Mend = "move the workspace to a disk that can lock files, then repeat the command"
	default:
		e.Mend = "look at what stands in " + s.dir + ", move it away, then repeat the command"
	}
	return e
}

// isFull recognises a full disk or quota; 112 and 39 are Windows's
// ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.
func isFull(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, syscall.Errno(112)) || errors.Is(err, syscall.Errno(39))
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// reason is an error's text without the paths that its message has already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Op + ": " + p.Err.Error()
	}
	return err.Error()
}
