package mongodb

import (
	"errors"
	"net"
	"sync"

	"github.com/kata-go/kata/grader/kit/internal/traffic"
)

var errDown = errors.New("the server is down")

// front is the proxy between clients and the test's MongoDB. For each client
// connection it has one to the server.
type front struct {
	dial     func() (net.Conn, error)
	listener net.Listener
	all      sync.WaitGroup
	faults   *traffic.Faults
	quiet    bool // the test's own: no record, no faults

	mu       sync.Mutex
	record   traffic.Record
	commands []command
	open     map[net.Conn]struct{} // nil once closed
}

func newFront(dial func() (net.Conn, error), quiet bool) (*front, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{dial: dial, listener: l, faults: traffic.NewFaults(), quiet: quiet, open: map[net.Conn]struct{}{}}
	f.all.Go(f.accept)
	return f, nil
}

func (f *front) uri() string {
	return "mongodb://" + f.listener.Addr().String() + "/?directConnection=true"
}

// close ends all connections and waits for their goroutines.
func (f *front) close() {
	_ = f.listener.Close()
	f.mu.Lock()
	for c := range f.open {
		_ = c.Close()
	}
	f.open = nil
	f.mu.Unlock()
	f.faults.Down() // nobody waits at a gate any longer
	f.all.Wait()
}

func (f *front) accept() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.all.Go(func() {
			if down, _ := f.faults.IsDown(); down {
				_ = client.Close()
				return
			}
			f.connect(client)
		})
	}
}

// connect serves a client until one side ends, or the server goes down.
func (f *front) connect(client net.Conn) {
	server, err := f.dial()
	if err != nil {
		_ = client.Close()
		return
	}
	if !f.keep(client, server) {
		return
	}
	defer f.drop(client, server)
	down, changed := f.faults.IsDown()
	if down {
		return
	}
	done := make(chan struct{})
	defer close(done)
	f.all.Go(func() {
		select {
		case <-changed:
			_ = client.Close()
			_ = server.Close()
		case <-done:
		}
	})
	for f.exchange(client, server) == nil {
	}
}

func (f *front) keep(conns ...net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range conns {
		if f.open == nil {
			_ = c.Close()
		} else {
			f.open[c] = struct{}{}
		}
	}
	return f.open != nil
}

func (f *front) drop(conns ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(f.open, c)
	}
}

// exchange lets the server answer one message.
func (f *front) exchange(client, server net.Conn) error {
	m, err := readMessage(client)
	if err != nil {
		return err
	}
	c, err := parse(m)
	seen := err == nil && !f.quiet && !c.greeting()
	if seen {
		f.note(c)
	}
	if _, err := server.Write(m); err != nil {
		return err
	}
	for waits := !more(m); waits; {
		answer, err := readMessage(server)
		if err != nil {
			return err
		}
		if seen {
			f.faults.Executed()
		}
		if down, _ := f.faults.IsDown(); down {
			return errDown
		}
		if _, err := client.Write(answer); err != nil {
			return err
		}
		waits = more(answer) // as when a real server streams its state
	}
	return nil
}

func (f *front) note(c command) {
	f.record.Add(c.String())
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, c)
}
