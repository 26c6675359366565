package cassandra

import (
	"fmt"
	"io"
	"net"
	"time"
)

// greeting is how long a real server may take for its first answer; the driver
// would try for minutes.
const greeting = 5 * time.Second

// greet sends OPTIONS and wants SUPPORTED, which need no password (CQL binary
// protocol v4, sections 4.1.3 and 4.2.4).
func greet(host string) error {
	conn, err := net.DialTimeout("tcp", host, greeting)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(greeting))
	if _, err := conn.Write([]byte{4, 0, 0, 0, 5, 0, 0, 0, 0}); err != nil {
		return err
	}
	head := make([]byte, 9)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	if head[0] != 0x84 || head[4] != 6 {
		return fmt.Errorf("it answers %q, which no Cassandra does", head)
	}
	return nil
}
