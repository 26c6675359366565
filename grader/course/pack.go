package course

import (
	"io/fs"
	"path"
)

// PackStarter returns the content of solutions/<id>/starter.txtar: all files
// of exercises/<id>, which must make a valid exercise. fsys holds exercises/.
// The same files give the same bytes.
func PackStarter(fsys fs.FS, id string) ([]byte, error) {
	s := source{fsys, true}
	dir := "exercises/" + id
	if !isID(id) {
		return nil, &FormatError{dir, 0, "expected track/name, each one lower-case word [a-z][a-z0-9]*"}
	}
	files, err := s.folder(dir)
	if err != nil {
		return nil, err
	}
	data, err := pack(packed(dir), dir, files)
	if err != nil {
		return nil, err
	}
	if _, err := readExercise(s, path.Dir(id), path.Base(id)); err != nil {
		return nil, err
	}
	return data, nil
}

// PackTrack returns the content of solutions/<track>/track.txtar: the track's
// track.toml, which must be valid.
func PackTrack(fsys fs.FS, track string) ([]byte, error) {
	s := source{fsys, true}
	if _, _, err := readManifest(s, track); err != nil {
		return nil, err
	}
	return packManifest(s, track, trackFile)
}

// PackCourse returns the content of solutions/course.txtar: course.toml, which
// must be valid. Without a course.toml, tracks are in the order of their
// names, nothing is to be packed, and the error is fs.ErrNotExist.
func PackCourse(fsys fs.FS) ([]byte, error) {
	s := source{fsys, true}
	if _, err := new(Course).readTracks(s); err != nil {
		return nil, err
	}
	return packManifest(s, "", courseFile)
}

func packManifest(s source, folder, name string) ([]byte, error) {
	t, err := s.manifest(folder, name)
	if err != nil {
		return nil, err
	}
	dir := path.Dir(t.file)
	return pack(packed(t.file), dir, []File{{name, []byte(t.body)}})
}

// packed is the comment of a generated archive.
func packed(from string) string {
	return "Made by kata author pack from " + from + "; change it there.\n"
}
