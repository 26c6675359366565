package run_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoDescriptorLeaksIn(t *testing.T) {
	// A descriptor without close-on-exec, as kata may itself inherit one; Init
	// runs before any test could open it, so a new process must.
	file, err := os.Create(filepath.Join(t.TempDir(), "token"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Env = []string{actor + "=runner of descriptors", "TMPDIR=" + t.TempDir()}
	cmd.ExtraFiles = []*os.File{file}
	got, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(got), "\nprocess []") || !strings.Contains(string(got), file.Name()) {
		t.Errorf("%v\n%s", err, got)
	}
}
