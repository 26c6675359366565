package services

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func stateOf(t *testing.T, c Config, name string) State {
	t.Helper()
	list := States(t.Context(), c)
	i := slices.IndexFunc(list, func(s State) bool { return s.Name == name })
	if i < 0 || len(list) != len(Names()) {
		t.Fatalf("%d states, %s at %d", len(list), name, i)
	}
	return list[i]
}

func TestStates(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	open := listener.Addr().String()
	c := bare(Auto, []string{"KATA_MONGO=mongodb://" + open + ",127.0.0.1:1/", "KATA_NATS=nats://127.0.0.1:1", "KATA_COUCHDB=127.0.0.1"})
	c.GoMod = "require github.com/alicebob/miniredis/v2 v2.40.0 // indirect\n"
	if s := stateOf(t, c, "mongo"); s.Via != "address" || s.Fault != "" {
		t.Errorf("an address that answers: %+v", s)
	}
	if s := stateOf(t, c, "nats"); !strings.Contains(s.Fault, "nothing answers at 127.0.0.1:1") || s.Mend != "correct KATA_NATS, or unset it" {
		t.Errorf("an address that nobody answers at: %+v", s)
	}
	if s := stateOf(t, c, "couchdb"); !strings.Contains(s.Fault, "no scheme") {
		t.Errorf("an address that is none: %+v", s)
	}
	if s := stateOf(t, c, "redis"); s.Via != "embedded" || s.Version != "2.40.0" || !slices.Contains(s.Passed, "KATA_REDIS is not set") {
		t.Errorf("the embedded one: %+v", s)
	}
	if s := stateOf(t, c, "postgres"); s.Via != "" || s.Mend != "kata doctor --install postgres" {
		t.Errorf("what is not there: %+v", s)
	}
}

// A real server's clock stands in the way, and the reason says so.
func TestAnInstalledRedisIsPassedOverForItsClock(t *testing.T) {
	c := bare(Auto, []string{"PATH=" + script(t, "redis-server", "echo 'Redis server v=7.0.15 sha=0'")})
	s := stateOf(t, c, "redis")
	if s.Via != "embedded" || !strings.Contains(strings.Join(s.Passed, "; "), "tests move the clock, which a real server's cannot be: --services local takes it") {
		t.Errorf("in automatic mode: %+v", s)
	}
	c.Choice = Local
	if s := stateOf(t, c, "redis"); s.Via != "local" || s.Version != "7.0.15" {
		t.Errorf("when it is asked for: %+v", s)
	}
}

// script makes a program in a folder of its own and returns the folder.
func script(t *testing.T, name, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What a start takes is the start alone; a server that does not come is an error.
func TestTime(t *testing.T) {
	c := bare(Embedded, nil)
	program := filepath.Join(script(t, "server", "echo redis://127.0.0.1:1; read line"), "server")
	var building time.Duration
	c.Program = func(context.Context, string) (string, error) {
		begun := time.Now()
		for time.Since(begun) < 50*time.Millisecond { // a slow build
		}
		building = time.Since(begun)
		return program, nil
	}
	begun := time.Now()
	if took, err := Time(t.Context(), c, "redis"); err != nil || took <= 0 || took > time.Since(begun)-building {
		t.Errorf("took %v of %v with a build of %v, %v", took, time.Since(begun), building, err)
	}
	if took, err := Time(t.Context(), c, "bucket"); err != nil || took != 0 {
		t.Errorf("what is linked into the tests took %v, %v", took, err)
	}
	if _, err := Time(t.Context(), bare(Embedded, nil), "redis"); err == nil {
		t.Error("no error although nothing could be built")
	}
}

func TestPrograms(t *testing.T) {
	dir := script(t, "redis-server", "")
	for name, test := range map[string]struct {
		choice  Choice
		environ []string
		want    []string
	}{
		"what kata brings":     {Auto, nil, []string{"grader/services/redis", "grader/services/mongo"}},
		"addresses need none":  {Auto, []string{"KATA_MONGO=mongodb://127.0.0.1:1"}, []string{"grader/services/redis"}},
		"one for containers":   {Docker, nil, []string{"grader/services/container"}},
		"one for what is here": {Local, []string{"PATH=" + dir}, []string{"grader/services/local"}},
		"nothing but those":    {Env, nil, nil},
	} {
		if got := Programs(bare(test.choice, test.environ), []string{"redis", "sql", "mongo?", "redis", "git"}); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
