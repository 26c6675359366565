package main

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// redis is a Redis or Valkey server that keeps nothing on disk.
type redis struct{ program string }

func (r redis) name() string { return filepath.Base(r.program) }

func (r redis) prepare(string, user) error { return nil }

func (r redis) command(_ string, port int) []string {
	return []string{r.program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--daemonize", "no", "--databases", "16"}
}

func (r redis) greet(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && strings.TrimSpace(line) != "+PONG" {
		err = fmt.Errorf("it says %.80q", line)
	}
	return err
}

func (r redis) address(addr string) string { return "redis://" + addr }
