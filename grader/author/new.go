package author

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/kata-go/kata/grader/course"
	"golang.org/x/tools/txtar"
)

// templates hold one archive for each kind: the files of both folders, with
// {{.Track}} and {{.Name}} to fill in.
//
//go:embed templates/*.txtar
var templates embed.FS

var id = regexp.MustCompile(`^([a-z][a-z0-9]*)/([a-z][a-z0-9]*)$`)

// New writes both folders of an exercise from the template of its kind, adds
// its name to the track's list (making the track when it is new), and returns
// the files written. It overwrites nothing.
func New(root, name string, kind course.Kind) ([]string, error) {
	m := id.FindStringSubmatch(name)
	if m == nil {
		return nil, fmt.Errorf("new exercise %q: a name is track/name, both lower-case words", name)
	}
	archive, err := fs.ReadFile(templates, "templates/"+string(kind)+".txtar")
	if err != nil {
		return nil, fmt.Errorf("new exercise: kind %q is none of code, file, tests", kind)
	}
	for _, folder := range []string{"exercises/" + name, "solutions/" + name} {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(folder))); err == nil {
			return nil, fmt.Errorf("new exercise: %s is there already", folder)
		}
	}
	var written []string
	for _, f := range txtar.Parse(archive).Files {
		name, err := fill(f.Name, m[1], m[2])
		if err != nil {
			return written, err
		}
		data, err := fill(string(f.Data), m[1], m[2])
		if err != nil {
			return written, err
		}
		if err := writeNew(root, name, []byte(data)); err != nil {
			return written, err
		}
		written = append(written, name)
	}
	manifests, err := enlist(root, m[1], m[2])
	return append(written, manifests...), err
}

// fill executes a template. A line that would end a file of the archive is
// written <<"--">> in it.
func fill(text, track, name string) (string, error) {
	t, err := template.New("exercise").Delims("<<", ">>").Parse(text)
	if err != nil {
		return "", fmt.Errorf("new exercise: %w", err)
	}
	var b strings.Builder
	err = t.Execute(&b, map[string]string{"Track": track, "Name": name})
	return b.String(), err
}

func writeNew(root, name string, data []byte) error {
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("new exercise: %w", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("new exercise: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

var (
	exercisesKey = regexp.MustCompile(`(?m)^exercises\s*=\s*\[([^\]]*)\]`)
	tracksKey    = regexp.MustCompile(`(?m)^tracks\s*=\s*\[([^\]]*)\]`)
)

// enlist adds the exercise to its track's list, and a new track to the course.
func enlist(root, track, name string) ([]string, error) {
	trackFile, courseFile := "exercises/"+track+"/track.toml", "exercises/course.toml"
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(trackFile))); err == nil {
		return []string{trackFile}, extend(root, trackFile, exercisesKey, name)
	}
	text := fmt.Sprintf("title = %q\nabout = \"\"\"\nWhat this track is for, in one paragraph.\n\"\"\"\nexercises = [%q]\n", strings.ToUpper(track[:1])+track[1:], name)
	if err := writeNew(root, trackFile, []byte(text)); err != nil {
		return nil, err
	}
	return []string{trackFile, courseFile}, extend(root, courseFile, tracksKey, track)
}

// extend adds a word to the list that key matches in a TOML file.
func extend(root, name string, key *regexp.Regexp, word string) error {
	file := filepath.Join(root, filepath.FromSlash(name))
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("new exercise: %w", err)
	}
	at := key.FindSubmatchIndex(data)
	if at == nil {
		return fmt.Errorf("new exercise: %s has no list to add %q to", name, word)
	}
	list := strings.TrimRight(string(data[at[2]:at[3]]), " \n\t,")
	if list != "" {
		list += ", "
	}
	out := string(data[:at[2]]) + list + fmt.Sprintf("%q", word) + string(data[at[3]:])
	return os.WriteFile(file, []byte(out), 0o644)
}
