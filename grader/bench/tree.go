package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// tree is a folder whose content the bench owns. Files are rewritten only when
// their bytes differ, so that the go command's own cache stays warm.
type tree struct{ dir string }

// sync makes folder (a slash path in the tree) hold exactly files.
func (t tree) sync(folder string, files []course.File) error {
	want := map[string][]byte{}
	for _, f := range files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			return fmt.Errorf("stage %s: %q leaves the folder", folder, f.Name)
		}
		want[path.Clean(f.Name)] = f.Data
	}
	if err := t.prune(folder, want); err != nil {
		return fmt.Errorf("stage %s: %w", folder, err)
	}
	for name, data := range want {
		if err := t.write(path.Join(folder, name), data); err != nil {
			return fmt.Errorf("stage %s: %w", folder, err)
		}
	}
	return nil
}

// prune removes what is not wanted below folder.
func (t tree) prune(folder string, want map[string][]byte) error {
	root := t.path(folder)
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		if _, ok := want[filepath.ToSlash(rel)]; ok && d.Type().IsRegular() {
			return nil
		}
		return os.Remove(p)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// write stores data under name unless it stands there already.
func (t tree) write(name string, data []byte) error {
	p := t.path(name)
	if old, err := os.ReadFile(p); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return err
	}
	return os.WriteFile(p, data, 0o644)
}

func (t tree) path(name string) string { return filepath.Join(t.dir, filepath.FromSlash(name)) }

// copyAssets lays the embedded parts out that every build needs: go.mod,
// go.sum, the kit and the service programs, without their tests.
func (t tree) copyAssets(assets fs.FS, digest string) error {
	const mark = "assets.digest"
	if old, err := os.ReadFile(t.path(mark)); err == nil && string(old) == digest {
		return nil
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := fs.ReadFile(assets, name)
		if err != nil {
			return fmt.Errorf("stage: %w", err)
		}
		if err := t.write(name, data); err != nil {
			return fmt.Errorf("stage: %w", err)
		}
	}
	for _, folder := range []string{"grader/kit", "grader/services"} {
		files, err := readTree(assets, folder)
		if err != nil {
			return fmt.Errorf("stage: %w", err)
		}
		if err := t.sync(folder, files); err != nil {
			return err
		}
	}
	return t.write(mark, []byte(digest))
}

func readTree(fsys fs.FS, folder string) ([]course.File, error) {
	var files []course.File
	err := fs.WalkDir(fsys, folder, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && p == folder {
			return nil
		}
		if err != nil || d.IsDir() || strings.HasSuffix(p, "_test.go") || strings.Contains(p, "/testdata/") {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		files = append(files, course.File{Name: strings.TrimPrefix(p, folder+"/"), Data: data})
		return err
	})
	return files, err
}
