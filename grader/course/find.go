package course

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// UnknownError says that a name stands for no exercise, or for several.
type UnknownError struct {
	Name    string
	Nearest []string // ids or tracks that may have been meant, best first
	Several bool     // Name fits every one of Nearest
	Track   bool     // Name is a track where an exercise is expected
}

func (e *UnknownError) Error() string {
	near := enumerate(e.Nearest, "or")
	switch {
	case e.Track:
		return fmt.Sprintf("%q is a track; name one of its exercises, such as %s", e.Name, near)
	case e.Several:
		return fmt.Sprintf("%q may be %s", e.Name, near)
	case near != "":
		return fmt.Sprintf("there is no exercise %q; did you mean %s?", e.Name, near)
	}
	return fmt.Sprintf("there is no exercise %q", e.Name)
}

// enumerate joins words with commas and, before the last, a conjunction.
func enumerate(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

// Find returns the exercise that a learner's word names: "rest/crud", a name
// alone where only one track has it, a former id, or the path of its folder.
// The error is an *UnknownError.
func (c *Course) Find(name string) (*Exercise, error) {
	wanted := trimPath(name)
	if is, ok := c.Renames()[wanted]; ok {
		wanted = is
	}
	var found []*Exercise
	for _, e := range Order(c) {
		switch wanted {
		case e.ID():
			return e, nil
		case e.Name:
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return nil, c.unknown(name)
	case 1:
		return found[0], nil
	}
	return nil, &UnknownError{Name: name, Nearest: ids(found), Several: true}
}

// Match returns, in course order and each once, the exercises that the
// patterns name. A pattern is what Find takes, a track, or a glob (path.Match)
// over ids, tracks or names. The error is an *UnknownError for the first
// pattern that names nothing.
func (c *Course) Match(patterns ...string) ([]*Exercise, error) {
	chosen := map[*Exercise]bool{}
	for _, p := range patterns {
		found, err := c.matchOne(p)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			chosen[e] = true
		}
	}
	return slices.DeleteFunc(Order(c), func(e *Exercise) bool { return !chosen[e] }), nil
}

func (c *Course) matchOne(pattern string) ([]*Exercise, error) {
	wanted := strings.TrimSuffix(trimPath(pattern), "/...")
	for _, t := range c.Tracks {
		if t.Name == wanted {
			return t.Exercises, nil
		}
	}
	if !strings.ContainsAny(wanted, "*?[") {
		e, err := c.Find(pattern)
		return []*Exercise{e}, err
	}
	var found []*Exercise
	for _, e := range Order(c) {
		if globs(wanted, e.ID()) || globs(wanted, e.Track) || globs(wanted, e.Name) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil, &UnknownError{Name: pattern}
	}
	return found, nil
}

// globs is path.Match in which a malformed pattern matches nothing.
func globs(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// trimPath turns what a shell completes, "./exercises/rest/crud/", into the
// id.
func trimPath(name string) string {
	name = strings.TrimSuffix(strings.ReplaceAll(name, `\`, "/"), "/")
	name = strings.TrimPrefix(name, "./")
	name = strings.TrimPrefix(name, "exercises/")
	return strings.TrimPrefix(name, "solutions/")
}

func ids(exercises []*Exercise) []string {
	var all []string
	for _, e := range exercises {
		all = append(all, e.ID())
	}
	return all
}

// unknown suggests up to three ids or tracks: those of the same name in
// another track, else those that are the fewest typing errors away.
func (c *Course) unknown(name string) *UnknownError {
	wanted := strings.ToLower(trimPath(name))
	if i := slices.IndexFunc(c.Tracks, func(t *Track) bool { return t.Name == wanted && len(t.Exercises) > 0 }); i >= 0 {
		return &UnknownError{Name: name, Nearest: ids(c.Tracks[i].Exercises[:1]), Track: true}
	}
	_, last, hasTrack := strings.Cut(wanted, "/")
	best := len(wanted)/3 + 1 // more is no typing error
	var nearest []string
	offer := func(d int, id string) {
		if d < best {
			best, nearest = d, nil
		}
		if d == best {
			nearest = append(nearest, id)
		}
	}
	for _, t := range c.Tracks {
		offer(distance(wanted, t.Name), t.Name)
		for _, e := range t.Exercises {
			d := distance(wanted, e.ID())
			if !hasTrack {
				d = min(d, distance(wanted, e.Name))
			} else if e.Name == last {
				d = 0
			}
			offer(d, e.ID())
		}
	}
	return &UnknownError{Name: name, Nearest: nearest[:min(3, len(nearest))]}
}

// distance is the number of bytes to insert, delete, replace or swap with
// their neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
