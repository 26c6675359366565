package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
	"github.com/kata-go/kata/grader/services/mongo/internal/wire"
)

// server is the port and the instances behind it.
type server struct {
	listener net.Listener
	all      sync.WaitGroup

	mu        sync.Mutex
	instances map[string]*instance
	open      map[net.Conn]struct{} // nil once the server is closed
	count     int32                 // of connections, ever
}

func listen() (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	s := &server{listener: l, instances: map[string]*instance{}, open: map[net.Conn]struct{}{}}
	s.all.Go(s.accept)
	return s, nil
}

// close ends all connections and waits for them.
func (s *server) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		_ = c.Close()
	}
	s.open = nil
	s.mu.Unlock()
	s.all.Wait()
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		id, ok := s.admit(conn)
		if !ok {
			return
		}
		s.all.Go(func() {
			defer s.leave(conn)
			s.talk(&peer{conn: conn, id: id, server: s, instance: s.instance("")})
		})
	}
}

func (s *server) admit(conn net.Conn) (int32, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		_ = conn.Close()
		return 0, false
	}
	s.open[conn] = struct{}{}
	s.count++
	return s.count, true
}

func (s *server) leave(conn net.Conn) {
	_ = conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// instance returns the instance of that name, a new one when there is none.
func (s *server) instance(name string) *instance {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.instances[name]
	if i == nil {
		i = newInstance(name)
		s.instances[name] = i
	}
	return i
}

func (s *server) drop(i *instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.instances, i.name)
}

// peer is a client's connection.
type peer struct {
	conn     net.Conn
	id       int32
	server   *server
	instance *instance
}

// talk answers one message after the other. A message that is none ends the
// connection, as a real server ends it.
func (s *server) talk(p *peer) {
	r := bufio.NewReader(p.conn)
	for {
		m, err := wire.Read(r)
		if err != nil {
			return
		}
		answer := p.answer(command{body: m.Body, name: m.Body[0].Key})
		if m.Silent {
			continue
		}
		if err := wire.Write(p.conn, m, answer); err != nil {
			return
		}
	}
}

// answer runs a command of this server's own, or one of MongoDB's.
func (p *peer) answer(c command) value.D {
	switch c.name {
	case "kataInstance":
		name, _ := c.body[0].Value.(string)
		p.instance = p.server.instance(name)
		return done()
	case "kataDrop":
		p.server.drop(p.instance)
		return done()
	case "kataAdvance":
		ms, ok := value.Int(c.body[0].Value)
		if !ok || ms < 0 {
			return failure(value.Bad("kataAdvance needs a number of milliseconds"))
		}
		p.instance.advance(ms)
		return done()
	case "hello", "isMaster", "ismaster":
		return p.instance.hello(c, p.id)
	}
	return p.instance.run(c)
}

// done returns an answer that all is well, after other fields of it.
func done(fields ...bson.E) value.D { return append(fields, bson.E{Key: "ok", Value: 1.0}) }

// failure returns the answer that tells an error.
func failure(err error) value.D {
	var e *value.Error
	if !errors.As(err, &e) {
		e = value.Errorf(1, "InternalError", "%v", err)
	}
	d := value.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: e.Message}, {Key: "code", Value: e.Code}, {Key: "codeName", Value: e.Name}}
	return append(d, e.Extra...)
}
