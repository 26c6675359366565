package natsdb

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// greeting is how long a server that is given may take for its first word.
const greeting = 5 * time.Second

// prove wants a NATS with JetStream. A given server is asked first whether it is
// one at all, since a client says no more than that it got no connection.
func (s *Server) prove(t testing.TB, target *url.URL, embedded bool) error {
	if !embedded && target.Scheme == "nats" {
		if err := greet(target.Host); err != nil {
			return err
		}
	}
	return s.sweep(t)
}

// greet wants the INFO line with which a server begins (NATS documentation,
// "Client Protocol").
func greet(host string) error {
	conn, err := net.DialTimeout("tcp", host, greeting)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(greeting))
	line, err := bufio.NewReaderSize(conn, 64<<10).ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "INFO ") {
		err = fmt.Errorf("it begins with %.40q, which no NATS does", line)
	}
	return err
}
