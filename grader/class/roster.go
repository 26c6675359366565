package class

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Entry is one line of a roster: a learner and the folder of their checkout.
type Entry struct{ Name, Dir string }

// RosterError says which line of a roster cannot be read.
type RosterError struct {
	Line   int
	Reason string
}

func (e *RosterError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// ReadRoster reads a roster: on each line a folder, or a name, a comma and a
// folder. Folders are relative to base; a name that is missing is the folder's.
// Empty lines and lines that begin with # say nothing. The error is a
// *RosterError, or the reader's.
func ReadRoster(r io.Reader, base string) ([]Entry, error) {
	var list []Entry
	seen := map[string]int{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		name, dir, named := strings.Cut(text, ",")
		if !named {
			name, dir = filepath.Base(text), text
		}
		name, dir = strings.TrimSpace(name), strings.TrimSpace(dir)
		if name == "" || dir == "" {
			return nil, &RosterError{n, "expected a folder, or a name, a comma and a folder"}
		}
		if before := seen[name]; before > 0 {
			return nil, &RosterError{n, fmt.Sprintf("%q is on line %d already; give each learner a name of their own", name, before)}
		}
		seen[name] = n
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(base, dir)
		}
		list = append(list, Entry{name, dir})
	}
	return list, lines.Err()
}
