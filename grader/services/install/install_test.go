package main

import (
	"archive/tar"
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func from(t *testing.T, r *repository, dir string) (string, error) {
	t.Helper()
	return install(t.Context(), []string{"postgres", dir, r.URL + "/maven", version})
}

// left lists what a folder holds beside the lock.
func left(dir string) (names []string) {
	found, _ := os.ReadDir(dir)
	for _, e := range found {
		if e.Name() != "lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

func needsShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the programs in the archives are shell scripts")
	}
}

func TestInstall(t *testing.T) {
	needsShell(t)
	r, dir := newRepository(t, packed(t, good())), t.TempDir()
	folder, err := from(t, r, dir)
	if err != nil || folder != filepath.Join(dir, version) {
		t.Fatalf("%q, %v", folder, err)
	}
	info, err := os.Stat(filepath.Join(folder, "bin", "initdb"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("another user cannot start initdb: %v, %v", info, err)
	}
	if text, err := os.ReadFile(filepath.Join(folder, "lib", "libpq.so.5")); err != nil || string(text) != "library" {
		t.Errorf("through the link: %q, %v", text, err)
	}
	if names := left(dir); len(names) != 1 {
		t.Errorf("left %q", names)
	}
	r.Close()
	if again, err := from(t, r, dir); err != nil || again != folder {
		t.Errorf("what is there is fetched again: %q, %v", again, err)
	}
}

// What was cut off is taken up where it ended.
func TestResume(t *testing.T) {
	needsShell(t)
	r, dir := newRepository(t, packed(t, good())), t.TempDir()
	r.cut = 100
	if _, err := from(t, r, dir); err == nil || !strings.Contains(err.Error(), "100 bytes are there and the next call goes on") {
		t.Fatalf("a download that was cut off: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, version)); err == nil {
		t.Error("half an archive was unpacked")
	}
	if _, err := from(t, r, dir); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.ranges, "|"); got != "|bytes=100-" {
		t.Errorf("asked for %q", got)
	}
}

// What is damaged is thrown away, so that the next call begins anew.
func TestWrongChecksum(t *testing.T) {
	needsShell(t)
	r, dir := newRepository(t, packed(t, good())), t.TempDir()
	r.sum = strings.Repeat("0f", 32)
	if _, err := from(t, r, dir); err == nil || !strings.Contains(err.Error(), "its repository says 0f0f0f0f0f0f…") {
		t.Fatalf("got %v", err)
	}
	if names := left(dir); len(names) != 0 {
		t.Errorf("left %q", names)
	}
	r.sum = ""
	if _, err := from(t, r, dir); err != nil {
		t.Error(err)
	}
}

func TestBadArchives(t *testing.T) {
	needsShell(t)
	link := func(name, target string, kind byte) tar.Header {
		return tar.Header{Name: name, Typeflag: kind, Linkname: target}
	}
	for name, test := range map[string]struct {
		jar  []byte
		says string
	}{
		"a name that leads out":         {packed(t, append(good(), file("../evil", "x", 0o644))), `it has "../evil", which lies outside`},
		"an absolute name":              {packed(t, append(good(), file("/evil", "x", 0o644))), `it has "/evil", which lies outside`},
		"a link that leads out":         {packed(t, append(good(), link("lib/evil", "../../evil", tar.TypeSymlink))), `it points to "../../evil", outside`},
		"an absolute link":              {packed(t, append(good(), link("lib/evil", "/etc", tar.TypeSymlink))), `it points to "/etc", outside`},
		"a hard link that leads out":    {packed(t, append(good(), link("evil", "../evil", tar.TypeLink))), `it points to "../evil", outside`},
		"a file twice":                  {packed(t, append(good(), file("bin/postgres", "x", 0o755))), "file exists"},
		"a device":                      {packed(t, append(good(), tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3})), "neither a file, a folder nor a link"},
		"no initdb":                     {packed(t, good()[:3]), "it holds no program bin/initdb"},
		"a program of another machine":  {packed(t, append(entries{file("bin/postgres", "\x7fELF", 0o755)}, good()[3:]...)), "does not run on this machine"},
		"no ZIP file":                   {[]byte("<html>not what you want</html>"), "it is no ZIP file"},
		"a ZIP file without PostgreSQL": {zipped(t, &bytes.Buffer{}, map[string][]byte{"a": nil}), "it holds 0 files *.txz, not one"},
		"no xz in it":                   {zipped(t, &bytes.Buffer{}, map[string][]byte{"a.txz": []byte("no")}), "a.txz in it"},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "postgres")
			if _, err := from(t, newRepository(t, test.jar), dir); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.says)
			}
			if names := left(parent); len(names) != 1 {
				t.Errorf("beside the folder: %q", names)
			}
			for _, name := range left(dir) {
				if !strings.HasSuffix(name, ".part") {
					t.Errorf("left %s", name)
				}
			}
		})
	}
}

func TestNobodyToFetchFrom(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, closed.Close())
	r := newRepository(t, nil)
	for name, test := range map[string]struct{ repository, version, says string }{
		"another version":       {r.URL + "/maven", "9.6.1", "the repository has no PostgreSQL 9.6.1 for "},
		"nobody answers":        {"http://" + closed.Addr().String(), version, "connection refused"},
		"no address":            {"ftp://127.0.0.1/", version, "want https://HOST/PATH"},
		"no version":            {r.URL, "../../x", "is no version of PostgreSQL"},
		"a server without sums": {wrong(t), version, "answers 200 OK and no checksum"},
	} {
		if _, err := install(t.Context(), []string{"postgres", t.TempDir(), test.repository, test.version}); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
	if _, err := install(t.Context(), []string{"mysql"}); err == nil || !strings.Contains(err.Error(), "usage") {
		t.Errorf("got %v", err)
	}
}

// wrong answers everything with a page.
func wrong(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte("HTTP/1.0 200 OK\r\n\r\n<html>log in first</html>"))
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// Two at once: one fetches, the other finds it there.
func TestTwoAtOnce(t *testing.T) {
	needsShell(t)
	r, dir := newRepository(t, packed(t, good())), t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := from(t, r, dir); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(r.ranges) != 1 {
		t.Errorf("fetched %d times", len(r.ranges))
	}
}

// An interrupt ends the waiting for a server that does not answer.
func TestInterrupt(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		cancel()
		if err == nil {
			<-t.Context().Done() // it stays open
			_ = conn.Close()
		}
	}()
	if _, err := install(ctx, []string{"postgres", t.TempDir(), "http://" + listener.Addr().String(), version}); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("got %v", err)
	}
}
