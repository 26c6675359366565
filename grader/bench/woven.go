package bench

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/kata-go/kata/grader/course"
)

// Woven is one set of files that behaves like any of several answers, as its
// code finds the variable Switch, which the bench declares in each of Folders.
// It is compiled once for all of them.
type Woven struct {
	Variant string            // a name unique in the build
	Files   []course.File     // all of them, those that are not Go code, too
	Folders map[string]string // folder of Files, "." for the root, to the name of its package
}

// Switch is the int that woven code reads: a Submission's Number.
const Switch = "kataVariant"

// switchEntry is how a process that runs a woven binary is told the number.
const switchEntry = "KATA_VARIANT"

// Environ is what the process that runs a submission needs in its environment.
func (s Submission) Environ() []string {
	if s.Woven == nil {
		return nil
	}
	return []string{switchEntry + "=" + strconv.Itoa(s.Number)}
}

// files are those of the answers, and the declaration of the switch.
func (w *Woven) files() []course.File {
	files := slices.Clone(w.Files)
	for _, folder := range slices.Sorted(maps.Keys(w.Folders)) {
		name := w.Folders[folder]
		text := fmt.Sprintf("package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar %s, _ = strconv.Atoi(os.Getenv(%q))\n", name, Switch, switchEntry)
		files = append(files, course.File{Name: path.Join(folder, "kata_switch.go"), Data: []byte(text)})
	}
	return files
}
