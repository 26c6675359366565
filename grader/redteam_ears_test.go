package grader_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// ears listen on the host for what gets out of a run.
type ears struct {
	tcp, udp, unix, abstract string // addresses; empty where there is none
	mu                       sync.Mutex
	words                    []string
}

func listen(t *testing.T, base string) *ears {
	t.Helper()
	e := &ears{}
	for network, at := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(base, "ear"), "abstract": "@redteam" + strconv.Itoa(os.Getpid())} {
		if !hasSocket(network) {
			continue
		}
		l, err := net.Listen(strings.Replace(network, "abstract", "unix", 1), at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		*map[string]*string{"tcp": &e.tcp, "unix": &e.unix, "abstract": &e.abstract}[network] = l.Addr().String()
		go e.accept(l)
	}
	if e.unix != "" {
		_ = os.Chmod(e.unix, 0o777)
	}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = packets.Close() })
	e.udp = packets.LocalAddr().String()
	go e.receive(packets)
	return e
}

func (e *ears) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		text, _ := io.ReadAll(io.LimitReader(conn, 100))
		_ = conn.Close()
		e.hear(l.Addr().Network() + ": " + string(text))
	}
}

func (e *ears) receive(packets net.PacketConn) {
	buf := make([]byte, 100)
	for {
		n, _, err := packets.ReadFrom(buf)
		if err != nil {
			return
		}
		e.hear("udp: " + string(buf[:n]))
	}
}

func (e *ears) hear(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.words = append(e.words, text)
}

// heard returns what was heard since the last time.
func (e *ears) heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	words := e.words
	e.words = nil
	return words
}
