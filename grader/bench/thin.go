package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// What a build tree may hold before it is thinned out: some hundred binaries,
// and the staged files of some classes.
const (
	mostBytes    = 1 << 30 // of binaries
	mostVariants = 4096
)

// thin empties a tree that has become too large of everything that builds of
// submissions left there. What they compiled is in the go command's cache, so
// that the next ones link again and no more; programs stay.
func (t tree) thin() error {
	bytes, err := t.size("bin")
	if err != nil {
		return fmt.Errorf("thin the build tree out: %w", err)
	}
	variants, err := t.entries("variants")
	if err == nil && (bytes > mostBytes || len(variants) > mostVariants) {
		err = t.clear()
	}
	if err != nil {
		return fmt.Errorf("thin the build tree out: %w", err)
	}
	return nil
}

// clear removes the marks first: a binary without one is never used.
func (t tree) clear() error {
	linked, err := t.entries("main")
	if err != nil {
		return err
	}
	for _, e := range linked {
		binary := t.path(path.Join("bin", e.Name()+exe))
		err = errors.Join(err, os.RemoveAll(binary+markEnding), os.RemoveAll(binary))
	}
	for _, folder := range []string{"recipes", "variants", hiddenRoot, "main"} {
		err = errors.Join(err, os.RemoveAll(t.path(folder)))
	}
	return err
}

// size is that of all files in a folder, in bytes.
func (t tree) size(folder string) (sum int64, err error) {
	list, err := t.entries(folder)
	for _, e := range list {
		if info, err := e.Info(); err == nil { // else it has just gone
			sum += info.Size()
		}
	}
	return sum, err
}

// entries lists a folder, which need not be there.
func (t tree) entries(folder string) ([]fs.DirEntry, error) {
	list, err := os.ReadDir(t.path(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return list, err
}
