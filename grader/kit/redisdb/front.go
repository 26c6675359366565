package redisdb

import (
	"bufio"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
)

// chunk is how much is read from a connection at once, and so the size up to
// which a pipeline is seen as one round trip.
const chunk = 64 << 10

// front is the proxy between clients and one database. For each client
// connection it has one to the database.
type front struct {
	db       database
	listener net.Listener
	all      sync.WaitGroup
	record   record

	mu     sync.Mutex
	faults faults
	pairs  map[*pair]struct{}
}

// pair is a client's connection and the one to the database that serves it.
type pair struct {
	client, server *link
	streaming      bool // subscribed: the server speaks unasked
}

var errCut = errors.New("the connection is to be cut")

func newFront(db database) (*front, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{db: db, listener: l, pairs: map[*pair]struct{}{}}
	f.faults.changed = make(chan struct{})
	f.all.Go(f.accept)
	return f, nil
}

func (f *front) addr() string { return f.listener.Addr().String() }

// close ends all connections and waits for their goroutines.
func (f *front) close() {
	_ = f.listener.Close()
	f.turn(down, "")
	f.all.Wait()
}

func (f *front) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.all.Go(func() {
			p := &pair{client: newLink(conn)}
			defer p.close()
			if f.admit(p) {
				f.serve(p)
			}
		})
	}
}

// admit connects p to the database, unless Redis is down.
func (f *front) admit(p *pair) bool {
	server, err := f.db.dial()
	if err != nil {
		return false
	}
	p.server = server
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults.mode == down {
		return false
	}
	f.pairs[p] = struct{}{}
	return true
}

func (p *pair) close() {
	_ = p.client.conn.Close()
	if p.server != nil {
		_ = p.server.conn.Close()
	}
}

// serve answers one burst of commands after the other.
func (f *front) serve(p *pair) {
	defer func() {
		f.mu.Lock()
		delete(f.pairs, p)
		f.mu.Unlock()
	}()
	for {
		burst, err := readBurst(p.client.r)
		if err != nil {
			return
		}
		if counted(burst) > 0 {
			f.record.trip()
		}
		answers, err := f.exchange(p, burst)
		if err != nil {
			return
		}
		if _, err := p.client.conn.Write(answers); err != nil {
			return
		}
	}
}

// request is one command as it came.
type request struct {
	words []string
	raw   []byte
}

// readBurst waits for a command and takes what came with it.
func readBurst(r *bufio.Reader) ([]request, error) {
	var burst []request
	for len(burst) == 0 || r.Buffered() > 0 {
		value, raw, err := read(r)
		if err != nil {
			return nil, err
		}
		list, _ := value.([]any)
		req := request{raw: raw}
		for _, w := range list {
			word, _ := w.(string)
			req.words = append(req.words, word)
		}
		if len(req.words) == 0 {
			return nil, errors.New("read a command: not an array of strings")
		}
		burst = append(burst, req)
	}
	return burst, nil
}

// name returns the command's name in upper case.
func (r request) name() string { return strings.ToUpper(r.words[0]) }

// greeting reports whether client libraries send the command by themselves, to
// set a connection up. Such commands are not recorded, counted or held.
func (r request) greeting() bool {
	return slices.Contains([]string{"HELLO", "AUTH", "CLIENT", "SELECT", "READONLY"}, r.name())
}

// foreign reports whether the command reaches beyond one numbered database.
func (r request) foreign() bool {
	switch r.name() {
	case "SELECT":
		return len(r.words) < 2 || r.words[1] != "0"
	case "FLUSHALL", "SWAPDB", "MOVE", "SHUTDOWN", "CONFIG":
		return true
	}
	return false
}

// streams reports whether the server speaks unasked after the command.
func (r request) streams() bool {
	return slices.Contains([]string{"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR"}, r.name())
}

// exchange lets the database answer burst, with the faults that are set, and
// returns what the client shall read.
func (f *front) exchange(p *pair, burst []request) ([]byte, error) {
	if text, err := f.attend(burst); err != nil {
		return nil, err
	} else if text != "" {
		return repeat(text, len(burst)), nil
	}
	if p.streaming || slices.ContainsFunc(burst, request.streams) {
		return nil, f.stream(p, burst)
	}
	var answers []byte
	for _, part := range f.parts(burst) {
		f.record.add(part)
		b, err := p.ask(part)
		if err != nil {
			return nil, err
		}
		answers = append(answers, b...)
		f.step(part)
	}
	f.gather(burst)
	return answers, nil
}

// ask sends requests to the database and returns its answers.
func (p *pair) ask(requests []request) ([]byte, error) {
	if err := p.send(requests); err != nil {
		return nil, err
	}
	var answers []byte
	for open := len(requests); open > 0; {
		_, raw, err := read(p.server.r)
		if err != nil {
			return nil, err
		}
		answers = append(answers, raw...)
		if raw[0] != '>' { // a push is no answer
			open--
		}
	}
	return answers, nil
}

func (p *pair) send(requests []request) error {
	var b []byte
	for _, r := range requests {
		b = append(b, r.raw...)
	}
	_, err := p.server.conn.Write(b)
	return err
}

// stream forwards requests; from the first time on the database's bytes go to
// the client as they come.
func (f *front) stream(p *pair, burst []request) error {
	if !p.streaming {
		p.streaming = true
		f.all.Go(func() {
			_, _ = io.Copy(p.client.conn, p.server.r)
			p.close()
		})
	}
	f.record.add(burst)
	return p.send(burst)
}

// repeat returns n times the same error.
func repeat(text string, n int) []byte {
	return slices.Repeat([]byte("-"+text+"\r\n"), n)
}
