package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// victim finds the process to kill: its number, or 0 while there is none.
type victim struct {
	name string
	find func(b *bed) int
	code int // of kata then; -1: killed itself
}

// programs returns the processes below the bed whose program's path has a part.
func (b *bed) programs(part string) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		exe, _ := os.Readlink(p + "/exe")
		if strings.HasPrefix(exe, filepath.Dir(b.dir)+"/") && strings.Contains(exe, part) {
			n, _ := strconv.Atoi(filepath.Base(p))
			pids = append(pids, n)
		}
	}
	return pids
}

// first is the first of some processes, 0 for none.
func first(pids []int) int {
	if len(pids) == 0 {
		return 0
	}
	return pids[0]
}

// testing is the process of the hidden tests.
func testProcess(b *bed) int { return first(b.programs("/src/bin/m")) }

// child is a process that another one started with a program of that name.
func child(parent int, program string) int {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range all {
		text, _ := os.ReadFile(file)
		name, rest, _ := strings.Cut(string(text), ") ")
		words := strings.Fields(rest)
		if len(words) > 1 && words[1] == fmt.Sprint(parent) && parent != 0 && strings.HasSuffix(name, "("+program) {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return n
		}
	}
	return 0
}

// Whatever is killed while hidden tests run: kata says so and passes nobody,
// nothing is left behind, and the next run works.
func TestKilledInMidRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds server programs")
	}
	sources := map[string][]victim{
		"embedded": {
			{"the tests", testProcess, 1},
			{"the server program", func(b *bed) int { return first(b.servers("redis")) }, 3},
		},
	}
	if _, err := exec.LookPath("redis-server"); err == nil {
		sources["local"] = []victim{
			{"kata", nil, -1},
			{"the tests", testProcess, 1},
			{"the server program", func(b *bed) int { return first(b.servers("local")) }, 3},
			{"the server", func(b *bed) int { return child(first(b.servers("local")), "redis-server") }, 3},
		}
	}
	if os.Getenv("KATA_TEST_ENGINE") != "" {
		sources["docker"] = []victim{
			{"kata", nil, -1},
			{"the server program", func(b *bed) int { return first(b.servers("container")) }, 3},
		}
	}
	for source, victims := range sources {
		t.Run(source, func(t *testing.T) {
			b := newBed(t, "", 0)
			b.env = append(b.env, "KATA_SERVICES="+source, "TESTCONTAINERS_HOST_OVERRIDE="+os.Getenv("TESTCONTAINERS_HOST_OVERRIDE"))
			b.solve("redis/ratelimit")
			want := b.verdicts("redis/ratelimit")
			if !strings.Contains(want, " pass ") {
				t.Fatalf("the reference does not pass: %s", want)
			}
			for _, v := range victims {
				b.killed(v)
				if got := b.verdicts("redis/ratelimit"); got != want {
					t.Errorf("%s: the next run says\n%s\nwant\n%s", v.name, got, want)
				}
				b.nothing(v.name + " and another run")
			}
		})
	}
}

// killed runs kata until the tests run, and kills.
func (b *bed) killed(v victim) {
	b.t.Helper()
	cmd, out := b.command("verify", "--fresh", "redis/ratelimit")
	cmd.Stderr = out
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	pid := 0
	b.await("process of "+v.name, func() bool {
		running := testProcess(b)
		if pid = cmd.Process.Pid; v.find != nil {
			pid = v.find(b)
		}
		return running != 0 && pid != 0
	})
	_ = syscall.Kill(pid, syscall.SIGKILL)
	began := time.Now()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != v.code {
		b.t.Errorf("%s was killed: kata ended with %d, want %d\n%s", v.name, code, v.code, out)
	}
	if v.code == 3 && !strings.Contains(out.String(), "server ended during the run") {
		b.t.Errorf("%s was killed: kata does not say so:\n%s", v.name, out)
	}
	b.nothing(v.name)
	b.t.Logf("%s was killed: all was gone after %v", v.name, time.Since(began).Round(time.Millisecond))
}

// nothing wants no process, folder, container or mount to be left: after two
// seconds on an idle machine.
func (b *bed) nothing(what string) {
	b.t.Helper()
	limit := time.After(30 * time.Second)
	left := b.leftovers()
	for ; len(left) > 0; left = b.leftovers() {
		select {
		case <-limit:
			b.t.Fatalf("%s was killed: left are %q", what, left)
		case <-time.After(10 * time.Millisecond): // asked again
		}
	}
	b.gone()
}

func (b *bed) leftovers() []string {
	left := b.alive()
	temp := filepath.Join(filepath.Dir(b.dir), "tmp")
	found, _ := os.ReadDir(temp)
	for _, f := range found {
		left = append(left, filepath.Join(temp, f.Name()))
	}
	return left
}
