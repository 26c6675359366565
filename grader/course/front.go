package course

import (
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
)

// DefaultTimeout is the wall-clock limit of an exercise that names none.
const DefaultTimeout = 20 * time.Second

const (
	briefName = "README.md"
	fence     = "+++"
)

// frontMatter is the TOML between the fences at the top of a brief.
type frontMatter struct {
	Title    string   `toml:"title"`
	Level    int      `toml:"level"`
	Minutes  int      `toml:"minutes"`
	Kind     Kind     `toml:"kind"`
	Skills   []string `toml:"skills"`
	Edit     []string `toml:"edit"`
	Services []string `toml:"services"`
	Imports  []string `toml:"imports"`
	After    []string `toml:"after"`
	Timeout  string   `toml:"timeout"`
	Repeat   *int     `toml:"repeat"`
}

func frontKeys() []string {
	return []string{"title", "level", "minutes", "kind", "skills", "edit", "services", "imports", "after", "timeout", "repeat"}
}

// Services returns the names that `services` in the front matter may hold; one
// followed by "?" is optional.
func Services() []string {
	return []string{"sql", "postgres", "redis", "mongo", "cassandra", "dynamodb", "couchdb", "nats", "openid", "bucket", "git", "engine"}
}

// parseBrief reads a README.md into e, whose Track and Name are set.
func parseBrief(e *Exercise, t text) error {
	front, brief, err := cutFront(t)
	if err != nil {
		return err
	}
	var m frontMatter
	if err := front.decode(&m, frontKeys(), nil); err != nil {
		return err
	}
	if err := m.check(front); err != nil {
		return err
	}
	e.Title, e.Level, e.Minutes, e.Kind, e.Timeout = m.Title, m.Level, m.Minutes, m.Kind, DefaultTimeout
	e.Skills, e.Edit, e.Services, e.Imports, e.After = m.Skills, m.Edit, m.Services, m.Imports, m.After
	if m.Timeout != "" {
		e.Timeout, _ = time.ParseDuration(m.Timeout) // checked
	}
	if e.Repeat = 1; m.Repeat != nil {
		e.Repeat = *m.Repeat
	}
	e.front, e.Brief = front.body, strings.Trim(brief.body, "\n")+"\n"
	e.DoneWhen, err = doneWhen(brief)
	return err
}

// cutFront separates a brief's front matter from its Markdown.
func cutFront(t text) (front, brief text, err error) {
	rest, ok := strings.CutPrefix(t.body, fence+"\n")
	if !ok {
		return front, brief, t.wrong(0, "expected %s, then the front matter in TOML, then %s", fence, fence)
	}
	lines, at := 1, 0
	for line := range strings.Lines(rest) {
		if strings.TrimRight(line, " \t\n") == fence {
			return text{t.file, 2, rest[:at]}, text{t.file, 2 + lines, rest[at+len(line):]}, nil
		}
		lines, at = lines+1, at+len(line)
	}
	return front, brief, t.wrong(0, "the front matter does not end: expected a line %s", fence)
}

// check finds values that are well-formed TOML and make no sense.
func (m frontMatter) check(t text) error {
	switch {
	case strings.TrimSpace(m.Title) == "" || strings.Contains(m.Title, "\n"):
		return t.wrongKey("title", "title: expected one line of text")
	case m.Level < 1 || m.Level > 5:
		return t.wrongKey("level", "level is %d; expected 1 to 5", m.Level)
	case m.Minutes < 1:
		return t.wrongKey("minutes", "minutes is %d; expected at least 1", m.Minutes)
	case !slices.Contains([]Kind{KindCode, KindFile, KindTests}, m.Kind):
		return t.wrongKey("kind", "kind is %q; expected code, file or tests", m.Kind)
	case len(m.Skills) == 0:
		return t.wrongKey("skills", "skills: expected at least one entry of the skill list")
	case len(m.Edit) == 0:
		return t.wrongKey("edit", "edit: expected at least one file that the learner changes")
	}
	if d, err := time.ParseDuration(m.Timeout); m.Timeout != "" && (err != nil || d <= 0) {
		return t.wrongKey("timeout", `timeout is %q; expected a duration such as "20s"`, m.Timeout)
	}
	if m.Repeat != nil && (m.Kind != KindTests || *m.Repeat < 1 || *m.Repeat > mostRepeats) {
		return t.wrongKey("repeat", "repeat is %d; expected 1 to %d, for kind tests alone", *m.Repeat, mostRepeats)
	}
	return m.checkLists(t)
}

// mostRepeats bounds what a learner waits for.
const mostRepeats = 50

func (m frontMatter) checkLists(t text) error {
	for _, list := range []struct {
		key, expected string
		values        []string
		fits          func(string) bool
	}{
		{"skills", "text", m.Skills, func(s string) bool { return strings.TrimSpace(s) != "" }},
		{"edit", "a slash path inside the exercise's folder, not " + briefName, m.Edit, isEditable},
		{"services", "one of " + strings.Join(Services(), ", "), m.Services, func(s string) bool { return slices.Contains(Services(), strings.TrimSuffix(s, "?")) }},
		{"imports", "an import path", m.Imports, importPath.MatchString},
		{"after", `"track/name"`, m.After, isID},
	} {
		for i, v := range list.values {
			if !list.fits(v) {
				return t.wrongKey(list.key, "%s has %q; expected %s", list.key, v, list.expected)
			}
			if slices.Contains(list.values[:i], v) {
				return t.wrongKey(list.key, "%s has %q twice", list.key, v)
			}
		}
	}
	return nil
}

var (
	importPath = regexp.MustCompile(`^[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)*$`)
	word       = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
)

func isEditable(name string) bool {
	name = strings.TrimSuffix(name, "/")
	return fs.ValidPath(name) && name != "." && name != briefName && !strings.Contains(name, `\`)
}

// isWord reports whether name can be a track's folder: one lower-case word
// that the go command does not treat apart.
func isWord(name string) bool {
	return word.MatchString(name) && name != "internal" && name != "vendor" && name != "testdata"
}

// isName reports whether name can be an exercise's folder and Go package.
func isName(name string) bool { return isWord(name) && !token.IsKeyword(name) }

// isID reports whether id has the form "track/name".
func isID(id string) bool {
	track, name, _ := strings.Cut(id, "/")
	return isWord(track) && isName(name)
}
