// Package place knows where server programs lie on a machine: how to look
// through folders for one and the programs beside it, and which of several
// versions is the newest. It starts nothing.
package place

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Postgres returns patterns of the folders in which packages of Debian, Red
// Hat, Homebrew and Windows put PostgreSQL's programs.
func Postgres() []string {
	return []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/[0-9]*/bin", `C:\Program Files\PostgreSQL\*\bin`,
	}
}

// Find returns the first program in folders that has one of names and, beside
// what it links to, those of beneath. A program that needs none keeps its name:
// Debian's redis-server is a link to one that goes by how it is called.
func Find(folders, names, beneath []string) (path string, ok bool) {
	for _, dir := range folders {
		for _, name := range names {
			if path, ok = complete(filepath.Join(dir, name+exe()), beneath); ok {
				return path, true
			}
		}
	}
	return "", false
}

func complete(path string, beneath []string) (string, bool) {
	if len(beneath) > 0 {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return "", false
		}
		path = real
	}
	wanted := []string{path}
	for _, name := range beneath {
		wanted = append(wanted, filepath.Join(filepath.Dir(path), name+exe()))
	}
	return path, !slices.ContainsFunc(wanted, func(p string) bool {
		info, err := os.Stat(p)
		return err != nil || !info.Mode().IsRegular()
	})
}

// List returns the absolute folders of a PATH.
func List(path string) []string {
	return slices.DeleteFunc(filepath.SplitList(path), func(dir string) bool { return !filepath.IsAbs(dir) })
}

// Newest lists what matches a well-formed pattern, the highest version first.
func Newest(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	slices.SortStableFunc(found, func(a, b string) int { return compare(Version(b), Version(a)) })
	return found
}

var number = regexp.MustCompile(`\d+(\.\d+)*`)

// Version returns the first number in the path of a program, such as "16.4".
func Version(path string) string { return number.FindString(filepath.ToSlash(path)) }

func compare(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		return cmp.Compare(m, n)
	})
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
