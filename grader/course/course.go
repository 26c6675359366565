// Package course reads and checks a course: its tracks, the exercises with
// their front matter, starters, reference solutions, hidden tests, hints and
// attempts. It owns the formats of those files.
//
// It reads from an fs.FS alone. It must know neither processes nor the
// network, neither verdicts nor the learner's progress.
package course

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Course is the tracks in the order that a learner is led through.
type Course struct {
	Title  string // "" when the course has no course.toml
	Tracks []*Track
}

// Track is a group of exercises about one thing.
type Track struct {
	Name      string // the folder's
	Title     string
	About     string // one paragraph
	Exercises []*Exercise
	Was       map[string]string // former exercise id -> id of today, both "track/name"
}

// Kind says what the learner works on.
type Kind string

// The kinds of exercises.
const (
	KindCode  Kind = "code"  // a Go package
	KindFile  Kind = "file"  // a file that is not Go, inside a Go package
	KindTests Kind = "tests" // tests, judged by what they catch
)

// Exercise is one exercise's front matter and brief. Its files are read when
// they are asked for.
type Exercise struct {
	Track, Name string
	Title       string
	Level       int // 1-5
	Minutes     int // for somebody new to the topic
	Kind        Kind
	Skills      []string
	Edit        []string // what the learner is expected to change: files, or folders ending in "/"
	Services    []string // such as "redis"; an optional one ends in "?"
	Imports     []string // beyond the base allow-list
	After       []string // ids of exercises better done before
	Timeout     time.Duration
	Repeat      int      // kind tests: how often in a row the learner's tests must pass on the package as it is
	Brief       string   // Markdown after the front matter
	DoneWhen    []string // the items of the brief's numbered list, in order

	front string
	files source
}

// ID is "track/name".
func (e *Exercise) ID() string { return e.Track + "/" + e.Name }

// Dir is the exercise's folder below the workspace, a slash path.
func (e *Exercise) Dir() string { return path.Join("exercises", e.ID()) }

// Front is the front matter as it stands in the brief, without its fences: two
// exercises with equal fronts are graded alike.
func (e *Exercise) Front() string { return e.front }

// Edits reports whether the learner is expected to change the named file, a
// slash path relative to the exercise's folder.
func (e *Exercise) Edits(name string) bool {
	return slices.ContainsFunc(e.Edit, func(edit string) bool { return covers(edit, name) })
}

// covers reports whether an entry of edit names a file or a folder above it.
func covers(edit, name string) bool {
	return name == edit || strings.HasSuffix(edit, "/") && strings.HasPrefix(name, edit)
}

// Order returns all exercises in course order.
func Order(c *Course) []*Exercise {
	var all []*Exercise
	for _, t := range c.Tracks {
		all = append(all, t.Exercises...)
	}
	return all
}

// Next returns the first exercise after the one called id that is not done, in
// course order; behind the last comes the first again. It never returns id
// itself, and nil when nothing else is left. An unknown id stands before the
// first exercise.
func Next(c *Course, id string, done func(id string) bool) *Exercise {
	all := Order(c)
	at := slices.IndexFunc(all, func(e *Exercise) bool { return e.ID() == id })
	for _, e := range append(all[at+1:len(all):len(all)], all[:max(at, 0)]...) {
		if !done(e.ID()) {
			return e
		}
	}
	return nil
}

// Renames returns the former ids of all tracks with the ids of today.
func (c *Course) Renames() map[string]string {
	all := map[string]string{}
	for _, t := range c.Tracks {
		for was, is := range t.Was {
			all[was] = is
		}
	}
	return all
}
