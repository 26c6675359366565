package services

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/kata-go/kata/grader/services/place"
)

// building is a Program that builds as `go build` does.
func building(t *testing.T) func(context.Context, string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	return func(ctx context.Context, folder string) (string, error) {
		binary := filepath.Join(dir, filepath.Base(folder)+exe())
		out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/kata-go/kata/"+folder).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		return binary, nil
	}
}

// postgresHere is the folder of a PostgreSQL that is installed on this machine.
func postgresHere(t *testing.T) string {
	t.Helper()
	folders := place.List(os.Getenv("PATH"))
	for _, pattern := range place.Postgres() {
		folders = append(folders, place.Newest(pattern)...)
	}
	path, ok := place.Find(folders, []string{"postgres"}, []string{"initdb"})
	if !ok || runtime.GOOS == "windows" {
		t.Skip("needs PostgreSQL on this machine, and a shell")
	}
	return filepath.Dir(path)
}

// jarOf is an archive with stand-ins for the programs in bin.
func jarOf(t *testing.T, bin string) []byte {
	t.Helper()
	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	entry, err := z.Create("postgres-linux-x86_64.txz")
	if err != nil {
		t.Fatal(err)
	}
	x, err := xz.NewWriter(entry)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(x)
	for _, name := range []string{"postgres", "initdb"} {
		text := "#!/bin/sh\nexec " + filepath.Join(bin, name) + " \"$@\"\n"
		if err := w.WriteHeader(&tar.Header{Name: "bin/" + name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, close := range []func() error{w.Close, x.Close, z.Close} {
		if err := close(); err != nil {
			t.Fatal(err)
		}
	}
	return jar.Bytes()
}

// serving is a repository whose every archive is jar.
func serving(t *testing.T, jar []byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sha256") {
			fmt.Fprintf(w, "%x", sha256.Sum256(jar))
			return
		}
		_, _ = w.Write(jar)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// What was installed is what serves, before anything else on the machine.
func TestInstallThenServe(t *testing.T) {
	bin := postgresHere(t)
	base, err := os.MkdirTemp("", "kata-test-") // another user must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	c := bare(Auto, []string{"PATH=" + os.Getenv("PATH"), "KATA_POSTGRES_REPOSITORY=" + serving(t, jarOf(t, bin))})
	c.SystemDir, c.CacheDir, c.Program = filepath.Join(base, "lib"), filepath.Join(base, "cache"), building(t)
	folder, err := Install(t.Context(), c, "postgres", "", "17.5.0")
	if err != nil {
		t.Fatal(err)
	}
	if s := stateOf(t, c, "postgres"); s.Via != viaLocal || !strings.HasPrefix(s.Text, folder) {
		t.Errorf("after the installation: %+v", s)
	}
	r := New(c)
	defer r.Close()
	served, err := r.Resolve(t.Context(), []string{"postgres"})
	if err != nil || len(served.Env) != 1 || !strings.HasPrefix(served.Env[0], "KATA_POSTGRES=postgres://kata@127.0.0.1:") {
		t.Errorf("%+v, %v", served, err)
	}
}

func TestInstallFails(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	c := bare(Auto, nil)
	c.CacheDir, c.SystemDir, c.Program = t.TempDir(), t.TempDir(), building(t)
	if _, err := Install(t.Context(), c, "postgres", serving(t, []byte("<html>")), "17.5.0"); err == nil || !strings.Contains(err.Error(), "it is no ZIP file") {
		t.Errorf("got %v", err)
	}
	if _, err := Install(t.Context(), c, "redis", "", ""); err == nil || !strings.Contains(err.Error(), `cannot install "redis"`) {
		t.Errorf("got %v", err)
	}
}
