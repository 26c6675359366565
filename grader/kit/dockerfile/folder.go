package dockerfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// Folder is the build's folder (its "context") without what .dockerignore
// keeps out of it.
type Folder struct {
	files  fs.FS
	ignore *patternmatcher.PatternMatcher
}

// Here returns the working directory as the build's folder and fails the
// behaviour when Docker could not read its .dockerignore.
func Here(t testing.TB) *Folder {
	t.Helper()
	f, err := OpenFolder(os.DirFS("."))
	if err != nil {
		kit.Fail(t, kit.Failure{Sent: "read .dockerignore", Got: err.Error(), Want: "patterns that docker build can read", At: kit.Line(".dockerignore", 1)})
	}
	return f
}

// OpenFolder reads the .dockerignore at the root of files, which may be
// missing.
func OpenFolder(files fs.FS) (*Folder, error) {
	var patterns []string
	f, err := files.Open(".dockerignore")
	if err == nil {
		defer f.Close()
		patterns, err = ignorefile.ReadAll(f)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read .dockerignore: %w", err)
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf("read .dockerignore: %w", err)
	}
	return &Folder{files, m}, nil
}

// Sends reports whether a file called name, there or not, would be sent to the
// builder.
func (f *Folder) Sends(name string) bool {
	ignored, err := f.ignore.MatchesOrParentMatches(name)
	return err == nil && !ignored
}

// Missing returns the sources of a COPY or ADD that no file of the folder
// answers to, which ends a build. A pattern may match nothing.
func (f *Folder) Missing(c *Copy) []string {
	if !c.FromFolder() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.Sources), func(source string) bool {
		return isRemote(source) || strings.ContainsAny(source, "*?[") || clean(source) == "." || f.finds(source)
	})
}

func (f *Folder) finds(source string) bool {
	found := false
	err := fs.WalkDir(f.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && f.Sends(name) {
			_, below := under(source, name)
			found = found || below
		}
		return nil
	})
	return found && err == nil
}

// isRemote reports whether ADD would fetch the source from elsewhere.
func isRemote(source string) bool {
	return strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}

// clean returns a source as fs.FS names it; the folder itself is ".".
func clean(source string) string {
	if p := path.Clean("/" + source); p != "/" {
		return p[1:]
	}
	return "."
}

// under reports whether name is what the source pattern names or lies below
// it, and returns the part of name below; "" when it is the file itself.
func under(source, name string) (rest string, ok bool) {
	source = clean(source)
	if source == "." {
		return name, true
	}
	parts := strings.Split(name, "/")
	for i := 1; i <= len(parts); i++ {
		if match, err := path.Match(source, strings.Join(parts[:i], "/")); err == nil && match {
			return strings.Join(parts[i:], "/"), true
		}
	}
	return "", false
}

// Takes reports whether the COPY or ADD would take the folder's file called
// name, there or not, and returns where in the image it lands.
func (c *Copy) Takes(f *Folder, name string) (dest string, ok bool) {
	if !c.FromFolder() || !f.Sends(name) {
		return "", false
	}
	return c.Lands(name)
}

// Lands is Takes for whatever the sources are searched in, the folder or
// another image: name has no leading slash.
func (c *Copy) Lands(name string) (dest string, ok bool) {
	for _, source := range c.Sources {
		rest, below := under(source, name)
		if isRemote(source) || !below || c.excludes(rest, name) {
			continue
		}
		switch {
		case c.Parents:
			return path.Join(c.Dest, name), true
		case rest != "":
			return path.Join(c.Dest, rest), true
		case strings.HasSuffix(c.Dest, "/") || len(c.Sources) > 1 || clean(source) != name:
			return path.Join(c.Dest, path.Base(name)), true
		}
		return c.Dest, true
	}
	return "", false
}

// excludes applies --exclude, whose patterns are relative to the source.
func (c *Copy) excludes(names ...string) bool {
	m, err := patternmatcher.New(c.Exclude)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(names, func(n string) bool {
		hit, err := m.MatchesOrParentMatches(n)
		return n != "" && err == nil && hit
	})
}
