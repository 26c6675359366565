package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// screen is what a watch has shown so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// count is how often it has shown a text.
func (s *screen) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), text)
}

// await waits until something holds.
func (b *bed) await(what string, holds func() bool) {
	b.t.Helper()
	limit := time.After(2 * time.Minute)
	for !holds() {
		select {
		case <-limit:
			b.t.Fatalf("after two minutes there is no %s", what)
		case <-time.After(10 * time.Millisecond): // asked again
		}
	}
}

// servers are the processes of one of the embedded server programs.
func (b *bed) servers(name string) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		exe, _ := os.Readlink(p + "/exe")
		if strings.HasPrefix(exe, filepath.Dir(b.dir)+"/") && strings.HasSuffix(exe, "grader_services_"+name) {
			n, _ := strconv.Atoi(filepath.Base(p))
			pids = append(pids, n)
		}
	}
	return pids
}

// A watch starts a server once; one that died is started again; none outlives
// the watch, however that ends.
func TestWatchKeepsItsServers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a server program")
	}
	b := newBed(t, "", 0)
	b.solve("redis/ratelimit")
	cmd, _ := b.command("watch", "redis/ratelimit")
	shown := &screen{}
	cmd.Stdout = shown
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	passes := 0
	again := func(what string) []int {
		t.Helper()
		passes++
		b.await("verdict "+what, func() bool { return shown.count("✓ redis/ratelimit") >= passes })
		pids := b.servers("redis")
		if len(pids) != 1 {
			t.Fatalf("%s there are %d servers, want one", what, len(pids))
		}
		return pids
	}
	first := again("at first")
	b.touch("exercises/redis/ratelimit/limiter.go", 1)
	if second := again("after a save"); second[0] != first[0] {
		t.Errorf("a save started another server: %d, then %d", first, second)
	}
	_ = syscall.Kill(first[0], syscall.SIGKILL)
	b.await("end of the server", func() bool { return len(b.servers("redis")) == 0 })
	saves, next := 2, time.Now()
	b.await("pass after its death", func() bool { // a save that comes before kata knows of it may fail
		if time.Now().After(next) {
			b.touch("exercises/redis/ratelimit/limiter.go", saves)
			saves, next = saves+1, time.Now().Add(15*time.Second)
		}
		return shown.count("✓ redis/ratelimit") > passes
	})
	if third := again("after its death"); third[0] == first[0] {
		t.Errorf("the dead server %d still serves", first)
	}
	if _, err := io.WriteString(keys, "q"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the watch ended with %v", err)
	}
	if left := b.servers("redis"); len(left) != 0 {
		t.Errorf("servers outlive the watch: %d", left)
	}
}
