package websocket_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/memnet"
	hub "github.com/kata-go/kata/solutions/rpc/websocket"
)

// chat is a hub behind a real HTTP server, on connections in memory.
type chat struct {
	*hub.Hub
	t    *testing.T
	door *memnet.Listener
	log  *record // what net/http has to say of the handler
}

func open(t *testing.T, o hub.Options) *chat {
	c := &chat{hub.New(o), t, memnet.Listen(), &record{}}
	s := &http.Server{Handler: c.Hub, ErrorLog: log.New(c.log, "", 0)}
	go func() { _ = s.Serve(c.door) }()
	return c
}

// record keeps the first line of what is logged.
type record struct {
	mu    sync.Mutex
	first string
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first == "" {
		r.first, _, _ = strings.Cut(string(p), "\n")
	}
	return len(p), nil
}

// panicked is what net/http wrote of a handler that panicked, or "".
func (r *record) panicked() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !strings.Contains(r.first, "panic") {
		return ""
	}
	return r.first
}

func (c *chat) end() { _ = c.door.Close() }

// calm are options under which nobody is dropped for a long time.
func calm() hub.Options { return hub.Options{Queue: 1000, Ping: time.Hour} }

// fan is a client: the browser's end, written by others.
type fan struct {
	*websocket.Conn
	raw   net.Conn
	pings atomic.Int64
}

// join connects a client, as coder/websocket does it.
func (c *chat) join() *fan {
	c.t.Helper()
	f, res, err := c.try(context.Background(), "")
	if err != nil {
		kit.Fail(c.t, kit.Failure{Sent: "a client connects", Got: refusal(res, err), Want: "101 Switching Protocols", At: at()})
	}
	return f
}

// try connects a client whose page is of that origin.
func (c *chat) try(ctx context.Context, origin string) (*fan, *http.Response, error) {
	f := &fan{}
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := c.door.Dial(ctx)
		f.raw = conn
		return conn, err
	}}}
	conn, res, err := websocket.Dial(ctx, "ws://stadium.example/chat", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: header,
		OnPingReceived: func(context.Context, []byte) bool { f.pings.Add(1); return true },
	})
	f.Conn = conn
	return f, res, err
}

func refusal(res *http.Response, err error) string {
	if res != nil && res.StatusCode != http.StatusSwitchingProtocols {
		return res.Status
	}
	if err != nil {
		return "no connection: " + err.Error()
	}
	return "101 Switching Protocols"
}

// next returns the next message, or how the connection ended.
func (f *fan) next(ctx context.Context) string {
	kind, data, err := f.Read(ctx)
	switch {
	case err == nil && kind == websocket.MessageText && !utf8.Valid(data):
		return fmt.Sprintf("the text message %q", data)
	case err == nil && kind == websocket.MessageText:
		return string(data)
	case err == nil:
		return "(a binary message)"
	case websocket.CloseStatus(err) >= 0:
		return fmt.Sprintf("(closed with %d)", websocket.CloseStatus(err))
	}
	return "(the connection broke: " + lastWords(err) + ")"
}

// lastWords is the innermost part of an error's text.
func lastWords(err error) string {
	text := err.Error()
	return strings.TrimPrefix(text[strings.LastIndex(text, ": ")+1:], " ")
}

// take returns n messages.
func (f *fan) take(n int) (list []string) {
	for range n {
		m := f.next(soon())
		list = append(list, m)
		if strings.HasPrefix(m, "(") {
			break
		}
	}
	return list
}

// feed reads on and on, as a browser does, and returns what came and, at the
// end, how the connection ended.
func (f *fan) feed() <-chan string {
	feed := make(chan string, 100)
	go func() {
		for {
			m := f.next(context.Background())
			feed <- m
			if strings.HasPrefix(m, "(closed") || strings.HasPrefix(m, "(the connection") {
				return
			}
		}
	}()
	return feed
}

// first returns the next of a feed, or that nothing came for very long.
func first(feed <-chan string) string {
	select {
	case m := <-feed:
		return m
	case <-soon().Done():
		return "nothing"
	}
}

// listen reads on and on, which is what answers pings.
func (f *fan) listen() {
	go func() {
		for {
			if _, _, err := f.Read(context.Background()); err != nil {
				return
			}
		}
	}()
}

func (c *chat) fail(sent, got, want string) {
	c.t.Helper()
	kit.Fail(c.t, kit.Failure{Sent: sent, Got: got, Want: want, At: at()})
}

func at() string { return kit.At((*hub.Hub).ServeHTTP) }
