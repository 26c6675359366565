package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// stale returns the first file of a checkout's solutions/ that differs from
// what this binary was built with, "" when none does or the workspace has no
// solutions. Sizes tell: an edit that keeps every size is not noticed.
func stale(files fs.FS, dir string) string {
	if _, err := os.Stat(filepath.Join(dir, "solutions")); err != nil {
		return ""
	}
	different := ""
	_ = fs.WalkDir(files, "solutions", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		embedded, err := d.Info()
		if err != nil {
			return err
		}
		here, err := os.Stat(filepath.Join(dir, filepath.FromSlash(p)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err != nil || here.Size() != embedded.Size() {
			different = p
			return fs.SkipAll
		}
		return nil
	})
	return different
}

// warnStale says when the checkout's exercises are not those of this binary,
// and how to rebuild it.
func (a *app) warnStale(dir string) {
	if file := stale(a.Files, dir); file != "" {
		a.errs().Note("this kata was built with other exercises than this checkout has (" + file + " differs); rebuild it: go install ./cmd/kata")
	}
}
