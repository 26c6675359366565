package progress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

const (
	fileName = "progress.json"
	maxSize  = 16 << 20 // bytes; a file beyond is not kata's
	patience = 10 * time.Second
)

// Notice is a sentence for the learner about something that kata mended by
// itself; "" when there is nothing to tell.
type Notice string

// Store is one workspace's progress file. Any number of processes may have one
// open on the same file.
type Store struct {
	dir      string // .kata
	durable  bool
	patience time.Duration
	write    func(io.Writer, []byte) (int, error) // tests make it fail
}

// Option changes how a Store works.
type Option func(*Store)

// WithoutSync saves without waiting for the disk: quicker, and still whole
// after a crash of the process, but not of the machine.
func WithoutSync() Option { return func(s *Store) { s.durable = false } }

// Open returns the store of the workspace in dir. It touches nothing yet.
func Open(dir string, options ...Option) *Store {
	s := &Store{
		dir: filepath.Join(dir, ".kata"), durable: true, patience: patience,
		write: func(w io.Writer, b []byte) (int, error) { return w.Write(b) },
	}
	for _, o := range options {
		o(s)
	}
	return s
}

// File is the path of the progress file.
func (s *Store) File() string { return filepath.Join(s.dir, fileName) }

// Load returns the state; of a workspace where nothing was done yet, an empty
// one. It does not wait for other processes and writes nothing, except that a
// file that cannot be used is moved aside, as the notice tells; the state is
// then empty. The error is a *SaveError about a file that cannot be read.
func (s *Store) Load() (State, Notice, error) {
	state, damage, err := s.read()
	if err != nil {
		return State{}, "", s.explain("read the progress", err)
	}
	if damage == nil {
		return state, "", nil
	}
	unlock, err := s.lock()
	if err == nil {
		defer unlock()
		var now State
		var notice Notice
		if now, notice, err = s.readOrReplace(); err == nil {
			return now, notice, nil
		}
	}
	return state, Notice(fmt.Sprintf("%s %v. It stays there, because it cannot be moved aside (%s), so what you do now is not remembered", s.File(), damage, reason(err))), nil
}

// Update changes the state: it locks the file, reads it, calls change and
// replaces the file in one step. If change returns an error, nothing is saved
// and the error is returned as it is; any other error is a *SaveError, and the
// file is what it was before. A file that cannot be used is moved aside, as
// the notice tells.
func (s *Store) Update(change func(*State) error) (Notice, error) {
	unlock, err := s.lock()
	if err != nil {
		return "", s.explain("save the progress", err)
	}
	defer unlock()
	state, notice, err := s.readOrReplace()
	if err != nil {
		return notice, s.explain("save the progress", err)
	}
	if err := change(&state); err != nil {
		return notice, err
	}
	state.Version = version
	data, err := encode(state)
	if err == nil && !s.holds(data) {
		err = s.replace(data)
	}
	if err != nil {
		return notice, s.explain("save the progress", err)
	}
	return notice, nil
}

// holds reports whether the file has this content already.
func (s *Store) holds(data []byte) bool {
	old, err := readFile(s.File())
	return err == nil && bytes.Equal(old, data)
}

// read returns the file's state. damage says what is wrong with a file that is
// there and cannot be used; the state is then empty.
func (s *Store) read() (state State, damage, err error) {
	empty := State{Version: version, Exercises: map[string]Exercise{}}
	info, err := os.Lstat(s.File())
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil, nil
	}
	if err != nil {
		return empty, nil, err
	}
	if !info.Mode().IsRegular() { // a link would have kata write elsewhere, a pipe would hang it
		return empty, errors.New("is not a regular file"), nil
	}
	if info.Size() > maxSize {
		return empty, fmt.Errorf("is not kata's: it has %d MiB", info.Size()>>20), nil
	}
	data, err := readFile(s.File())
	if errors.Is(err, fs.ErrNotExist) { // moved aside by another process just now
		return empty, nil, nil
	}
	if err != nil {
		return empty, nil, err
	}
	if state, damage = decode(data); damage != nil {
		return empty, damage, nil
	}
	return state, nil, nil
}

// readOrReplace is read under the lock: a file that cannot be used is moved
// aside.
func (s *Store) readOrReplace() (State, Notice, error) {
	state, damage, err := s.read()
	if err != nil || damage == nil {
		return state, "", err
	}
	aside, err := s.moveAside()
	if err != nil {
		return state, "", err
	}
	return state, Notice(fmt.Sprintf("%s %v. It is kept as %s and a new one is begun; kata verify finds out again what passes", s.File(), damage, filepath.Base(aside))), nil
}

// moveAside gives the file the first free name progress.json.damaged-<n>.
func (s *Store) moveAside() (string, error) {
	for n := 1; ; n++ {
		aside := fmt.Sprintf("%s.damaged-%d", s.File(), n)
		if _, err := os.Lstat(aside); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		return aside, rename(s.File(), aside)
	}
}

// lock waits until no other process holds the lock, which is a file of its own
// because the progress file is replaced.
func (s *Store) lock() (unlock func(), err error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	type result struct {
		unlock func()
		err    error
	}
	got, late := make(chan result), make(chan struct{})
	go func() {
		unlock, err := lockedfile.MutexAt(s.File() + ".lock").Lock()
		select {
		case got <- result{unlock, err}:
		case <-late:
			if err == nil {
				unlock()
			}
		}
	}()
	select {
	case r := <-got:
		return r.unlock, r.err
	case <-time.After(s.patience):
		close(late)
		return nil, errBusy
	}
}
