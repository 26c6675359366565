package run

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// lookPath finds the program in env's PATH, not in kata's own: what a tool
// runs with is what it is looked up with.
func lookPath(name string, env []string) (string, error) {
	if filepath.Base(name) != name {
		return name, nil
	}
	for _, dir := range filepath.SplitList(value(env, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue // a program beside the learner's code is no tool
		}
		for _, suffix := range suffixes() {
			path := filepath.Join(dir, name+suffix)
			if info, err := os.Stat(path); err == nil && runnable(info) {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("look for %s in PATH: %w", name, exec.ErrNotFound)
}

func suffixes() []string {
	if runtime.GOOS == "windows" {
		return []string{".exe", ""}
	}
	return []string{""}
}

func runnable(info os.FileInfo) bool {
	return info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// value returns the last value of the named variable, as a process sees it.
func value(env []string, name string) string {
	found := ""
	for _, pair := range env {
		key, v, _ := strings.Cut(pair, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			found = v
		}
	}
	return found
}
