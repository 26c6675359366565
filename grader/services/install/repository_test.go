package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"path"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ulikunitz/xz"
)

const version = "17.5.0"

// repository serves one archive, as a Maven repository does, on loopback.
type repository struct {
	*httptest.Server
	jar    []byte
	sum    string // what the repository says; "" is right
	mu     sync.Mutex
	cut    int // the next download ends after so many bytes; 0 does not
	ranges []string
}

func newRepository(t *testing.T, jar []byte) *repository {
	t.Helper()
	r := &repository{jar: jar}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *repository) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	name := "embedded-postgres-binaries-" + system(runtime.GOOS, runtime.GOARCH, exists("/etc/alpine-release"))
	file := "/maven/io/zonky/test/postgres/" + path.Join(name, version, name+"-"+version+".jar")
	switch req.URL.Path {
	case file + ".sha256":
		sum := sha256.Sum256(r.jar)
		text := hex.EncodeToString(sum[:])
		if r.sum != "" {
			text = r.sum
		}
		_, _ = w.Write([]byte(text))
	case file:
		r.serve(w, req)
	default:
		http.NotFound(w, req)
	}
}

func (r *repository) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	cut := r.cut
	r.cut = 0
	r.ranges = append(r.ranges, req.Header.Get("Range"))
	r.mu.Unlock()
	if cut > 0 {
		w.Header().Set("Content-Length", "1000000")
		_, _ = w.Write(r.jar[:cut])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(r.jar))
}

// entries of a tar file, in order.
type entries []tar.Header

// good is a PostgreSQL that says its version.
func good() entries {
	return entries{
		{Name: "./", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "./bin/", Typeflag: tar.TypeDir, Mode: 0o755},
		file("bin/postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 17.5'\n", 0o755),
		file("./bin/initdb", "#!/bin/sh\n", 0o700),
		file("lib/libpq.so.5.17", "library", 0o644),
		{Name: "lib/libpq.so.5", Typeflag: tar.TypeSymlink, Linkname: "libpq.so.5.17"},
	}
}

// file has its content in the field that is unused otherwise.
func file(name, content string, mode int64) tar.Header {
	return tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(content)), Gname: content}
}

// packed makes the jar of some entries.
func packed(t *testing.T, list entries) []byte {
	t.Helper()
	var jar, txz bytes.Buffer
	x, err := xz.NewWriter(&txz)
	must(t, err)
	w := tar.NewWriter(x)
	for _, h := range list {
		content := h.Gname
		h.Gname = ""
		must(t, w.WriteHeader(&h))
		_, err := w.Write([]byte(content))
		must(t, err)
	}
	must(t, w.Close())
	must(t, x.Close())
	return zipped(t, &jar, map[string][]byte{"META-INF/MANIFEST.MF": nil, "postgres-x.txz": txz.Bytes()})
}

func zipped(t *testing.T, jar *bytes.Buffer, files map[string][]byte) []byte {
	t.Helper()
	z := zip.NewWriter(jar)
	for name, content := range files {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write(content)
		must(t, err)
	}
	must(t, z.Close())
	return jar.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSystem(t *testing.T) {
	for want, got := range map[string]string{
		"linux-amd64":          system("linux", "amd64", false),
		"linux-amd64-alpine":   system("linux", "amd64", true),
		"linux-arm64v8-alpine": system("linux", "arm64", true),
		"darwin-arm64v8":       system("darwin", "arm64", false),
		"windows-amd64":        system("windows", "amd64", false),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// The library's own settings have no accessors: a newer one may call them
// otherwise.
func TestDefaults(t *testing.T) {
	repository, v := defaults()
	a, err := newArchive(repository, v)
	if err != nil || !strings.HasPrefix(a.url, "https://") || !strings.HasSuffix(a.url, "-"+v+".jar") {
		t.Errorf("%q, %q: %+v, %v", repository, v, a, err)
	}
}
