package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// actor makes the test binary the program itself.
const actor = "KATA_LOCAL_ACTOR"

func TestMain(m *testing.M) {
	if os.Getenv(actor) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// helper is the program at work, with a temporary folder of its own.
type helper struct {
	*exec.Cmd
	stdin    io.Closer
	temp     string
	addr     string
	complain *bytes.Buffer
}

// begun starts the program and returns it with its first line, "" when it
// ended before.
func begun(t *testing.T, temp string, args ...string) *helper {
	t.Helper()
	h := &helper{Cmd: exec.Command(os.Args[0], args...), temp: temp, complain: &bytes.Buffer{}}
	h.Env = []string{actor + "=1", "TMPDIR=" + temp, "PATH=" + os.Getenv("PATH")}
	h.Stderr = h.complain
	var err error
	if h.stdin, err = h.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.stdin.Close(); _ = h.Wait() })
	line, _ := bufio.NewReader(out).ReadString('\n')
	if u, err := url.Parse(strings.TrimSpace(line)); err == nil {
		h.addr = u.Host
	}
	return h
}

// open is a folder that servers of another user may go through.
func open(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kata-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// products are the arguments for what is installed here.
func products(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	if p, err := found(); err == nil {
		all["postgres"] = []string{"postgres", p.(postgres).bin, open(t)}
	}
	if path, err := exec.LookPath("redis-server"); err == nil {
		all["redis"] = []string{"redis", path}
	}
	if len(all) == 0 {
		t.Skip("neither PostgreSQL nor Redis is installed here")
	}
	return all
}

// pid asks a server for its number.
func (h *helper) pid(t *testing.T, name string) int {
	t.Helper()
	if name == "postgres" {
		files, _ := filepath.Glob(filepath.Join(h.temp, "*", dataName, "postmaster.pid"))
		if len(files) != 1 {
			t.Fatalf("found %q", files)
		}
		text, err := os.ReadFile(files[0])
		line, _, _ := strings.Cut(string(text), "\n")
		n, _ := strconv.Atoi(line)
		if err != nil || n == 0 {
			t.Fatalf("%q, %v", line, err)
		}
		return n
	}
	conn, err := net.Dial("tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "INFO server\r\n")
	for s := bufio.NewScanner(conn); s.Scan(); {
		if text, ok := strings.CutPrefix(s.Text(), "process_id:"); ok {
			n, _ := strconv.Atoi(text)
			return n
		}
	}
	t.Fatal("no process_id")
	return 0
}

func TestNothingIsLeft(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes are killed in another way there")
	}
	ends := map[string]func(*testing.T, *helper, string){
		"input ends":             func(_ *testing.T, h *helper, _ string) { _ = h.stdin.Close() },
		"kill -9 of the program": func(_ *testing.T, h *helper, _ string) { _ = h.Process.Kill() },
		"kill -9 of the server": func(t *testing.T, h *helper, name string) {
			p, err := os.FindProcess(h.pid(t, name))
			if err != nil || p.Kill() != nil {
				t.Error("the server cannot be killed")
			}
		},
	}
	for name, args := range products(t) {
		for how, end := range ends {
			t.Run(name+", "+how, func(t *testing.T) {
				h := begun(t, open(t), args...)
				if h.addr == "" {
					t.Fatalf("no address: %s", h.complain)
				}
				end(t, h, name)
				gone(t, h)
			})
		}
	}
}

// gone wants port and folder to be gone soon: two seconds on an idle machine.
func gone(t *testing.T, h *helper) {
	t.Helper()
	var left []os.DirEntry
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", h.addr)
		if err == nil {
			_ = conn.Close()
			continue
		}
		if left, _ = os.ReadDir(h.temp); len(left) == 0 {
			return
		}
	}
	t.Errorf("left: %v, port %s", left, h.addr)
}

func TestAbandonedFoldersAreSwept(t *testing.T) {
	all := products(t)
	args, ok := all["redis"]
	if !ok || runtime.GOOS == "windows" {
		t.Skip("there is no redis-server here")
	}
	temp := open(t)
	old := filepath.Join(temp, "kata-local-old")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "owner.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	held := begun(t, temp, args...)
	if _, err := os.Stat(old); err == nil {
		t.Error("a folder that nobody holds is still there")
	}
	begun(t, temp, args...)
	if left, _ := os.ReadDir(temp); len(left) != 2 {
		t.Errorf("%d folders beside two servers: %s", len(left), held.complain)
	}
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(open(t), "redis-server")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServersThatDoNotServe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	full := "/dev/full" // writing there says that the disk is full
	for name, test := range map[string]struct{ program, says string }{
		"ends with a complaint": {"echo 'Fatal error, cannot open config' >&2; exit 1", "redis-server ended (exit status 1): Fatal error, cannot open config"},
		"has no port":           {"echo 'bind: Address already in use' >&2; exit 1", "its port is taken"},
		"finds the disk full":   {"echo x >" + full, "redis-server ended"},
		"never answers":         {"exec sleep 600", "started and does not answer within 8s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			temp := open(t)
			h := begun(t, temp, "redis", script(t, test.program))
			_ = h.Wait()
			if text := h.complain.String(); h.addr != "" || !strings.Contains(text, test.says) || strings.Count(text, "\n") != 1 {
				t.Errorf("said %q, want one line with %q", text, test.says)
			}
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"mysql"}, {"redis"}, {"postgres", "only one"}} {
		if err := serve(args, strings.NewReader(""), io.Discard); err == nil || !strings.Contains(err.Error(), "want postgres") {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestAServerWhosePortIsClosedIsNotWell(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{product: redis{}, addr: l.Addr().String()}
	if err := s.well(); err != nil {
		t.Errorf("one that listens: %v", err)
	}
	_ = l.Close()
	if err := s.well(); err == nil || !strings.Contains(err.Error(), "takes no connections") {
		t.Errorf("one that does not: %v", err)
	}
}
