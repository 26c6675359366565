package update

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// NeedsFile lists, one a line, what exercises are built from and what their
// briefs allow: paths of modules, and folders of kata's own packages. It is
// packed with the course, for finding that out takes the go command.
const NeedsFile = "solutions/needs.txt"

// needs are the files of a workspace that builds want and learners leave alone.
type needs struct {
	files   []course.File
	folders []string // of kata's own packages
}

// readNeeds cuts go.mod down to the modules that exercises need, and takes the
// packages of kata's own. go.sum stays whole: the go command also looks up what
// the modules themselves require. Without a list, go.mod stays whole too.
func readNeeds(files fs.FS) (needs, error) {
	list, err := fs.ReadFile(files, NeedsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return needs{}, err
	}
	mod, err := fs.ReadFile(files, "go.mod")
	if err != nil {
		return needs{}, err
	}
	sum, err := fs.ReadFile(files, "go.sum")
	if err != nil {
		return needs{}, err
	}
	names := strings.Fields(string(list))
	if len(names) > 0 {
		mod = onlyNeeded(mod, names)
	}
	n := needs{files: []course.File{{Name: "go.mod", Data: mod}, {Name: "go.sum", Data: sum}}}
	for _, name := range names {
		if err := n.add(files, name); err != nil {
			return needs{}, err
		}
	}
	return n, nil
}

// add takes the Go files of a package of kata's own; a module is none.
func (n *needs) add(files fs.FS, folder string) error {
	entries, err := fs.ReadDir(files, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	n.folders = append(n.folders, folder)
	for _, e := range entries {
		if !isPackaged(e.Name()) {
			continue
		}
		data, readErr := fs.ReadFile(files, path.Join(folder, e.Name()))
		err = errors.Join(err, readErr)
		n.files = append(n.files, course.File{Name: path.Join(folder, e.Name()), Data: data})
	}
	return err
}

func isPackaged(name string) bool {
	return path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go")
}

// clear removes the files of an older kata's packages that this one has not:
// beside the new ones they would not compile.
func (n needs) clear(root *os.Root) error {
	for _, folder := range n.folders {
		entries, err := fs.ReadDir(root.FS(), folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			if !isPackaged(e.Name()) || slices.ContainsFunc(n.files, func(f course.File) bool { return f.Name == name }) {
				continue
			}
			if err := root.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// onlyNeeded drops the lines of a go.mod that require modules which are not
// needed (go.dev/ref/mod, section "require directive").
func onlyNeeded(mod []byte, needed []string) []byte {
	var kept strings.Builder
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		requires := len(fields) > 1 && strings.HasPrefix(fields[1], "v") && strings.Contains(fields[0], ".")
		if !requires || slices.Contains(needed, fields[0]) {
			kept.WriteString(line)
		}
	}
	return []byte(kept.String())
}
