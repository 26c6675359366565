package course

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	courseFile  = "course.toml"
	trackFile   = "track.toml"
	starterFile = "starter.txtar"
)

// source is where a course is read from: solutions/ alone, with its packed
// archives, or both trees as an author has them.
type source struct {
	fsys     fs.FS
	authored bool
}

// tracks returns the folders that hold a track, sorted.
func (s source) tracks() ([]string, error) {
	pattern := "solutions/*/track.txtar"
	if s.authored {
		pattern = "exercises/*/" + trackFile
	}
	found, err := fs.Glob(s.fsys, pattern)
	for i, p := range found {
		found[i] = path.Base(path.Dir(p))
	}
	return found, err
}

// manifest reads course.toml (folder "") or a track's track.toml.
func (s source) manifest(folder, name string) (text, error) {
	file := path.Join("exercises", folder, name)
	if s.authored {
		data, err := fs.ReadFile(s.fsys, file)
		return newText(file, data), unread(err)
	}
	packed := path.Join("solutions", folder, strings.TrimSuffix(name, ".toml")+".txtar")
	files, err := s.archive(packed)
	if err != nil {
		return text{}, err
	}
	i := slices.IndexFunc(files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return text{}, &FormatError{packed, 0, "expected an archive with " + name + ", as kata author pack makes it"}
	}
	return newText(file, files[i].Data), nil
}

// archive reads a txtar file.
func (s source) archive(file string) ([]File, error) {
	data, err := fs.ReadFile(s.fsys, file)
	if err != nil {
		return nil, unread(err)
	}
	return unpack(file, data)
}

// starter reads all files of an exercise as the learner first meets them.
func (s source) starter(id string) ([]File, error) {
	if s.authored {
		return s.folder("exercises/" + id)
	}
	return s.archive(path.Join("solutions", id, starterFile))
}

// folder reads all files below dir, sorted by name.
func (s source) folder(dir string) ([]File, error) {
	var files []File
	err := fs.WalkDir(s.fsys, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return &FormatError{p, 0, "expected a regular file; links and devices cannot be packed"}
		}
		data, err := fs.ReadFile(s.fsys, p)
		files = append(files, File{strings.TrimPrefix(p, dir+"/"), data})
		return err
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, unread(err)
}

// read reads one file of solutions/<id>.
func (s source) read(id, name string) (text, error) {
	file := path.Join("solutions", id, name)
	data, err := fs.ReadFile(s.fsys, file)
	return newText(file, data), unread(err)
}

// unread wraps the error of a failed reading; mistakes in what was read pass
// as they are.
func unread(err error) error {
	var format *FormatError
	if err == nil || errors.As(err, &format) {
		return err
	}
	return fmt.Errorf("read the course: %w", err)
}
