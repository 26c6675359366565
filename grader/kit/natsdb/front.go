package natsdb

import (
	"bufio"
	"errors"
	"net"
	"net/url"
	"sync"
)

// front is the proxy between clients and the server.
type front struct {
	target   *url.URL
	listener net.Listener
	all      sync.WaitGroup
	record   record

	mu     sync.Mutex
	faults faults
	pairs  map[*pair]struct{}
	closed bool
}

// pair is a client's connection and the one to the server that serves it.
type pair struct {
	client, server net.Conn
	mu             sync.Mutex
	fatal          string // the reply subject whose answer the client shall not live to read
}

var errCut = errors.New("the connection is to be cut")

func newFront(target *url.URL) (*front, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{target: target, listener: l, pairs: map[*pair]struct{}{}}
	f.all.Go(f.accept)
	return f, nil
}

func (f *front) addr() string { return f.listener.Addr().String() }

// close ends all connections and waits for their goroutines.
func (f *front) close() {
	_ = f.listener.Close()
	f.mu.Lock()
	f.closed = true
	f.cut()
	f.mu.Unlock()
	f.all.Wait()
}

// cut needs the lock.
func (f *front) cut() {
	for p := range f.pairs {
		p.close()
	}
}

func (p *pair) close() {
	_ = p.client.Close()
	_ = p.server.Close()
}

func (f *front) accept() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.all.Go(func() { f.serve(client) })
	}
}

// serve relays one client's connection in both directions.
func (f *front) serve(client net.Conn) {
	defer client.Close()
	server, err := net.DialTimeout("tcp", f.target.Host, patience)
	if err != nil {
		return
	}
	p := &pair{client: client, server: server}
	defer p.close()
	if !f.admit(p) {
		return
	}
	defer f.dismiss(p)
	var down sync.WaitGroup
	down.Go(func() {
		defer p.close()
		_ = p.relay(server, client, func(fr *frame) (bool, error) { return true, f.deliver(p, fr) })
	})
	_ = p.relay(client, server, func(fr *frame) (bool, error) { return f.send(p, fr) })
	p.close()
	down.Wait()
}

func (f *front) admit(p *pair) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.faults.down {
		return false
	}
	f.pairs[p] = struct{}{}
	return true
}

func (f *front) dismiss(p *pair) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.pairs, p)
}

// relay passes frames on that see allows.
func (p *pair) relay(from, to net.Conn, see func(*frame) (pass bool, err error)) error {
	r := bufio.NewReader(from)
	w := bufio.NewWriter(to)
	for {
		fr, err := readFrame(r)
		if err != nil {
			return err
		}
		pass, err := see(&fr)
		if err != nil {
			return err
		}
		if pass {
			_, _ = w.Write(fr.raw) // Flush tells
		}
		if r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// send looks at what a client says.
func (f *front) send(p *pair, fr *frame) (pass bool, err error) {
	if fr.verb == "CONNECT" {
		return true, fr.introduce(f.target)
	}
	e, ok := said(*fr)
	if !ok {
		return true, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults.swallow(e.Kind) {
		e.Lost = true
		f.record.add(e)
		return false, nil
	}
	f.record.add(e)
	if e.Kind == Publish && f.faults.fatal() {
		p.mu.Lock()
		p.fatal = fr.reply
		p.mu.Unlock()
		f.faults.sprung = true
		if fr.reply == "" { // nobody waits for an answer: it is cut when the message is out
			_, _ = p.server.Write(fr.raw)
			return false, errCut
		}
	}
	return true, nil
}

// deliver looks at what the server says.
func (f *front) deliver(p *pair, fr *frame) error {
	p.mu.Lock()
	fatal := p.fatal != "" && fr.subject == p.fatal
	p.mu.Unlock()
	if fatal {
		return errCut
	}
	if e, ok := heard(*fr); ok {
		f.record.add(e)
	}
	return nil
}
