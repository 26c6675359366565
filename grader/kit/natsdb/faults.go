package natsdb

// faults is what is set to go wrong. The front's lock guards it.
type faults struct {
	down   bool
	armed  int  // the publish that is the client's last, counted down; 0: none
	sprung bool // it came
	lose   int  // acknowledgements that will not arrive
}

// fatal counts a publish and reports whether it is the armed one.
func (f *faults) fatal() bool {
	if f.armed == 0 {
		return false
	}
	f.armed--
	return f.armed == 0
}

// swallow reports whether what the client says shall be lost.
func (f *faults) swallow(k Kind) bool {
	if f.lose == 0 || (k != Ack && k != Nak && k != Term) {
		return false
	}
	f.lose--
	return true
}

// Down ends all connections and lets no new ones live, as when the server
// stops. Streams are kept.
func (s *Server) Down() {
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.faults.down = true
	s.front.cut()
}

// Up ends Down.
func (s *Server) Up() {
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.faults.down = false
}

// Disconnect ends all connections; clients may come back at once.
func (s *Server) Disconnect() {
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.cut()
}

// CutAfter makes the n-th message that a client publishes from now on (n counts
// from 1) its connection's last: the server has it, and the connection ends
// before the client reads the answer. Requests to JetStream's API and
// acknowledgements do not count. The returned function calls the plan off and
// reports whether it came to it.
func (s *Server) CutAfter(n int) (sprung func() bool) {
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.faults.armed, s.front.faults.sprung = n, false
	return func() bool {
		s.front.mu.Lock()
		defer s.front.mu.Unlock()
		s.front.faults.armed = 0
		return s.front.faults.sprung
	}
}

// LoseAcks makes the next n acknowledgements (+ACK, -NAK, +TERM) of clients
// disappear on their way.
func (s *Server) LoseAcks(n int) {
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.faults.lose = n
}
