package main

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// serving starts the program and returns its host:port; end closes its input
// and returns what serve returned.
func serving(t *testing.T) (addr string, end func() error) {
	t.Helper()
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(in, out) }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), scheme)
	if !ok {
		t.Fatalf("printed %q", line)
	}
	return addr, func() error { _ = stdin.Close(); return <-done }
}

func TestEachNameHasAnAccountUntilTheInputEnds(t *testing.T) {
	addr, end := serving(t)
	count := func(user string) int {
		conn, err := nats.Connect("nats://"+addr, nats.UserInfo(user, ""))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		js, _ := jetstream.New(conn)
		if user == "a" {
			if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "s"}); err != nil {
				t.Fatal(err)
			}
		}
		info, err := js.AccountInfo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return info.Streams
	}
	if a, b := count("a"), count("b"); a != 1 || b != 0 {
		t.Errorf("a has %d streams, b %d: want 1 and 0", a, b)
	}
	if _, err := nats.Connect("nats://" + addr); err == nil {
		t.Error("somebody without a name was let in")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if _, err := nats.Connect("nats://"+addr, nats.UserInfo("a", "")); err == nil {
		t.Error("the server outlived its input")
	}
}
