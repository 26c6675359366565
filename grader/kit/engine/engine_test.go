package engine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func pack(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Typeflag: tar.TypeReg, Size: int64(len(files[i+1])), Mode: 0o644, Format: tar.FormatUSTAR}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zip(t *testing.T, b []byte) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestArchiveVisitsSettingsAndLayersOfBothForms(t *testing.T) {
	lower, upper := pack(t, "./etc/a", "1", "etc/b", "2"), pack(t, "etc/a", "3")
	saved := pack(t,
		"0123/layer.tar", string(lower), // the form of Docker before 25
		"blobs/sha256/4567", zip(t, upper), // the OCI image layout
		"manifest.json", "[]", "blobs/sha256/89ab", `{"config":{}}`, "empty", "")
	var got []string
	err := archive(bytes.NewReader(saved), func(e Entry) error {
		content, err := io.ReadAll(e.Content)
		got = append(got, e.Name+"="+string(content))
		return err
	})
	want := []string{"etc/a=1", "etc/b=2", "etc/a=3", "=[]", `={"config":{}}`, "="}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestArchiveStopsAtTheVisitorsError(t *testing.T) {
	enough, visits := errors.New("enough"), 0
	err := archive(bytes.NewReader(pack(t, "a", "1", "b", "2")), func(Entry) error { visits++; return enough })
	if !errors.Is(err, enough) || visits != 1 {
		t.Errorf("got %v after %d visits, want %v after one", err, visits, enough)
	}
	if err := archive(strings.NewReader("cut short"), func(Entry) error { return nil }); err == nil {
		t.Error("a torn archive gave no error")
	}
}

func TestContainsFindsTextAcrossReads(t *testing.T) {
	long := strings.Repeat("x", 1<<16-3) + "needle" + strings.Repeat("y", 1<<17)
	for name, tt := range map[string]struct {
		text string
		want bool
	}{"across a block": {long, true}, "at the end": {"ends in needle", true}, "nearly": {"needl", false}, "nothing": {"", false}} {
		for _, r := range []io.Reader{strings.NewReader(tt.text), iotest.HalfReader(strings.NewReader(tt.text)), iotest.DataErrReader(strings.NewReader(tt.text))} {
			if got, err := Contains(r, "needle"); got != tt.want || err != nil {
				t.Errorf("%s: got %v, %v; want %v", name, got, err, tt.want)
			}
		}
	}
	if _, err := Contains(iotest.ErrReader(io.ErrUnexpectedEOF), "x"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

func TestPasswdUID(t *testing.T) {
	passwd := "root:x:0:0:root:/root:/bin/sh\napp:x:10001:10001::/:/bin/false\nodd\n"
	if uid, err := passwdUID(strings.NewReader(passwd), "app"); uid != 10001 || err != nil {
		t.Errorf("app: got %d, %v", uid, err)
	}
	if _, err := passwdUID(strings.NewReader(passwd), "odd"); err == nil {
		t.Error("a user that is not there gave no error")
	}
}

func TestBuildError(t *testing.T) {
	e := &BuildError{Log: "#1 a\n\n#2 b\n------\nERROR: dockerfile parse error line 8: unknown instruction: SET\n", Err: errors.New("exit status 1")}
	if got := e.Tail(2); got != "#2 b\nERROR: dockerfile parse error line 8: unknown instruction: SET" {
		t.Errorf("Tail = %q", got)
	}
	if !e.Outdated() || (&BuildError{Log: "exit code: 1"}).Outdated() {
		t.Error("Outdated does not tell a parser's refusal from a command's failure")
	}
}

func TestCandidatesWithoutAPath(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"docker", "docker.exe"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	if got := candidates("docker"); len(got) == 0 || filepath.Dir(got[0]) != dir {
		t.Errorf("candidates = %q, want the one in %s first", got, dir)
	}
	if got := candidates("/opt/docker"); !slices.Equal(got, []string{"/opt/docker"}) {
		t.Errorf("a path gave %q", got)
	}
}

func TestUseSkipsUnlessAsked(t *testing.T) {
	for value, says := range map[string]string{"": "only when asked", filepath.Join(t.TempDir(), "docker"): "no Docker engine answers"} {
		t.Setenv(promised, "")
		t.Setenv(Env, value)
		tb := &skipped{TB: t}
		func() {
			defer func() { _ = recover() }()
			Use(tb, "track/name")
		}()
		if !strings.Contains(tb.reason, says) {
			t.Errorf("%s=%q: skipped with %q, want %q", Env, value, tb.reason, says)
		}
	}
}

// TestARealEngine is run where the environment allows one.
func TestARealEngine(t *testing.T) {
	e := Use(t, "track/name")
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	builder := "FROM alpine:3.20 AS b\nRUN --mount=type=secret,id=s cp /run/secrets/s /kept\n"
	write("Dockerfile", builder+"FROM alpine:3.20\nUSER nobody\nCMD [\"sh\", \"-c\", \"trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done\"]\n")
	e.Need("alpine:3.20")
	build := func(file string) *Image {
		i, err := e.Build(Build{Dir: dir, File: file, Secrets: map[string]string{"s": "hush-hush"}})
		var failed *BuildError
		if errors.As(err, &failed) {
			t.Fatal(failed.Log)
		}
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	for file, want := range map[string]bool{write("builder", builder): true, "": false} {
		kept := false
		if err := build(file).Contents(func(entry Entry) error {
			hit, err := Contains(entry.Content, "hush-hush")
			kept = kept || hit
			return err
		}); err != nil || kept != want {
			t.Errorf("Dockerfile %q: secret kept is %v, %v; want %v", file, kept, err, want)
		}
	}
	i := build("")
	if uid, said, err := i.User(); uid == 0 || said != "nobody" || err != nil {
		t.Errorf("User = %d, %q, %v", uid, said, err)
	}
	c, err := i.Start(80)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get("/", 300*time.Millisecond); err == nil {
		t.Error("a container that serves nothing has answered")
	}
	if code, err := c.Stop(5 * time.Second); code != 3 || err != nil {
		t.Errorf("Stop = %d, %v; want the code of the trap, 3", code, err)
	}
	if got := c.Log(); got != "up" {
		t.Errorf("Log = %q", got)
	}
	var failed *BuildError
	if _, err := e.Build(Build{Dir: dir, File: write("broken", "FROM alpine:3.20\nRUN echo why; false\n")}); !errors.As(err, &failed) || !strings.Contains(failed.Log, "why") || failed.Outdated() {
		t.Errorf("a broken build gave %v, want a *BuildError with the log", err)
	}
}

// skipped takes the place of the test that Use ends.
type skipped struct {
	testing.TB
	reason string
}

func (s *skipped) Name() string { return "skipped" }
func (s *skipped) Helper()      {}
func (s *skipped) Skipf(format string, args ...any) {
	for _, a := range args {
		s.reason += " " + a.(string)
	}
	panic("skipped")
}
