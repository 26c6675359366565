package course

import (
	"errors"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Load reads the course from the packed archives in solutions/, which fsys
// holds, and from nothing else, so that a learner's exercises/ has no say. It
// reads metadata only. Mistakes are *FormatError, several joined.
func Load(fsys fs.FS) (*Course, error) {
	c, err := load(source{fsys, false})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// LoadTrees reads the course as authors have it: manifests, briefs and
// starters from exercises/, the rest from solutions/; fsys holds both. Beside
// an error, it returns what could be read.
func LoadTrees(fsys fs.FS) (*Course, error) { return load(source{fsys, true}) }

func load(s source) (*Course, error) {
	c := &Course{}
	names, unordered := c.readTracks(s)
	tracks, unreadable := readAll(names, func(name string) (*Track, error) { return readTrack(s, name) })
	c.Tracks = tracks
	if err := errors.Join(unreadable, unordered); err != nil {
		return c, err
	}
	return c, c.checkLinks()
}

// readAll reads what names name, at once: a learner waits for this with every
// command. Beside an error it returns, in the order of the names, what could be
// read.
func readAll[T any](names []string, read func(name string) (*T, error)) ([]*T, error) {
	all, mistakes := make([]*T, len(names)), make([]error, len(names))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(runtime.NumCPU(), len(names)) {
		readers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				all[i], mistakes[i] = read(names[i])
			}
		})
	}
	readers.Wait()
	return slices.DeleteFunc(all, func(t *T) bool { return t == nil }), errors.Join(mistakes...)
}

// readTracks reads course.toml, if there is one, and returns the tracks in
// order.
func (c *Course) readTracks(s source) ([]string, error) {
	found, err := s.tracks()
	if err != nil {
		return nil, unread(err)
	}
	t, err := s.manifest("", courseFile)
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	var m struct {
		Title  string   `toml:"title"`
		Tracks []string `toml:"tracks"`
	}
	if err == nil {
		err = t.decode(&m, []string{"title", "tracks"}, nil)
	}
	if err != nil {
		return found, err
	}
	if strings.TrimSpace(m.Title) == "" {
		return found, t.wrongKey("title", "title: expected the name of the course")
	}
	c.Title = m.Title
	return m.Tracks, t.checkOrder("tracks", m.Tracks, found, isWord)
}

// checkOrder compares a manifest's list with the folders that are there.
func (t text) checkOrder(key string, listed, there []string, fits func(string) bool) error {
	for i, name := range listed {
		switch {
		case !fits(name):
			return t.wrongKey(key, "%s has %q; expected one lower-case word [a-z][a-z0-9]* that can name a Go package", key, name)
		case slices.Contains(listed[:i], name):
			return t.wrongKey(key, "%s has %q twice", key, name)
		case !slices.Contains(there, name):
			return t.wrongKey(key, "%s has %q, and there is no such folder", key, name)
		}
	}
	for _, name := range there {
		if !slices.Contains(listed, name) {
			return t.wrongKey(key, "%s lacks %q, whose folder is there; add it where it belongs in the order", key, name)
		}
	}
	return nil
}
