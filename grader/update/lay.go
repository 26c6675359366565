package update

import (
	"fmt"
	"io/fs"
	"os"
	"path"

	"golang.org/x/tools/txtar"

	"github.com/kata-go/kata/grader/course"
)

// Furnish writes what a workspace needs beside the exercises: the manifests of
// the course and its tracks, the module files and the parts of the kit that
// exercises import, which belong to the course and are renewed, and settings for
// editors and git, which belong to the learner once they are there. files are
// kata's embedded ones.
func Furnish(root *os.Root, files fs.FS) error {
	manifests, err := manifests(files)
	if err != nil {
		return err
	}
	needs, err := readNeeds(files)
	if err != nil {
		return err
	}
	if err := needs.clear(root); err != nil {
		return err
	}
	for _, f := range append(manifests, needs.files...) {
		if err := write(root, f.Name, f.Data); err != nil {
			return err
		}
	}
	for _, f := range settings {
		if _, err := root.Lstat(f.Name); err == nil {
			continue
		}
		if err := write(root, f.Name, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// manifests unpacks course.toml and every track.toml.
func manifests(files fs.FS) ([]course.File, error) {
	found, err := fs.Glob(files, "solutions/*/track.txtar")
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(files, "solutions/course.txtar"); err == nil {
		found = append(found, "solutions/course.txtar")
	}
	var list []course.File
	for _, name := range found {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, f := range txtar.Parse(data).Files {
			folder := path.Base(path.Dir(name))
			if folder == "solutions" {
				folder = ""
			}
			list = append(list, course.File{Name: path.Join("exercises", folder, f.Name), Data: f.Data})
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the course has no manifests: %w", fs.ErrNotExist)
	}
	return list, nil
}

// settings are files that the learner may change.
var settings = []course.File{
	{Name: ".gitignore", Data: []byte("# what kata remembers on this machine; your answers are in exercises/\n.kata/\n")},
	{Name: ".gitattributes", Data: []byte("# exercises are compared byte by byte with their starters\n* text=auto eol=lf\n")},
	{Name: ".editorconfig", Data: []byte("root = true\n\n[*]\nend_of_line = lf\ninsert_final_newline = true\ncharset = utf-8\n\n[*.go]\nindent_style = tab\n")},
	{Name: ".vscode/settings.json", Data: []byte("{\n  \"files.eol\": \"\\n\",\n  \"files.exclude\": {\".kata\": true},\n  \"go.toolsManagement.autoUpdate\": false\n}\n")},
	{Name: "README.md", Data: []byte(readme)},
}

const readme = `# Backend engineering by repair

    kata          # the current bug report and the first failure
    kata watch    # the same on every save
    kata verify   # everything that you have started
    kata update   # after installing a newer kata: new exercises, nothing of yours is lost

Your answers are the files in exercises/. Commit them as you like.
`
