package longpoll_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/longpoll"
)

// house is a hub behind a real HTTP server on connections in memory.
type house struct {
	*longpoll.Hub
	t    *testing.T
	door chan net.Conn
	shut chan struct{}
	once sync.Once
	open atomic.Int64 // connections that the server holds
}

func serve(t *testing.T, hub *longpoll.Hub) *house {
	h := &house{Hub: hub, t: t, door: make(chan net.Conn), shut: make(chan struct{})}
	s := &http.Server{Handler: hub, ConnState: h.count}
	go func() { _ = s.Serve(h) }()
	return h
}

// close ends the server's listening; connections end with their clients.
func (h *house) close() { _ = h.Close() }

func (h *house) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		h.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		h.open.Add(-1)
	}
}

// Accept implements net.Listener.
func (h *house) Accept() (net.Conn, error) {
	select {
	case c := <-h.door:
		return c, nil
	case <-h.shut:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *house) Close() error { h.once.Do(func() { close(h.shut) }); return nil }

// Addr implements net.Listener.
func (h *house) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// client is one browser, with one connection.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	sent string
}

// visit connects a client.
func (h *house) visit() *client {
	ours, theirs := net.Pipe()
	h.door <- theirs
	return &client{conn: ours, in: bufio.NewReaderSize(ours, 512)}
}

// result is what one request came to.
type result struct {
	status int
	body   string
	Last   int
	Events []string
	err    error
}

func (r result) String() string {
	if r.err != nil {
		return r.err.Error()
	}
	if r.status == 0 {
		return "no answer yet"
	}
	body := strings.TrimSpace(r.body)
	if len(body) > 300 {
		body = body[:300] + " …"
	}
	return fmt.Sprintf("%d %s\n%s", r.status, http.StatusText(r.status), body)
}

// ask sends a request for what comes after, and does not wait for the answer.
func (c *client) ask(after any) {
	c.sent = fmt.Sprintf("GET /?after=%v", after)
	_, _ = fmt.Fprintf(c.conn, "%s HTTP/1.1\r\nHost: auction\r\n\r\n", c.sent)
}

// read waits for the answer.
func (c *client) read() (r result) {
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return result{err: fmt.Errorf("no answer: %w", err)}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	r.status, r.body = res.StatusCode, string(body)
	if err != nil {
		r.err = fmt.Errorf("status %d, and no whole body: %w", r.status, err)
	}
	if len(body) > 0 && r.status != http.StatusBadRequest && r.err == nil {
		if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
			r.err = fmt.Errorf("status %d, Content-Type %q instead of application/json", r.status, kind)
		} else if err := r.decode(body); err != nil {
			r.err = fmt.Errorf("status %d, and a body that is not the JSON of the brief: %q", r.status, body)
		}
	}
	return r
}

// decode reads the brief's JSON, whose names are in lower case.
func (r *result) decode(body []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return err
	}
	if err := json.Unmarshal(fields["last"], &r.Last); err != nil {
		return err
	}
	return json.Unmarshal(fields["events"], &r.Events)
}

// get is ask and read.
func (c *client) get(after any) result { c.ask(after); return c.read() }

// follow asks again and again until it has n events, and returns them.
func (c *client) follow(after, n int) (got []string, failed result) {
	for len(got) < n {
		r := c.get(after)
		if r.status != http.StatusOK || len(r.Events) == 0 || r.Last != after+len(r.Events) {
			return got, r
		}
		got, after = append(got, r.Events...), r.Last
	}
	return got, result{}
}

// fail ends the behaviour.
func (h *house) fail(sent string, got fmt.Stringer, want string) {
	h.t.Helper()
	kit.Fail(h.t, kit.Failure{Sent: sent, Got: got.String(), Want: want, At: kit.At((*longpoll.Hub).ServeHTTP)})
}

// when tells how long something took by the clock of the bubble.
func when(began time.Time) string {
	if took := time.Since(began); took > 0 {
		return "after " + took.String()
	}
	return "at once"
}

type words string

func (w words) String() string { return string(w) }

// texts are n different events.
func texts(t *testing.T, n int) (list []string) {
	r := kit.Rand(t)
	for i := range n {
		list = append(list, fmt.Sprintf("%s %d", kit.Word(r, 5), i+1))
	}
	return list
}
