package bench

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Limits on what is taken from a learner's folder.
const (
	maxFile  = 1 << 20 // bytes in one file
	maxTotal = 4 << 20 // bytes in all of them together
	maxFiles = 200
	maxDepth = 4 // folders below the exercise's
)

// Reading is what a learner's folder holds for the grader.
type Reading struct {
	Files   []course.File
	Ignored []string // named in messages: what stands there and is not used, with the reason
}

// RefusedError says that a learner's file cannot be taken as it is.
type RefusedError struct {
	File, Reason string
	Missing      bool // the exercise's folder is not there at all
}

func refuse(file, reason string) *RefusedError { return &RefusedError{File: file, Reason: reason} }

func (e *RefusedError) Error() string { return e.File + ": " + e.Reason }

// Read takes the learner's files of an exercise from a workspace: Go files but
// tests, and the files that the starter has or that the brief lets the learner
// edit. Nothing else is opened, and no link is followed. Errors that are the
// learner's to mend are *RefusedError.
func Read(workspace *os.Root, e *course.Exercise) (Reading, error) {
	starter, err := e.Starter()
	if err != nil {
		return Reading{}, err
	}
	r := reader{exercise: e, declared: slices.Clone(e.Edit)}
	for _, f := range starter {
		r.declared = append(r.declared, f.Name)
	}
	if err := r.open(workspace); err != nil {
		return Reading{}, err
	}
	defer r.root.Close()
	if err := r.folder(".", 0); err != nil {
		return Reading{}, err
	}
	err = r.complete()
	return r.Reading, err
}

// complete looks for the files that the brief names. Code may have moved into
// another file of its package.
func (r *reader) complete() error {
	for _, name := range r.exercise.Edit {
		full := path.Join(r.exercise.Dir(), name)
		switch {
		case strings.HasSuffix(name, "/") || r.has(func(f string) bool { return f == name }):
		case path.Ext(name) == ".go" && r.has(func(f string) bool { return path.Ext(f) == ".go" && path.Dir(f) == path.Dir(name) }):
			r.Ignored = append(r.Ignored, full+": is no longer there; if that is a mistake, kata reset brings the original back")
		default:
			return refuse(full, "the file that the brief asks you to edit is missing; kata reset brings the original back")
		}
	}
	return nil
}

func (r *reader) has(name func(string) bool) bool {
	return slices.ContainsFunc(r.Files, func(f course.File) bool { return name(f.Name) })
}

type reader struct {
	Reading
	root     *os.Root // of the exercise's folder
	exercise *course.Exercise
	declared []string
	total    int // bytes read
}

// open opens the exercise's folder.
func (r *reader) open(workspace *os.Root) error {
	dir := r.exercise.Dir()
	root, err := workspace.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &RefusedError{dir, "the exercise's folder is missing; kata reset brings it back", true}
	}
	if err != nil {
		return refuse(dir, "cannot be read: "+reason(err))
	}
	r.root = root
	return nil
}

// folder reads one folder of the exercise; rel is its slash path below it.
func (r *reader) folder(rel string, depth int) error {
	entries, err := fs.ReadDir(r.root.FS(), rel)
	if err != nil {
		return refuse(path.Join(r.exercise.Dir(), rel), "cannot be read: "+reason(err))
	}
	for _, entry := range entries {
		if err := r.entry(path.Join(rel, entry.Name()), entry, depth); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) entry(name string, entry fs.DirEntry, depth int) error {
	full := path.Join(r.exercise.Dir(), name)
	switch reason, use := r.wants(name, entry); {
	case !use:
		if reason != "" {
			r.Ignored = append(r.Ignored, full+": "+reason)
		}
		return nil
	case entry.IsDir() && depth == maxDepth:
		return refuse(full, "folders are nested too deeply")
	case entry.IsDir():
		return r.folder(name, depth+1)
	case entry.Type()&fs.ModeSymlink != 0:
		return refuse(full, "is a symbolic link; put a regular file there")
	case !plainName.MatchString(entry.Name()) || strings.EqualFold(entry.Name(), sealFile):
		return refuse(verdict.Clean([]byte(full), "", 1, 200), "has a name that cannot be used; take letters, digits, dots, dashes and underscores")
	case !entry.Type().IsRegular():
		return refuse(full, "is not a regular file")
	case len(r.Files) == maxFiles:
		return refuse(full, fmt.Sprintf("the folder has more than %d files", maxFiles))
	}
	data, err := r.read(name)
	if err != nil {
		return err
	}
	if r.total += len(data); r.total > maxTotal {
		return refuse(r.exercise.Dir(), fmt.Sprintf("the files are larger than %d KiB together", maxTotal>>10))
	}
	r.Files = append(r.Files, course.File{Name: name, Data: data})
	return nil
}

// plainName is what a file's name may consist of: it ends up in messages, in
// command lines and on file systems that know no capitals.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.-]*$`)

// wants says whether a name in the exercise's folder belongs to the
// submission, and if not, why, when the learner may have meant it to.
func (r *reader) wants(name string, entry fs.DirEntry) (reason string, use bool) {
	base := path.Base(name)
	if slices.Contains(r.declared, name) {
		return "", true
	}
	if entry.IsDir() {
		return "", base != "vendor" && base != "testdata" && !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "_")
	}
	if slices.Contains([]string{"go.mod", "go.sum", "go.work", "go.work.sum"}, base) {
		return "is not used: kata builds with its own go.mod", false
	}
	switch ext := path.Ext(base); {
	case strings.HasSuffix(base, "_test.go"):
		if r.exercise.Kind == course.KindTests {
			return "", true
		}
		return "your own tests are not part of the verdict (go test runs them)", false
	case ext == ".go":
		return "", !strings.HasPrefix(base, ".") && !strings.HasPrefix(base, "_")
	case slices.Contains([]string{".s", ".S", ".syso", ".c", ".h", ".cc", ".cpp", ".m", ".a", ".o", ".so"}, ext):
		return "is not used: exercises are pure Go", false
	}
	return "", false
}

// read opens without waiting on a pipe, checks again what it opened, and stops
// at the size limit.
func (r *reader) read(name string) ([]byte, error) {
	full := path.Join(r.exercise.Dir(), name)
	f, err := r.root.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, refuse(full, "cannot be read: "+reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, refuse(full, "is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, refuse(full, "cannot be read: "+reason(err))
	}
	if len(data) > maxFile {
		return nil, refuse(full, fmt.Sprintf("is larger than %d KiB", maxFile>>10))
	}
	return data, nil
}

// reason is an error's innermost text, without the path that is told already.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
