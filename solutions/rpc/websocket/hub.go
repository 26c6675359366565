// Package websocket is the chat of a page: what one client sends, all get.
package websocket

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options say how a hub treats its clients.
type Options struct {
	Origins []string      // hosts whose pages may connect, beside the hub's own
	Queue   int           // messages that may wait for a client; with one more it is too slow
	Ping    time.Duration // how often a client must show that it is there
}

// Hub is the http.Handler that clients connect to.
type Hub struct {
	options  Options
	handlers sync.WaitGroup

	mu      sync.Mutex
	clients map[*client]struct{}
	closed  bool
}

type client struct {
	conn *websocket.Conn
	out  chan string
}

// New returns a hub without clients.
func New(o Options) *Hub { return &Hub{options: o, clients: map[*client]struct{}{}} }

// ServeHTTP connects a client and returns when it has gone.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: h.options.Origins})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	c := &client{conn, make(chan string, h.options.Queue)}
	if !h.enter(c) {
		conn.Close(websocket.StatusGoingAway, "the server is shutting down")
		return
	}
	defer h.handlers.Done()
	defer h.leave(c)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	go c.write(ctx)
	go c.ping(ctx, h.options.Ping)
	h.read(ctx, c)
}

func (h *Hub) enter(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.handlers.Add(1)
	h.clients[c] = struct{}{}
	return true
}

func (h *Hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// read publishes what the client sends until it goes.
func (h *Hub) read(ctx context.Context, c *client) {
	for {
		kind, data, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			c.conn.Close(websocket.StatusUnsupportedData, "text only")
			return
		}
		h.Publish(string(data))
	}
}

// write sends what waits for the client.
func (c *client) write(ctx context.Context) {
	for {
		select {
		case text := <-c.out:
			if c.conn.Write(ctx, websocket.MessageText, []byte(text)) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// ping cuts the connection when a ping is not answered before the next is due.
func (c *client) ping(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		answer, cancel := context.WithTimeout(ctx, every)
		err := c.conn.Ping(answer)
		cancel()
		if err != nil {
			c.conn.CloseNow()
			return
		}
	}
}

// Publish sends text to every client. It waits for none: who is too slow is
// dropped.
func (h *Hub) Publish(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		select {
		case c.out <- text:
		default:
			delete(h.clients, c)
			go c.conn.Close(websocket.StatusPolicyViolation, "too slow")
		}
	}
}

// Len returns the number of clients.
func (h *Hub) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

// Close tells every client that the server goes away, waits until they have
// gone, and lets nobody in any more.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	for c := range h.clients {
		go c.conn.Close(websocket.StatusGoingAway, "the server is shutting down")
	}
	h.mu.Unlock()
	h.handlers.Wait()
}
