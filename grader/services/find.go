package services

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// installed is a server program on this machine.
type installed struct {
	path    string
	version string // as far as its path tells, else ""
}

// stamp tells one build of the program from another.
func (i installed) stamp() string {
	info, err := os.Stat(i.path)
	if err != nil {
		return i.path
	}
	return fmt.Sprint(i.path, info.Size(), info.ModTime().UnixNano())
}

// findLocal returns the program of s that would be started here: that which
// `kata doctor --install` unpacked, then the first on PATH, then the newest in
// the folders where systems put what is not on PATH.
func (c Config) findLocal(s service) (installed, bool) {
	for _, dir := range c.folders(s) {
		for _, name := range s.local {
			if p, ok := c.complete(s, filepath.Join(dir, name+exe())); ok {
				return p, true
			}
		}
	}
	return installed{}, false
}

// folders are the places to look in, the best first.
func (c Config) folders(s service) []string {
	var all []string
	for _, dir := range c.InstallDirs(s.name) {
		all = append(all, newest(filepath.Join(dir, "*", "bin"))...)
	}
	for _, dir := range filepath.SplitList(c.variable("PATH")) {
		if filepath.IsAbs(dir) {
			all = append(all, dir)
		}
	}
	for _, pattern := range s.places {
		all = append(all, newest(pattern)...)
	}
	return all
}

// complete resolves a link, so that the programs beside the server are found,
// and wants those that s needs.
func (c Config) complete(s service, path string) (installed, bool) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return installed{}, false
	}
	for _, name := range append([]string{filepath.Base(real)}, s.beneath...) {
		info, err := os.Stat(filepath.Join(filepath.Dir(real), strings.TrimSuffix(name, exe())+exe()))
		if err != nil || !info.Mode().IsRegular() {
			return installed{}, false
		}
	}
	return installed{real, number.FindString(filepath.Dir(real))}, true
}

// InstallDirs are where `kata doctor --install` unpacks a service, the one it
// uses first: a folder per version. Root's own folders are closed to the user
// as whom its servers run.
func (c Config) InstallDirs(name string) []string {
	var dirs []string
	if runtime.GOOS != "windows" && os.Geteuid() == 0 {
		dirs = append(dirs, filepath.Join(cmp.Or(c.SystemDir, "/var/lib/kata"), name))
	}
	return append(dirs, filepath.Join(c.CacheDir, "installed", name))
}

var number = regexp.MustCompile(`\d+(\.\d+)*`)

// newest lists what matches a pattern, the highest version first.
func newest(pattern string) []string {
	found, _ := filepath.Glob(pattern) // the patterns are well formed
	slices.SortStableFunc(found, func(a, b string) int { return compareVersions(number.FindString(b), number.FindString(a)) })
	return found
}

func compareVersions(a, b string) int {
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
