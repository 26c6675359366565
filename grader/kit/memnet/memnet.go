// Package memnet is a network without a network: connections in memory, on
// which real servers and clients talk to each other. They have no buffers, so a
// peer that does not read is felt at once, and they work in the bubbles of
// testing/synctest, where a socket would stop the fake clock. It knows no
// protocol.
package memnet

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Listener is a net.Listener whose only address is Dial.
type Listener struct {
	door chan net.Conn
	shut chan struct{}
	once sync.Once
}

// Listen returns a listener. Make it inside the bubble that it is used in.
func Listen() *Listener { return &Listener{door: make(chan net.Conn), shut: make(chan struct{})} }

// Accept implements net.Listener; after Close it returns net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.door:
		return c, nil
	case <-l.shut:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections that were accepted stay.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.shut) })
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// Dial returns the client's end of a new connection when the server has
// accepted it, net.ErrClosed after Close, or ctx's error.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.door <- theirs:
		return ours, nil
	case <-l.shut:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Client returns an HTTP client that reaches the listener under every host
// name, over a new connection for each request.
func (l *Listener) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) },
		DisableKeepAlives: true,
	}}
}
