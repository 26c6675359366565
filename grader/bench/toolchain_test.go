package bench

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/run"
)

func TestMain(m *testing.M) {
	run.Init()
	os.Exit(m.Run())
}

// distribution makes a folder that looks like Go of some version, and returns
// its bin folder.
func distribution(t *testing.T, version string) string {
	t.Helper()
	root := t.TempDir()
	put(t, root, "VERSION", version+"\ntime 2026-01-01T00:00:00Z\n")
	put(t, root, "bin/go", "#!/bin/sh\nexit 1\n")
	must(t, os.Chmod(filepath.Join(root, "bin", "go"), 0o755))
	return filepath.Join(root, "bin")
}

func TestFindToolchain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for the go command is a shell script")
	}
	tests := []struct {
		name, path, require, says string
	}{
		{"new enough", distribution(t, "go1.26.3"), "1.26.0", ""},
		{"newer", distribution(t, "go1.31"), "1.26.0", ""},
		{"too old", distribution(t, "go1.20.5"), "1.26.0", "is go1.20.5, but the exercises need Go 1.26.0"},
		{"a release candidate is older", distribution(t, "go1.26rc1"), "1.26.0", "need Go 1.26.0"},
		{"not there", t.TempDir(), "1.26.0", "no go command on PATH"},
		{"a relative PATH entry is not searched", "bin", "1.26.0", "no go command on PATH"},
		{"no PATH", "", "1.26.0", "no go command on PATH"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tool, err := FindToolchain(t.Context(), run.New(), []string{"PATH=" + test.path}, t.TempDir())
			if err == nil {
				err = tool.Require(test.require)
			}
			var problem *ToolchainError
			if test.says == "" && err != nil {
				t.Errorf("got %v", err)
			} else if test.says != "" && (!errors.As(err, &problem) || !strings.Contains(err.Error(), test.says) || problem.Hint == "") {
				t.Errorf("got %v, want an error with %q and a hint", err, test.says)
			}
		})
	}
}

// Nothing of the user's that could change what is built reaches the build.
func TestBuildEnv(t *testing.T) {
	env := append(os.Environ(), "GOFLAGS=-toolexec=/bin/false", "GOWORK=/tmp/go.work", "GOTOOLCHAIN=go1.99", "CGO_ENABLED=1", "GOPROXY=off", "SECRET=1", "GODEBUG=x=1")
	tool, err := FindToolchain(t.Context(), run.New(), env, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	got, err := tool.BuildEnv(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GOFLAGS=", "GOENV=off", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0", "GOPROXY=off"} {
		if !slices.Contains(got, want) {
			t.Errorf("the build's environment lacks %s", want)
		}
	}
	for _, kv := range got {
		if strings.HasPrefix(kv, "SECRET=") || strings.HasPrefix(kv, "GODEBUG=") || strings.Contains(kv, "toolexec") {
			t.Errorf("the build's environment has %s", kv)
		}
	}
}
