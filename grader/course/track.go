package course

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// trackManifest is a track.toml.
type trackManifest struct {
	Title     string            `toml:"title"`
	About     string            `toml:"about"`
	Exercises []string          `toml:"exercises"`
	Was       map[string]string `toml:"was"`
}

// readManifest reads a track.toml without looking at the exercises' folders.
func readManifest(s source, name string) (t text, m trackManifest, err error) {
	if t, err = s.manifest(name, trackFile); err != nil {
		return t, m, err
	}
	if err := t.decode(&m, []string{"title", "about", "exercises", "was"}, []string{"was"}); err != nil {
		return t, m, err
	}
	m.About = strings.TrimSpace(m.About)
	switch {
	case !isWord(name):
		return t, m, t.wrong(0, "the folder is called %q; expected one lower-case word [a-z][a-z0-9]*", name)
	case strings.TrimSpace(m.Title) == "":
		return t, m, t.wrongKey("title", "title: expected the name of the track")
	case m.About == "" || strings.Contains(m.About, "\n\n"):
		return t, m, t.wrongKey("about", "about: expected one paragraph")
	}
	m.About = strings.Join(strings.Fields(m.About), " ")
	m.Was, err = renames(t, name, m.Was)
	return t, m, err
}

// readTrack reads a track and its exercises; beside an error it returns what
// could be read.
func readTrack(s source, name string) (*Track, error) {
	t, m, err := readManifest(s, name)
	if err != nil {
		return nil, err
	}
	track := &Track{Name: name, Title: m.Title, About: m.About, Was: m.Was}
	there, err := s.exercises(name, m.Exercises)
	mistakes := []error{err, t.checkOrder("exercises", m.Exercises, there, isName)}
	listed := slices.DeleteFunc(slices.Clone(m.Exercises), func(n string) bool { return !isName(n) || !slices.Contains(there, n) }) // told already
	track.Exercises, err = readAll(listed, func(n string) (*Exercise, error) { return readExercise(s, name, n) })
	return track, errors.Join(append(mistakes, err)...)
}

// exercises returns the folders of a track that hold an exercise. Of a packed
// course those are the listed ones: what is not packed is not there yet.
func (s source) exercises(track string, listed []string) ([]string, error) {
	if !s.authored {
		return listed, nil
	}
	found, err := fs.Glob(s.fsys, path.Join("exercises", track, "*", briefName))
	for i, p := range found {
		found[i] = path.Base(path.Dir(p))
	}
	return found, err
}

// readExercise reads an exercise's brief.
func readExercise(s source, track, name string) (*Exercise, error) {
	e := &Exercise{Track: track, Name: name, files: s}
	starter, err := s.starter(e.ID())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(starter, func(f File) bool { return f.Name == briefName })
	if i < 0 {
		return nil, &FormatError{e.Dir(), 0, "the starter has no " + briefName}
	}
	t := newText(path.Join(e.Dir(), briefName), starter[i].Data)
	if err := parseBrief(e, t); err != nil {
		return nil, err
	}
	for _, edit := range e.Edit {
		if !slices.ContainsFunc(starter, func(f File) bool { return covers(edit, f.Name) }) {
			return nil, t.wrongKey("edit", "edit has %q, and the exercise's folder has no such file", edit)
		}
	}
	return e, nil
}
