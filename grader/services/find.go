package services

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/kata-go/kata/grader/services/place"
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
	path, ok := place.Find(c.folders(s), s.local, s.beneath)
	return installed{path, place.Version(path)}, ok
}

// folders are the places to look in, the best first.
func (c Config) folders(s service) []string {
	var all []string
	for _, dir := range c.InstallDirs(s.name) {
		all = append(all, place.Newest(filepath.Join(dir, "*", "bin"))...)
	}
	all = append(all, place.List(c.variable("PATH"))...)
	for _, pattern := range s.places {
		all = append(all, place.Newest(pattern)...)
	}
	return all
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

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
