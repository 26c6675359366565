package course

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// File is one file of an exercise.
type File struct {
	Name string // slash path relative to the exercise's folder
	Data []byte
}

// pack formats files as a txtar archive, sorted by name. It refuses what the
// format cannot hold; dir is where the files are, for messages.
func pack(comment, dir string, files []File) ([]byte, error) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	archive := &txtar.Archive{Comment: []byte(comment)}
	lower := map[string]string{}
	for _, f := range files {
		if err := packable(newText(dir+"/"+f.Name, nil), f); err != nil {
			return nil, err
		}
		if other := lower[strings.ToLower(f.Name)]; other != "" {
			return nil, &FormatError{dir + "/" + f.Name, 0, "differs from " + other + " in case alone; some systems cannot hold both"}
		}
		lower[strings.ToLower(f.Name)] = f.Name
		archive.Files = append(archive.Files, txtar.File{Name: f.Name, Data: f.Data})
	}
	return txtar.Format(archive), nil
}

// packable reports why a file cannot be kept in a txtar archive.
func packable(t text, f File) error {
	if !isFileName(f.Name) {
		return t.wrong(-1, "a txtar archive cannot hold this name; expected letters, digits and ._-+ between slashes")
	}
	if bytes.IndexByte(f.Data, 0) >= 0 || !utf8.Valid(f.Data) {
		return t.wrong(-1, "a txtar archive cannot hold a binary file; expected UTF-8 text")
	}
	if len(f.Data) > 0 && !bytes.HasSuffix(f.Data, []byte("\n")) {
		return t.wrong(bytes.Count(f.Data, []byte("\n")), "the last line does not end; expected a newline at the end of the file")
	}
	line := 0
	for l := range bytes.Lines(f.Data) {
		if bytes.HasSuffix(l, []byte("\r\n")) {
			return t.wrong(line, "Windows line ending; expected \\n alone, so that the archive is the same on every machine")
		}
		if bytes.HasPrefix(l, []byte("-- ")) && len(txtar.Parse(l).Files) > 0 {
			return t.wrong(line, "%q reads as a file marker of a txtar archive; change or indent the line", bytes.TrimSpace(l))
		}
		line++
	}
	return nil
}

// isFileName reports whether a slash path can stand in an archive and on the
// file systems of all platforms.
func isFileName(name string) bool {
	return fs.ValidPath(name) && name != "." && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-+@", r)
	}) < 0
}

// unpack reads an archive's files. It refuses names that lead out of its
// folder and names that occur twice.
func unpack(file string, data []byte) ([]File, error) {
	archive := txtar.Parse(data)
	files := make([]File, 0, len(archive.Files))
	seen := make(map[string]bool, len(archive.Files))
	for _, f := range archive.Files {
		switch {
		case !isFileName(f.Name):
			return nil, &FormatError{file, 0, fmt.Sprintf("the archive has a file %q; expected a slash path inside the exercise's folder", f.Name)}
		case seen[f.Name]:
			return nil, &FormatError{file, 0, fmt.Sprintf("the archive has %s twice", f.Name)}
		}
		seen[f.Name] = true
		files = append(files, File{f.Name, slices.Clip(f.Data)})
	}
	return files, nil
}
