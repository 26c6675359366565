package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/datastax/go-cassandra-native-protocol/frame"
	"github.com/datastax/go-cassandra-native-protocol/message"
	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

// endpoint is a cluster's contact point.
type endpoint struct {
	*cluster
	listener net.Listener
	all      sync.WaitGroup
	open     sync.Map // net.Conn -> struct{}
}

func newEndpoint() (*endpoint, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	e := &endpoint{cluster: newCluster(), listener: l}
	e.all.Go(e.accept)
	return e, nil
}

// close ends all connections and waits for their goroutines.
func (e *endpoint) close() {
	_ = e.listener.Close()
	e.cut()
	e.all.Wait()
}

// cut ends all connections.
func (e *endpoint) cut() {
	var open []net.Conn
	e.open.Range(func(conn, _ any) bool { open = append(open, conn.(net.Conn)); return true })
	for _, conn := range open {
		_ = conn.Close()
	}
}

func (e *endpoint) accept() {
	for {
		conn, err := e.listener.Accept()
		if err != nil {
			e.cut() // one may have come in between
			return
		}
		e.open.Store(conn, struct{}{})
		e.all.Go(func() {
			defer e.open.Delete(conn)
			defer conn.Close()
			(&session{endpoint: e, conn: conn, codec: frame.NewCodec()}).serve()
		})
	}
}

// session is one connection.
type session struct {
	*endpoint
	conn     net.Conn
	codec    frame.Codec
	keyspace string // of USE
}

func (s *session) serve() {
	r := bufio.NewReader(s.conn)
	for {
		head, err := r.Peek(1)
		if err != nil {
			return
		}
		if v := primitive.ProtocolVersion(head[0] & 0x7f); v != primitive.ProtocolVersion3 && v != primitive.ProtocolVersion4 {
			s.refuseVersion(v)
			return
		}
		f, err := s.codec.DecodeFrame(r)
		if err != nil {
			return
		}
		out := frame.NewFrame(f.Header.Version, f.Header.StreamId, s.answer(f.Body.Message))
		if err := s.codec.EncodeFrame(out, s.conn); err != nil {
			return
		}
	}
}

// refuseVersion tells a driver which versions there are, under stream 0 as
// Cassandra does; it comes back with one of them.
func (s *session) refuseVersion(v primitive.ProtocolVersion) {
	text := fmt.Sprintf("Invalid or unsupported protocol version (%d); supported versions are (3/v3, 4/v4)", v)
	_ = s.codec.EncodeFrame(frame.NewFrame(primitive.ProtocolVersion4, 0, &message.ProtocolError{ErrorMessage: text}), s.conn)
}

// answer is the response to a request; a refusal is an error message too.
func (s *session) answer(m message.Message) message.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, err := s.respond(m)
	var r *refusal
	switch {
	case errors.As(err, &r):
		return r.message
	case err != nil:
		return &message.ServerError{ErrorMessage: err.Error()}
	}
	return answer
}

func (s *session) respond(m message.Message) (message.Message, error) {
	switch m := m.(type) {
	case *message.Options:
		return &message.Supported{Options: map[string][]string{"CQL_VERSION": {"3.4.6"}, "COMPRESSION": {}, "PROTOCOL_VERSIONS": {"3/v3", "4/v4"}}}, nil
	case *message.Startup:
		if m.Options["COMPRESSION"] != "" {
			return nil, &refusal{&message.ProtocolError{ErrorMessage: "Unknown compression algorithm: " + m.Options["COMPRESSION"]}}
		}
		return &message.Ready{}, nil
	case *message.Register:
		return &message.Ready{}, nil
	case *message.Prepare:
		return s.preparing(m)
	case *message.Query:
		return s.query(m)
	case *message.Execute:
		p, ok := s.prepared[string(m.QueryId)]
		if !ok {
			return nil, unprepared(m.QueryId)
		}
		return s.execute(request{p, m.Options})
	case *message.Batch:
		return s.batch(m, s.keyspace)
	}
	return nil, &refusal{&message.ProtocolError{ErrorMessage: fmt.Sprintf("this simulator does not know the request %s", m.GetOpCode())}}
}

func (s *session) preparing(m *message.Prepare) (message.Message, error) {
	result, err := s.prepare(m.Query, s.keyspace)
	if err != nil { // a typed nil is no nil
		s.record = append(s.record, &statement{Query: m.Query, Kind: "invalid", Error: err.Error()})
		return nil, err
	}
	return result, nil
}

func (s *session) query(m *message.Query) (message.Message, error) {
	parsed, names, err := parse(m.Query)
	if err != nil {
		s.record = append(s.record, &statement{Query: m.Query, Kind: "invalid", Error: err.Error()})
		return nil, err
	}
	if u, ok := parsed.(useKeyspace); ok {
		if _, err := s.keyspaceOf(u.name); err != nil && !isSystem(u.name) {
			return nil, err
		}
		s.keyspace = u.name
		return &message.SetKeyspaceResult{Keyspace: u.name}, nil
	}
	return s.execute(request{prepared{m.Query, s.keyspace, parsed, names}, m.Options})
}
