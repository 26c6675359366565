package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/proto"
)

// start runs the program in process and returns its control address; end
// closes its standard input and waits for it.
func start(t *testing.T) (addr string, end func() error) {
	t.Helper()
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(in, out) }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceValue(func() error { _ = stdin.Close(); return <-done })
	t.Cleanup(func() { _ = end() })
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "kata+redis://")
	if !ok {
		t.Fatalf("first line %q, want kata+redis://host:port", line)
	}
	return addr, end
}

func dial(t *testing.T, addr string) *proto.Client {
	t.Helper()
	c, err := proto.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ask returns the answer to one command, without its line endings.
func ask(t *testing.T, c *proto.Client, words ...string) string {
	t.Helper()
	raw, err := c.Do(words...)
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	return strings.TrimSpace(raw)
}

// create returns the address of a new instance.
func create(t *testing.T, control *proto.Client, unixMS int64) string {
	t.Helper()
	raw := ask(t, control, "KATA.NEW", fmt.Sprint(unixMS))
	_, addr, ok := strings.Cut(raw, "\r\n")
	if !ok || !strings.HasPrefix(raw, "$") {
		t.Fatalf("KATA.NEW answered %q, want an address", raw)
	}
	return addr
}

func TestFiftyInstancesShareNothing(t *testing.T) {
	addr, _ := start(t)
	const n = 50
	addrs := make([]string, n)
	var all sync.WaitGroup
	for i := range n {
		control := dial(t, addr)
		all.Go(func() {
			addrs[i] = create(t, control, 0)
			c := dial(t, addrs[i])
			ask(t, c, "SET", "mine", fmt.Sprint(i))
		})
	}
	all.Wait()
	for i, a := range addrs {
		if got, want := ask(t, dial(t, a), "GET", "mine"), fmt.Sprintf("$%d\r\n%d", len(fmt.Sprint(i)), i); got != want {
			t.Errorf("instance %d at %s holds %q, want %q", i, a, got, want)
		}
	}
}

func TestClockStandsUntilAdvanced(t *testing.T) {
	addr, _ := start(t)
	control := dial(t, addr)
	a, other := create(t, control, 1_900_000_000_250), create(t, control, 0)
	c := dial(t, a)
	ask(t, c, "SET", "k", "v", "PX", "1500")
	for _, step := range []struct{ advance, time, ttl string }{
		{"0", "1900000000 250000", ":1500"},
		{"1499", "1900000001 749000", ":1"},
		{"1", "1900000001 750000", ":-2"},
	} {
		if got := ask(t, control, "KATA.ADVANCE", a, step.advance); got != "$2\r\nOK" {
			t.Fatalf("KATA.ADVANCE answered %q", got)
		}
		fields := strings.Fields(ask(t, c, "TIME")) // *2 $10 sec $6 usec
		if got := fields[2] + " " + fields[4]; got != step.time {
			t.Errorf("after %s ms more, TIME is %s, want %s", step.advance, got, step.time)
		}
		if got := ask(t, c, "PTTL", "k"); got != step.ttl {
			t.Errorf("after %s ms more, PTTL is %s, want %s", step.advance, got, step.ttl)
		}
	}
	if got := ask(t, dial(t, other), "TIME"); !strings.HasPrefix(got, "*2\r\n$1\r\n0\r\n") {
		t.Errorf("the other instance's clock moved: %q", got)
	}
}

func TestRefusals(t *testing.T) {
	addr, _ := start(t)
	control := dial(t, addr)
	a := create(t, control, 0)
	for _, words := range [][]string{
		{"KATA.NEW"}, {"KATA.NEW", "noon"}, {"KATA.ADVANCE", a}, {"KATA.ADVANCE", a, "-1"}, {"KATA.ADVANCE", a, "x"},
		{"KATA.ADVANCE", "127.0.0.1:1", "5"}, {"KATA.DROP", "127.0.0.1:1"}, {"GET", "k"},
	} {
		if got := ask(t, control, words...); !strings.HasPrefix(got, "-ERR ") {
			t.Errorf("%q answered %q, want an error", words, got)
		}
	}
}

func TestDropClosesTheInstanceAlone(t *testing.T) {
	addr, _ := start(t)
	control := dial(t, addr)
	a, b := create(t, control, 0), create(t, control, 0)
	c := dial(t, a)
	ask(t, control, "KATA.DROP", a)
	if _, err := c.Do("PING"); err == nil {
		t.Error("a dropped instance still answers")
	}
	if got := ask(t, dial(t, b), "PING"); got != "+PONG" {
		t.Errorf("the other instance answers %q", got)
	}
}

func TestEndsWithStandardInput(t *testing.T) {
	addr, end := start(t)
	a := create(t, dial(t, addr), 0)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Fatal("still running five seconds after its standard input closed")
	}
	for _, gone := range []string{addr, a} {
		if c, err := proto.Dial(gone); err == nil {
			_ = c.Close()
			t.Errorf("%s still accepts connections", gone)
		}
	}
}
